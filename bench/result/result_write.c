/* result_write.c - builds results in memory, and writes them as JSON. */
#include "result.h"

#include "json_fields.h"

#include "files.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const result_gaps[RESULT_GAPS] = {
    [GAP_UNACCOUNTED] = "unaccounted",
    [GAP_BOOKKEEPING] = "bookkeeping",
    [GAP_UNREACHABLE] = "unreachable_records",
    [GAP_FRAGMENTATION] = "fragmentation",
};

const char *const result_layers[RESULT_LAYERS] = {
    "entries",         "payload_bytes", "cache_bytes",    "zone_allocated_bytes",
    "allocated_bytes", "active_bytes",  "resident_bytes", "rss_bytes",
    "vsz_bytes",       "live_records",  "held_records",
};

const char *const result_figures[RESULT_FIGURES] = {
    [FIGURE_REQUESTS_PER_SECOND] = "requests_per_second",
    [FIGURE_CPU_US_PER_REQUEST] = "cpu_us_per_request",
    [FIGURE_P50_NS] = "p50_ns",
    [FIGURE_P90_NS] = "p90_ns",
    [FIGURE_P99_NS] = "p99_ns",
    [FIGURE_P999_NS] = "p999_ns",
    [FIGURE_MAX_NS] = "max_ns",
    [FIGURE_HIT_RATIO] = "hit_ratio",
    [FIGURE_ENTRIES] = "entries",
    [FIGURE_BYTES_PER_REQUEST] = "bytes_per_request",
    [FIGURE_OVERHEAD_BYTES_PER_ENTRY] = "overhead_bytes_per_entry",
    [FIGURE_SAMPLING_CPU_SHARE] = "sampling_cpu_share",
    [FIGURE_PAYLOAD_START_BYTES] = "payload_start_bytes",
    [FIGURE_PAYLOAD_END_BYTES] = "payload_end_bytes",
    [FIGURE_CACHE_START_BYTES] = "cache_start_bytes",
    [FIGURE_CACHE_END_BYTES] = "cache_end_bytes",
    [FIGURE_ALLOCATED_START_BYTES] = "allocated_start_bytes",
    [FIGURE_ALLOCATED_END_BYTES] = "allocated_end_bytes",
    [FIGURE_RESIDENT_START_BYTES] = "resident_start_bytes",
    [FIGURE_RESIDENT_END_BYTES] = "resident_end_bytes",
    [FIGURE_RSS_START_BYTES] = "rss_start_bytes",
    [FIGURE_RSS_END_BYTES] = "rss_end_bytes",
    [FIGURE_RSS_PEAK_BYTES] = "rss_peak_bytes",
};

const char *const verdict_class_names[VERDICT_CLASSES] = {
    [VERDICT_BOUNDED] = "bounded",
    [VERDICT_WARMING] = "warming",
    [VERDICT_LEAK_CONTAINER] = "leak: container",
    [VERDICT_LEAK_UNREACHABLE] = "leak: unreachable",
    [VERDICT_LEAK_EXPIRED] = "leak: expired",
    [VERDICT_LEAK_GROWS] = "leak: grows",
    [VERDICT_FRAGMENTATION] = "fragmentation",
    [VERDICT_NOT_RETURNED] = "not returned",
    [VERDICT_UNDECIDED] = "undecided",
    [VERDICT_NO_ACTIVITY] = "no activity",
};

const char *const run_status_names[RUN_STATUSES] = {
    [RUN_OK] = "ok",
    [RUN_CAPPED] = "capped",
    [RUN_FAILED] = "failed",
};

const char *verdict_class_name(enum verdict_class verdict)
{
    return verdict_class_names[verdict];
}

bool verdict_is_leak(enum verdict_class verdict)
{
    return verdict == VERDICT_LEAK_CONTAINER || verdict == VERDICT_LEAK_UNREACHABLE ||
           verdict == VERDICT_LEAK_EXPIRED || verdict == VERDICT_LEAK_GROWS;
}

const char *run_status_name(enum run_status status)
{
    return run_status_names[status];
}

struct result *result_create(const char *variant, const char *policy)
{
    struct memory_zone *zone = memory_zone_create();
    struct result *result = memory_alloc_zeroed(zone, sizeof *result);
    result->zone = zone;
    snprintf(result->variant, sizeof result->variant, "%s", variant);
    snprintf(result->policy, sizeof result->policy, "%s", policy);
    for (size_t i = 0; i < RESULT_NOISES; i++)
        result->noise.figures[i] = NAN;
    return result;
}

static void burst_free(struct result_burst *burst)
{
    if (burst != NULL)
        memory_free(burst->samples);
    memory_free(burst);
}

void result_destroy(struct result *result)
{
    if (result == NULL)
        return;
    struct memory_zone *zone = result->zone;
    for (size_t i = 0; i < result->run_count; i++) {
        burst_free(result->runs[i]->burst);
        memory_free(result->runs[i]->series);
        memory_free(result->runs[i]->samples);
        memory_free(result->runs[i]);
    }
    memory_free(result->runs);
    memory_free(result->speeds);
    memory_free(result->hits);
    memory_free(result->summaries);
    memory_free(result);
    memory_zone_destroy(zone);
}

