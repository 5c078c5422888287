/* counters.c - makes a figure of a counter's name. */
#include "counters.h"

#include <stdio.h>
#include <string.h>

#define COUNT_FLOOR 0.02 /* as of other counts */

/* Cuts the direction off the name. False: it is none of the known ones. */
static bool direction_take(char *name, enum figure_direction *direction)
{
    char *colon = strrchr(name, ':');
    *direction = strstr(name, "per_second") != NULL ? MORE_IS_BETTER : LESS_IS_BETTER;
    if (colon == NULL)
        return true;
    if (strcmp(colon, ":more") != 0 && strcmp(colon, ":less") != 0)
        return false;
    *direction = strcmp(colon, ":more") == 0 ? MORE_IS_BETTER : LESS_IS_BETTER;
    *colon = '\0';
    return true;
}

int counters_add(struct counters *counters, const char *text, struct error *error)
{
    char *name = counters->names[counters->count];
    enum figure_direction direction;
    if (counters->count == COUNTERS_MAX)
        return error_set(error, "--counter: at most %d are compared", COUNTERS_MAX);
    int length = snprintf(name, RESULT_NAME_BYTES, "%s", text);
    if (length == 0 || length >= RESULT_NAME_BYTES || !direction_take(name, &direction))
        return error_set(error, "--counter: '%.60s' is not NAME, NAME:more or NAME:less", text);
    if (figure_find(name, strlen(name), SOURCE_GBENCH) != NULL)
        return error_set(error, "--counter: '%s' is no counter; use --figures", name);
    bool is_rate = strstr(name, "per_second") != NULL;
    counters->figures[counters->count++] = (struct figure){
        .name = name,
        .brief = name,
        .source = SOURCE_GBENCH,
        .unit = UNIT_REAL,
        .kind = is_rate ? KIND_SPEED : KIND_COUNT,
        .direction = direction,
        .is_default = true,
        .floor = is_rate ? 1 : COUNT_FLOOR,
    };
    return 0;
}
