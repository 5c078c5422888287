/* comparable.c - what must be the same before two measurements are compared. */
#include "comparable.h"

#include "provenance.h"
#include "xmalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    unsigned bit;
} allowances[] = {
    {"machine", ALLOW_MACHINE},
    {"load", ALLOW_LOAD},
    {"limits", ALLOW_LIMITS},
    {"incomplete", ALLOW_INCOMPLETE},
};
#define ALLOWANCES (sizeof allowances / sizeof allowances[0])

static const struct {
    unsigned bit;
    const char *what, *allowance;
} weights[] = {
    [SETTING_MACHINE] = {ALLOW_MACHINE, "measured on another machine", "machine"},
    [SETTING_LOAD] = {ALLOW_LOAD, "measured under another load", "load"},
    [SETTING_LIMIT] = {ALLOW_LIMITS, "measured with another limit", "limits"},
};

static unsigned allowance_bit(const char *name, size_t count)
{
    for (size_t i = 0; i < ALLOWANCES; i++)
        if (strlen(allowances[i].name) == count && memcmp(allowances[i].name, name, count) == 0)
            return allowances[i].bit;
    return 0;
}

int comparable_allow_parse(const char *list, unsigned *allowed, struct error *error)
{
    *allowed = 0;
    while (list != NULL && *list != '\0') {
        size_t count = strcspn(list, ",");
        unsigned bit = allowance_bit(list, count);
        if (bit == 0)
            return error_set(error,
                             "--allow: there is no '%.*s'; there are machine, load, limits, "
                             "incomplete",
                             (int)count, list);
        *allowed |= bit;
        list += count + (list[count] == ',');
    }
    return 0;
}

static bool is_none(const char *limit)
{
    return strcmp(limit, "0") == 0;
}

/* Between two variants, a limit that only one of them has may differ. */
static bool setting_matters(const struct measurements *before, const struct measurements *after,
                            const struct measurement_setting *setting, const char *other)
{
    if (strcmp(setting->value, other) == 0)
        return false;
    if (setting->weight != SETTING_LIMIT || strcmp(before->label, after->label) == 0)
        return true;
    return !is_none(setting->value) && !is_none(other);
}

static const struct measurement_setting *setting_differs(const struct measurements *before,
                                                         const struct measurements *after,
                                                         unsigned allowed)
{
    for (size_t i = 0; i < before->setting_count; i++) {
        const struct measurement_setting *setting = &before->settings[i];
        const char *other = measurements_setting(after, setting->name);
        if (setting->weight == SETTING_NOTED || other == NULL ||
            (weights[setting->weight].bit & allowed))
            continue;
        if (setting_matters(before, after, setting, other))
            return setting;
    }
    return NULL;
}

static bool share_a_figure(const struct measurements *before, const struct measurements *after)
{
    for (size_t i = 0; i < before->series_count; i++)
        if (measurements_find(after, before->series[i]->workload, before->series[i]->figure) !=
            NULL)
            return true;
    return false;
}

static int flaw_check(const struct measurements *measurements, unsigned allowed,
                      struct error *error)
{
    if (measurements->flaw[0] == '\0' || (allowed & ALLOW_INCOMPLETE))
        return 0;
    return error_set(error, "%s: %s; run it again, or compare with --allow incomplete",
                     measurements->path, measurements->flaw);
}

int comparable_check(const struct measurements *before, const struct measurements *after,
                     unsigned allowed, struct error *error)
{
    if (before->source != after->source)
        return error_set(error, "%s is of %s, %s of %s", before->path,
                         measurements_source_name(before->source), after->path,
                         measurements_source_name(after->source));
    if (flaw_check(before, allowed, error) != 0 || flaw_check(after, allowed, error) != 0)
        return -1;
    const struct measurement_setting *setting = setting_differs(before, after, allowed);
    if (setting != NULL)
        return error_set(error,
                         "%s was %s than %s: %s is %s there, %s here; to compare them anyway, "
                         "use --allow %s",
                         after->path, weights[setting->weight].what, before->path, setting->name,
                         setting->value, measurements_setting(after, setting->name),
                         weights[setting->weight].allowance);
    if (!share_a_figure(before, after))
        return error_set(error, "%s and %s have no workload in common", before->path, after->path);
    return 0;
}

bool comparable_is_interleaved(const struct measurements *before, const struct measurements *after)
{
    return before->took_turns && after->took_turns &&
           made_by_one_bench(&before->made_by, &after->made_by);
}

char *comparable_differences(const struct measurements *before, const struct measurements *after)
{
    char *names;
    size_t bytes;
    FILE *out = xmemstream(&names, &bytes);
    for (size_t i = 0; i < before->setting_count; i++) {
        const struct measurement_setting *setting = &before->settings[i];
        const char *other = measurements_setting(after, setting->name);
        if (other != NULL && setting_matters(before, after, setting, other))
            fprintf(out, "%s%s", ftell(out) > 0 ? ", " : "", setting->name);
    }
    fclose(out);
    return names;
}
