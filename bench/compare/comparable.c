/* comparable.c - what must be alike before two numbers are set against each other. */
#include "comparable.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define MOMENT_SECONDS 2

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
    [SETTING_MACHINE] = {ALLOW_MACHINE, "made on another machine", "machine"},
    [SETTING_LOAD] = {ALLOW_LOAD, "made under another load", "load"},
    [SETTING_LIMIT] = {ALLOW_LIMITS, "made with another limit", "limits"},
};

static unsigned allowance_bit(const char *name, size_t count)
{
    for (size_t i = 0; i < ALLOWANCES; i++)
        if (strlen(allowances[i].name) == count && memcmp(allowances[i].name, name, count) == 0)
            return allowances[i].bit;
    return 0;
}

int comparable_allow_parse(const char *list, unsigned *allowed,
                           char error[MEASUREMENTS_REASON_BYTES])
{
    *allowed = 0;
    while (list != NULL && *list != '\0') {
        size_t count = strcspn(list, ",");
        unsigned bit = allowance_bit(list, count);
        if (bit == 0) {
            snprintf(error, MEASUREMENTS_REASON_BYTES,
                     "--allow: there is no '%.*s'; there are machine, load, limits, incomplete",
                     (int)(count < 80 ? count : 80), list);
            return -1;
        }
        *allowed |= bit;
        list += count + (list[count] == ',');
    }
    return 0;
}

static bool is_none(const char *limit)
{
    return strcmp(limit, "0") == 0;
}

/* A limit that one of two variants cannot keep is no hindrance. */
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

static bool flaw_refuses(const struct measurements *measurements, unsigned allowed,
                         char reason[MEASUREMENTS_REASON_BYTES])
{
    if (measurements->flaw[0] == '\0' || (allowed & ALLOW_INCOMPLETE))
        return false;
    snprintf(reason, MEASUREMENTS_REASON_BYTES,
             "%.200s: %.220s; run it again, or say --allow incomplete", measurements->path,
             measurements->flaw);
    return true;
}

bool comparable_refuses(const struct measurements *before, const struct measurements *after,
                        unsigned allowed, char reason[MEASUREMENTS_REASON_BYTES])
{
    if (before->source != after->source) {
        snprintf(reason, MEASUREMENTS_REASON_BYTES, "%.150s is of %s, %.150s of %s", before->path,
                 measurements_source_name(before->source), after->path,
                 measurements_source_name(after->source));
        return true;
    }
    if (flaw_refuses(before, allowed, reason) || flaw_refuses(after, allowed, reason))
        return true;
    const struct measurement_setting *setting = setting_differs(before, after, allowed);
    if (setting != NULL) {
        snprintf(reason, MEASUREMENTS_REASON_BYTES,
                 "%.150s was %s than %.150s: %.50s is %.40s there, %.40s here; to compare all the "
                 "same, say --allow %s",
                 after->path, weights[setting->weight].what, before->path, setting->name,
                 setting->value, measurements_setting(after, setting->name),
                 weights[setting->weight].allowance);
        return true;
    }
    if (share_a_figure(before, after))
        return false;
    snprintf(reason, MEASUREMENTS_REASON_BYTES, "%.200s and %.200s have no workload in common",
             before->path, after->path);
    return true;
}

/* A bench dates its results one after the other, within a moment. */
static bool began_together(const char *first, const char *second)
{
    struct tm parts[2] = {{0}, {0}};
    const char *ends[] = {strptime(first, "%Y-%m-%dT%H:%M:%SZ", &parts[0]),
                          strptime(second, "%Y-%m-%dT%H:%M:%SZ", &parts[1])};
    if (ends[0] == NULL || ends[1] == NULL)
        return strcmp(first, second) == 0;
    return fabs(difftime(timegm(&parts[0]), timegm(&parts[1]))) <= MOMENT_SECONDS;
}

bool comparable_is_in_turns(const struct measurements *before, const struct measurements *after)
{
    return before->bench[0] != '\0' && strcmp(before->bench, after->bench) == 0 &&
           began_together(before->began, after->began);
}

void comparable_differences(const struct measurements *before, const struct measurements *after,
                            char names[MEASUREMENTS_REASON_BYTES])
{
    size_t used = 0;
    names[0] = '\0';
    for (size_t i = 0; i < before->setting_count; i++) {
        const struct measurement_setting *setting = &before->settings[i];
        const char *other = measurements_setting(after, setting->name);
        if (other == NULL || used >= MEASUREMENTS_REASON_BYTES ||
            !setting_matters(before, after, setting, other))
            continue;
        used += (size_t)snprintf(names + used, MEASUREMENTS_REASON_BYTES - used, "%s%s",
                                 used > 0 ? ", " : "", setting->name);
    }
}
