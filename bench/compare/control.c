/* control.c - reads the control of a bench from the bench.json beside its results. */
#include "control.h"

#include "comparable.h"
#include "files.h"
#include "json_fields.h"
#include "measurements_json.h"
#include "xmalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX ((size_t)16 << 20)

/* Of the bench that measured the file at `path`; the caller releases it. NULL: there is none. */
static json_t *bench_read(const char *path)
{
    const char *name = strrchr(path, '/');
    int folder = name != NULL ? (int)(name - path) + 1 : 0;
    char *beside = xasprintf("%.*s" BENCH_FILE, folder, path);
    struct error error;
    size_t bytes;
    char *text = file_read(beside, FILE_BYTES_MAX, &bytes, &error);
    json_t *bench = text != NULL ? json_loadb(text, bytes, 0, NULL) : NULL;
    const char *schema = json_string_value(json_object_get(bench, "schema"));
    free(text);
    free(beside);
    if (schema != NULL && strcmp(schema, BENCH_SCHEMA) == 0)
        return bench;
    json_decref(bench);
    return NULL;
}

struct result *control_read(const json_t *bench)
{
    const json_t *control = json_object_get(bench, "control"), *speed;
    const char *variant = json_string_value(json_object_get(control, "variant"));
    struct result *result = result_create(variant != NULL ? variant : "", "");
    struct fields_reader reader = {.version = RESULT_VERSION, .zone = result->zone};
    int status =
        fields_read(json_object_get(bench, "made_by"), made_by_fields, &result->made_by, &reader);
    size_t i;
    json_array_foreach (json_object_get(control, "speeds"), i, speed)
        if (status == 0)
            status = fields_read(speed, speed_fields, result_speed_add(result), &reader);
    if (status == 0)
        return result;
    result_destroy(result);
    return NULL;
}

static void series_attach(struct measurements *measurements)
{
    for (size_t i = 0; i < measurements->series_count; i++) {
        struct measurement_series *series = measurements->series[i];
        if (series->figure->kind == KIND_SPEED)
            series->control =
                measurements_find(measurements->control, series->workload, series->figure);
    }
}

void control_attach(struct measurements *measurements)
{
    json_t *bench = bench_read(measurements->path);
    struct result *result = bench != NULL ? control_read(bench) : NULL;
    json_decref(bench);
    if (result == NULL)
        return;
    struct measurements *control = measurements_of_result(result, measurements->path);
    result_destroy(result);
    if (strcmp(control->label, measurements->label) == 0 &&
        comparable_is_interleaved(measurements, control)) {
        measurements->control = control;
        series_attach(measurements);
    } else {
        measurements_destroy(control);
    }
}
