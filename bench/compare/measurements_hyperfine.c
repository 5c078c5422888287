/* measurements_hyperfine.c - hyperfine's JSON: each timing of a command is a run. */
#include "measurements_json.h"

#include <stdio.h>
#include <string.h>

static int times_add(struct measurements *measurements, const char *command, const json_t *times)
{
    const struct figure *figure = figure_find("time", strlen("time"), SOURCE_HYPERFINE);
    struct measurement_series *series = measurements_series_add(measurements, command, figure);
    const json_t *time;
    size_t i;
    if (series == NULL || !json_is_array(times))
        return -1;
    json_array_foreach ((json_t *)times, i, time) {
        if (!json_is_number(time))
            return -1;
        measurements_value_add(series, json_number_value(time), i + 1, 0);
    }
    return 0;
}

static void exits_check(struct measurements *measurements, const char *command, const json_t *codes)
{
    const json_t *code;
    size_t i;
    json_array_foreach ((json_t *)codes, i, code) {
        if (!json_is_integer(code) || json_integer_value(code) != 0) {
            measurements_flaw_add(measurements, "%.80s failed", command);
            return;
        }
    }
}

int measurements_from_hyperfine(struct measurements *measurements, const json_t *json,
                                struct error *error)
{
    const json_t *rows = json_object_get(json, "results"), *row;
    size_t i;
    json_array_foreach ((json_t *)rows, i, row) {
        const char *command = json_string_value(json_object_get(row, "command"));
        if (command == NULL ||
            times_add(measurements, command, json_object_get(row, "times")) != 0) {
            return error_set(error,
                             "result %zu has no command or no times, or there are too many results",
                             i + 1);
        }
        exits_check(measurements, command, json_object_get(row, "exit_codes"));
    }
    return 0;
}
