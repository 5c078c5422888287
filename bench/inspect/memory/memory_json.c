/* memory_json.c - the memory of one run as a JSON object. */
#include "memory_layers.h"
#include "memory_output.h"
#include "memory_points.h"

static const char *const point_names[MEMORY_POINTS] = {
    [MEMORY_START] = "start", [MEMORY_PEAK] = "peak", [MEMORY_END] = "end"};

static json_t *point_json(const struct result_sample *sample)
{
    struct memory_layers layers;
    json_t *sums = json_object(), *gaps = json_object(), *per_entry = json_object();
    memory_layers_make(&layers, sample);
    for (size_t i = 0; i < layers.count; i++) {
        const struct memory_layers_row *row = &layers.rows[i];
        char key[64];
        snprintf(key, sizeof key, "%s_bytes", row->key);
        json_object_set_new(row->is_gap ? gaps : sums, key, json_integer((json_int_t)row->bytes));
        if (sample->entries > 0)
            json_object_set_new(per_entry, key, json_real(row->bytes / (double)sample->entries));
    }
    return json_pack("{s:I, s:I, s:I, s:o, s:o, s:o}", "time_ns", (json_int_t)sample->time_ns,
                     "requests", (json_int_t)sample->requests, "entries",
                     (json_int_t)sample->entries, "layers", sums, "gaps", gaps, "per_entry",
                     per_entry);
}

json_t *memory_json(const struct memory_view *view)
{
    const struct result_run *run = view->result->runs[view->run];
    json_t *points = json_object();
    for (enum memory_point point = 0; point < MEMORY_POINTS; point++)
        json_object_set_new(points, point_names[point],
                            point_json(memory_point_sample(run, point)));
    json_t *json = json_pack("{s:s, s:s, s:I, s:I, s:s, s:o}", "variant", view->result->variant,
                             "workload", run->workload, "run", (json_int_t)view->run + 1,
                             "repetition", (json_int_t)run->repetition, "status",
                             run_status_name(run->status), "points", points);
    if (run->status != RUN_FAILED)
        json_object_set_new(
            json, "verdict",
            json_pack("{s:s, s:s, s:f}", "class", verdict_class_name(run->verdict.class), "words",
                      run->verdict.words, "bytes_per_request", run->verdict.bytes_per_request));
    return json;
}
