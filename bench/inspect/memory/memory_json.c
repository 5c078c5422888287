/* memory_json.c - one run's memory for programs. */
#include "memory_output.h"

#include "memory_layers.h"

#include <jansson.h>

static const char *const point_names[CURVE_POINTS] = {
    [CURVE_START] = "start", [CURVE_PEAK] = "peak", [CURVE_END] = "end"};

static json_t *point_json(const struct result_sample *sample)
{
    struct memory_layers waterfall;
    json_t *layers = json_object(), *gaps = json_object(), *per_entry = json_object();
    memory_layers_make(&waterfall, sample);
    for (size_t i = 0; i < waterfall.count; i++) {
        const struct memory_layers_row *row = &waterfall.rows[i];
        char key[64];
        snprintf(key, sizeof key, "%s_bytes", row->key);
        json_object_set_new(row->layer ? layers : gaps, key, json_integer((json_int_t)row->bytes));
        if (sample->entries > 0)
            json_object_set_new(per_entry, key, json_real(row->bytes / (double)sample->entries));
    }
    return json_pack("{s:I, s:I, s:I, s:o, s:o, s:o}", "time_ns", (json_int_t)sample->time_ns,
                     "requests", (json_int_t)sample->requests, "entries",
                     (json_int_t)sample->entries, "layers", layers, "gaps", gaps, "per_entry",
                     per_entry);
}

int curve_json(const struct curve *curve, FILE *out)
{
    const struct result_run *run = curve->result->runs[curve->run];
    json_t *points = json_object();
    for (enum curve_point point = 0; point < CURVE_POINTS; point++)
        json_object_set_new(points, point_names[point], point_json(curve_sample(run, point)));
    json_t *json = json_pack("{s:s, s:s, s:I, s:I, s:s, s:o}", "variant", curve->result->variant,
                             "workload", run->workload, "run", (json_int_t)curve->run + 1,
                             "repetition", (json_int_t)run->repetition, "status",
                             run_status_name(run->status), "points", points);
    if (run->status != RUN_FAILED)
        json_object_set_new(
            json, "verdict",
            json_pack("{s:s, s:s, s:f}", "class", verdict_class_name(run->verdict.class), "words",
                      run->verdict.words, "bytes_per_request", run->verdict.bytes_per_request));
    int status = json_dumpf(json, out, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    json_decref(json);
    return status != 0 || fputc('\n', out) == EOF ? -1 : 0;
}
