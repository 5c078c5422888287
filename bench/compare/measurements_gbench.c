/* measurements_gbench.c - google-benchmark's JSON: each repetition of a benchmark is a run. */
#include "measurements_json.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    double ns;
} time_units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};

/* Nanoseconds in the unit; 0: there is no such unit. */
static double unit_ns(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof time_units / sizeof time_units[0]; i++)
        if (strcmp(time_units[i].name, name) == 0)
            return time_units[i].ns;
    return 0;
}

static int time_add(struct measurements *measurements, const json_t *row, const char *name,
                    const char *key)
{
    const json_t *time = json_object_get(row, key);
    double scale = unit_ns(json_string_value(json_object_get(row, "time_unit")));
    const struct figure *figure = figure_find(key, strlen(key), SOURCE_GBENCH);
    json_int_t repetition = json_integer_value(json_object_get(row, "repetition_index"));
    if (!json_is_number(time) || scale <= 0)
        return -1;
    struct measurement_series *series = measurements_series_get(measurements, name, figure);
    if (series == NULL)
        return -1;
    measurements_value_add(series, json_number_value(time) * scale, (uint64_t)repetition, 0);
    return 0;
}

static int row_add(struct measurements *measurements, const json_t *row)
{
    const char *name = json_string_value(json_object_get(row, "run_name"));
    const char *type = json_string_value(json_object_get(row, "run_type"));
    if (name == NULL)
        name = json_string_value(json_object_get(row, "name"));
    if (name == NULL)
        return -1;
    if (type != NULL && strcmp(type, "aggregate") == 0)
        return 0;
    if (json_is_true(json_object_get(row, "error_occurred"))) {
        measurements_flaw_add(measurements, "%.80s failed", name);
        return 0;
    }
    return time_add(measurements, row, name, "cpu_time") ||
                   time_add(measurements, row, name, "real_time")
               ? -1
               : 0;
}

static void context_add(struct measurements *measurements, const json_t *context)
{
    const char *host = json_string_value(json_object_get(context, "host_name"));
    const char *build = json_string_value(json_object_get(context, "library_build_type"));
    measurements_setting_add(measurements, "machine", SETTING_MACHINE, "%s",
                             host != NULL ? host : "unknown");
    measurements_setting_add(measurements, "cores", SETTING_MACHINE, "%lld",
                             (long long)json_integer_value(json_object_get(context, "num_cpus")));
    measurements_setting_add(measurements, "library_build_type", SETTING_NOTED, "%s",
                             build != NULL ? build : "");
}

int measurements_from_gbench(struct measurements *measurements, const json_t *json,
                             struct error *error)
{
    const json_t *rows = json_object_get(json, "benchmarks"), *row;
    size_t i;
    context_add(measurements, json_object_get(json, "context"));
    json_array_foreach ((json_t *)rows, i, row) {
        if (row_add(measurements, row) != 0) {
            return error_set(
                error, "benchmark %zu has no name or no time, or there are too many benchmarks",
                i + 1);
        }
    }
    return 0;
}
