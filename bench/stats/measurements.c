/* measurements.c - series, verdicts and settings, added by readers and found by name. */
#include "measurements.h"

#include "xmalloc.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const source_names[] = {
    [SOURCE_RESULT] = "tidemark/result",
    [SOURCE_GBENCH] = "google-benchmark",
    [SOURCE_HYPERFINE] = "hyperfine",
};

const char *measurements_source_name(enum figure_source source)
{
    return source_names[source];
}

/* The file's name, without its folder and .json. */
static void label_make(struct measurements *measurements)
{
    const char *slash = strrchr(measurements->path, '/');
    snprintf(measurements->label, sizeof measurements->label, "%.120s",
             slash != NULL ? slash + 1 : measurements->path);
    char *ending = strstr(measurements->label, ".json");
    if (ending != NULL && ending != measurements->label)
        *ending = '\0';
}

struct measurements *measurements_create(const char *path, enum figure_source source)
{
    struct measurements *measurements = xcalloc(1, sizeof *measurements);
    measurements->source = source;
    snprintf(measurements->path, sizeof measurements->path, "%s", path);
    label_make(measurements);
    return measurements;
}

void measurements_destroy(struct measurements *measurements)
{
    if (measurements == NULL)
        return;
    for (size_t i = 0; i < measurements->series_count; i++)
        free(measurements->series[i]);
    free(measurements->series);
    free(measurements->verdicts);
    for (size_t i = 0; i < measurements->note_count; i++)
        free(measurements->notes[i]);
    free(measurements->notes);
    measurements_destroy(measurements->control);
    free(measurements);
}

/* Cuts the middle out of a name that is too long: long commands often differ only at their ends. */
static void name_fit(char name[MEASUREMENTS_NAME_BYTES], const char *text)
{
    const size_t length = strlen(text), part = (MEASUREMENTS_NAME_BYTES - sizeof "...") / 2;
    if (length < MEASUREMENTS_NAME_BYTES)
        memcpy(name, text, length + 1);
    else
        snprintf(name, MEASUREMENTS_NAME_BYTES, "%.*s...%s", (int)part, text, text + length - part);
}

struct measurement_series *measurements_series_add(struct measurements *measurements,
                                                   const char *workload,
                                                   const struct figure *figure)
{
    if (measurements->series_count == MEASUREMENTS_SERIES_MAX)
        return NULL;
    measurements->series = growable(measurements->series, &measurements->series_capacity,
                                    measurements->series_count + 1, sizeof(*measurements->series));
    struct measurement_series *series = xcalloc(1, sizeof *series);
    name_fit(series->workload, workload);
    series->figure = figure;
    series->floor = MEASUREMENTS_FLOOR_NONE;
    series->moments.deviation = NAN;
    measurements->series[measurements->series_count++] = series;
    return series;
}

static struct measurement_series *series_find(const struct measurements *measurements,
                                              const char *workload, const struct figure *figure)
{
    char name[MEASUREMENTS_NAME_BYTES];
    name_fit(name, workload);
    for (size_t i = 0; i < measurements->series_count; i++)
        if (measurements->series[i]->figure == figure &&
            strcmp(measurements->series[i]->workload, name) == 0)
            return measurements->series[i];
    return NULL;
}

const struct measurement_series *measurements_find(const struct measurements *measurements,
                                                   const char *workload,
                                                   const struct figure *figure)
{
    return series_find(measurements, workload, figure);
}

struct measurement_series *measurements_series_get(struct measurements *measurements,
                                                   const char *workload,
                                                   const struct figure *figure)
{
    struct measurement_series *series = series_find(measurements, workload, figure);
    return series != NULL ? series : measurements_series_add(measurements, workload, figure);
}

void measurements_value_add(struct measurement_series *series, double value, uint64_t repetition,
                            uint64_t seed)
{
    if (series->count == STATS_VALUES_MAX || !isfinite(value))
        return;
    series->values[series->count] = value;
    series->repetitions[series->count] = repetition;
    series->seeds[series->count++] = seed;
}

void measurements_setting_add(struct measurements *measurements, const char *name,
                              enum setting_weight weight, const char *format, ...)
{
    if (measurements->setting_count == MEASUREMENTS_SETTINGS_MAX)
        return;
    struct measurement_setting *setting = &measurements->settings[measurements->setting_count++];
    va_list arguments;
    snprintf(setting->name, sizeof setting->name, "%s", name);
    setting->weight = weight;
    va_start(arguments, format);
    vsnprintf(setting->value, sizeof setting->value, format, arguments);
    va_end(arguments);
}

void measurements_note_add(struct measurements *measurements, const char *format, ...)
{
    char text[MEASUREMENTS_REASON_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (size_t i = 0; i < measurements->note_count; i++)
        if (strcmp(measurements->notes[i], text) == 0)
            return;
    measurements->notes = growable(measurements->notes, &measurements->note_capacity,
                                   measurements->note_count + 1, sizeof *measurements->notes);
    measurements->notes[measurements->note_count++] = xstrdup(text);
}

void measurements_flaw_add(struct measurements *measurements, const char *format, ...)
{
    size_t used = strlen(measurements->flaw);
    va_list arguments;
    if (used > 0)
        used += (size_t)snprintf(measurements->flaw + used, sizeof measurements->flaw - used, "; ");
    if (used >= sizeof measurements->flaw)
        return;
    va_start(arguments, format);
    vsnprintf(measurements->flaw + used, sizeof measurements->flaw - used, format, arguments);
    va_end(arguments);
}

const struct measured_verdict *measurements_verdict_find(const struct measurements *measurements,
                                                         const char *workload)
{
    for (size_t i = 0; i < measurements->verdict_count; i++)
        if (strcmp(measurements->verdicts[i].workload, workload) == 0)
            return &measurements->verdicts[i];
    return NULL;
}

bool measurements_has_workload(const struct measurements *measurements, const char *workload)
{
    for (size_t i = 0; i < measurements->series_count; i++)
        if (strcmp(measurements->series[i]->workload, workload) == 0)
            return true;
    return false;
}

const char *measurements_setting(const struct measurements *measurements, const char *name)
{
    for (size_t i = 0; i < measurements->setting_count; i++)
        if (strcmp(measurements->settings[i].name, name) == 0)
            return measurements->settings[i].value;
    return NULL;
}
