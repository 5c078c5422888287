/* measurements_hyperfine.c - hyperfine's JSON: each timing of a command is a run. */
#include "measurements_json.h"

#include "xmalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "build (threads=2, mode=fast)"; freed by the caller. Parameters may be texts or numbers. */
static char *name_make(const json_t *row, const char *command)
{
    json_t *parameters = json_object_get(row, "parameters"), *value;
    const char *key, *between = " (";
    char *name;
    size_t bytes;
    FILE *out = xmemstream(&name, &bytes);
    fputs(command, out);
    json_object_foreach (parameters, key, value) {
        fprintf(out, "%s%s=", between, key);
        if (json_is_string(value))
            fputs(json_string_value(value), out);
        else
            json_dumpf(value, out, JSON_ENCODE_ANY | JSON_COMPACT);
        between = ", ";
    }
    if (json_object_size(parameters) > 0)
        fputc(')', out);
    fclose(out);
    return name;
}

/* The name or, if an earlier result has it, "NAME #3" of the third. Takes the name over; freed by
 * the caller. */
static char *name_distinguish(const struct measurements *measurements, char *name,
                              const struct figure *figure, size_t index)
{
    if (measurements_find(measurements, name, figure) == NULL)
        return name;
    char *distinct = xasprintf("%s #%zu", name, index + 1);
    free(name);
    return distinct;
}

/* Without times, mean and deviation stand for them; the exit codes tell how many there were. */
static int moments_add(struct measurements *measurements, struct measurement_series *series,
                       const json_t *row)
{
    const json_t *mean = json_object_get(row, "mean"), *deviation = json_object_get(row, "stddev");
    size_t count = json_array_size(json_object_get(row, "exit_codes"));
    if (!json_is_number(mean) || !(json_number_value(mean) > 0))
        return -1;
    series->moments = (struct stats_moments){
        .mean = json_number_value(mean),
        .deviation = json_is_number(deviation) ? json_number_value(deviation) : NAN,
        .count = count > 0 ? count : 1};
    measurements_note_add(measurements,
                          "%.80s has no times: its mean and standard deviation are compared%s; for "
                          "more, keep `times` of hyperfine's --export-json",
                          series->workload,
                          count > 0 ? "" : ", and how many runs they are of is not told");
    return 0;
}

static int times_add(struct measurement_series *series, const json_t *times)
{
    const json_t *time;
    size_t i;
    json_array_foreach ((json_t *)times, i, time) {
        if (!json_is_number(time))
            return -1;
        measurements_value_add(series, json_number_value(time), i + 1, 0);
    }
    return 0;
}

/* A command that hyperfine killed, or that a signal ended, has the code null. */
static void exits_check(struct measurements *measurements, const char *name, const json_t *codes)
{
    const json_t *code, *first = NULL;
    size_t i, failed = 0;
    json_array_foreach ((json_t *)codes, i, code) {
        if (json_is_integer(code) && json_integer_value(code) == 0)
            continue;
        if (failed++ == 0)
            first = code;
    }
    if (failed > 0 && json_is_integer(first))
        measurements_flaw_add(measurements, "%.80s failed in %zu of %zu runs (exit code %lld)",
                              name, failed, json_array_size(codes),
                              (long long)json_integer_value(first));
    else if (failed > 0)
        measurements_flaw_add(measurements, "%.80s failed in %zu of %zu runs (by a signal)", name,
                              failed, json_array_size(codes));
}

static int result_add(struct measurements *measurements, const json_t *row, const char *command,
                      size_t index)
{
    const struct figure *figure = figure_find("time", strlen("time"), SOURCE_HYPERFINE);
    const json_t *times = json_object_get(row, "times");
    char *name = name_distinguish(measurements, name_make(row, command), figure, index);
    struct measurement_series *series = measurements_series_add(measurements, name, figure);
    int status = -1;
    if (series != NULL)
        status = json_array_size(times) > 0 ? times_add(series, times)
                                            : moments_add(measurements, series, row);
    exits_check(measurements, name, json_object_get(row, "exit_codes"));
    free(name);
    return status;
}

int measurements_from_hyperfine(struct measurements *measurements, const json_t *json,
                                const struct counters *counters, struct error *error)
{
    const json_t *rows = json_object_get(json, "results"), *row;
    size_t i;
    json_array_foreach ((json_t *)rows, i, row) {
        const char *command = json_string_value(json_object_get(row, "command"));
        if (command == NULL || result_add(measurements, row, command, i) != 0)
            return error_set(error,
                             "result %zu has no command, or neither times nor a mean, or there are "
                             "too many results",
                             i + 1);
    }
    return 0;
}