/* The list with capacity for one more element. */
static void *list_grow(struct memory_zone *zone, void *list, size_t count, size_t *capacity,
                       size_t element_bytes)
{
    if (count < *capacity)
        return list;
    *capacity = count < 8 ? 16 : 2 * count;
    void *grown = memory_alloc_zeroed(zone, *capacity * element_bytes);
    if (count > 0)
        memcpy(grown, list, count * element_bytes);
    memory_free(list);
    return grown;
}

struct result_run *result_run_add(struct result *result)
{
    result->runs = list_grow(result->zone, result->runs, result->run_count, &result->run_capacity,
                             sizeof *result->runs);
    struct result_run *run = memory_alloc_zeroed(result->zone, sizeof *run);
    result->runs[result->run_count++] = run;
    return run;
}

void result_sample_add(struct result *result, struct result_run *run,
                       const struct result_sample *sample)
{
    run->samples = list_grow(result->zone, run->samples, run->sample_count, &run->sample_capacity,
                             sizeof *sample);
    run->samples[run->sample_count++] = *sample;
}

struct result_speed *result_speed_add(struct result *result)
{
    result->speeds = list_grow(result->zone, result->speeds, result->speed_count,
                               &result->speed_capacity, sizeof *result->speeds);
    return &result->speeds[result->speed_count++];
}

struct result_hits *result_hits_add(struct result *result)
{
    result->hits = list_grow(result->zone, result->hits, result->hits_count, &result->hits_capacity,
                             sizeof *result->hits);
    return &result->hits[result->hits_count++];
}

const struct result_hits *result_hits_find(const struct result *result, const char *workload)
{
    for (size_t i = 0; i < result->hits_count; i++)
        if (strcmp(result->hits[i].workload, workload) == 0)
            return &result->hits[i];
    return NULL;
}

struct result_interval *result_series_add(struct result *result, struct result_run *run,
                                          size_t count)
{
    if (count > 0)
        run->series = memory_alloc_zeroed(result->zone, count * sizeof *run->series);
    run->series_count = count;
    return run->series;
}

struct result_burst *result_burst_add(struct result *result, struct result_run *run)
{
    run->burst = memory_alloc_zeroed(result->zone, sizeof *run->burst);
    return run->burst;
}

void result_burst_samples(struct result *result, struct result_run *run, size_t first)
{
    struct result_burst *burst = run->burst;
    if (run->sample_count <= first)
        return;
    burst->sample_count = run->sample_count - first;
    burst->samples = memory_alloc(result->zone, burst->sample_count * sizeof *burst->samples);
    memcpy(burst->samples, run->samples + first, burst->sample_count * sizeof *burst->samples);
    run->sample_count = first;
}

static json_t *burst_json(const struct result_burst *burst)
{
    json_t *object = fields_json(burst_fields, burst), *after = json_array();
    for (size_t i = 0; i < burst->after_count; i++)
        json_array_append_new(after, fields_json(after_fields, &burst->after[i]));
    json_object_set_new(object, "after", after);
    return object;
}

/* A failed run has samples, but no figures. */
static json_t *run_json(const struct result_run *run)
{
    json_t *object = fields_json(run_fields, run);
    if (run->status == RUN_FAILED)
        return object;
    fields_write(object, measured_fields, run);
    if (run->burst != NULL)
        json_object_set_new(object, "burst", burst_json(run->burst));
    return object;
}

json_t *result_json(const struct result *result)
{
    json_t *object = json_pack("{s:s}", "schema", RESULT_SCHEMA), *runs = json_array();
    fields_write(object, result_fields, result);
    for (size_t i = 0; i < result->run_count; i++)
        json_array_append_new(runs, run_json(result->runs[i]));
    json_object_set_new(object, "runs", runs);
    return object;
}

/* Whether figures of this object may be unknown. */
static bool may_be_unknown(const char *key)
{
    return strcmp(key, "noise") == 0 || strcmp(key, "counts") == 0;
}

/* Whether there is a null, which stands for no number, where a number must be. */
static bool json_has_null(const json_t *json)
{
    json_t *value;
    const char *key;
    size_t i;
    bool found = json_is_null(json);
    json_object_foreach ((json_t *)json, key, value)
        found |= !may_be_unknown(key) && json_has_null(value);
    json_array_foreach ((json_t *)json, i, value)
        found |= json_has_null(value);
    return found;
}

char *result_render(const struct result *result, const char *path, struct error *error)
{
    json_t *json = result_json(result);
    char *text =
        json_has_null(json) ? NULL : json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(json);
    if (text == NULL)
        error_set(error, "%s: not written, because a figure is not a number", path);
    return text;
}

int result_write(const struct result *result, const char *path, struct error *error)
{
    char *text = result_render(result, path, error);
    if (text == NULL)
        return -1;
    int status = file_write(path, text, strlen(text), error);
    free(text);
    return status;
}
