/* change_compare.c - compares the default figures of two folders. */
#include "change_compare.h"

#include "comparison_make.h"
#include "xmalloc.h"

#include <stdlib.h>

static json_t *inputs_compare(struct inputs *inputs, struct error *error)
{
    struct comparison_request request = {.floor = MEASUREMENTS_FLOOR_NONE};
    if (comparison_figures_choose(&request, NULL, error) != 0)
        return NULL;
    struct comparison_report *report = comparison_make(inputs, &request);
    json_t *json = report->pair_count > 0 ? comparison_json(report) : NULL;
    if (json == NULL)
        error_set(error, "the folders have no variant in common");
    comparison_destroy(report);
    return json;
}

json_t *change_compare(const char *before, const char *after, struct error *error)
{
    char *paths[] = {xstrdup(before), xstrdup(after)};
    struct inputs *inputs = xcalloc(1, sizeof *inputs);
    json_t *json = inputs_read(inputs, paths, 2, NULL, NULL, error) == 0
                       ? inputs_compare(inputs, error)
                       : NULL;
    inputs_clear(inputs);
    free(inputs);
    free(paths[0]);
    free(paths[1]);
    return json;
}
