/* json_fields.c - the keys of the flat objects of a result. */
#include "json_fields.h"

#include "result.h"

#include <math.h>
#include <string.h>

#define FIELD(structure, name, kind)                                                               \
    {                                                                                              \
#name, kind, offsetof(struct structure, name), sizeof(((struct structure *)NULL)->name)    \
    }
#define TABLE(fields)                                                                              \
    {                                                                                              \
        fields, sizeof fields / sizeof fields[0]                                                   \
    }

static const struct field sample_rows[] = {
#define COUNT(name) FIELD(result_sample, name, FIELD_COUNT)
    COUNT(time_ns),
    COUNT(requests),
    COUNT(hits),
    COUNT(misses),
    COUNT(evictions),
    COUNT(expirations),
    COUNT(entries),
    COUNT(payload_bytes),
    COUNT(cache_bytes),
    COUNT(live_records),
    COUNT(live_record_bytes),
    COUNT(held_records),
    COUNT(zone_allocated_bytes),
    COUNT(zone_active_bytes),
    COUNT(zone_resident_bytes),
    COUNT(zone_metadata_bytes),
    COUNT(zone_retained_bytes),
    COUNT(allocated_bytes),
    COUNT(active_bytes),
    COUNT(metadata_bytes),
    COUNT(resident_bytes),
    COUNT(mapped_bytes),
    COUNT(retained_bytes),
    COUNT(rss_bytes),
    COUNT(vsz_bytes),
    COUNT(pss_bytes),
    COUNT(anonymous_bytes),
    COUNT(cpu_ns),
    COUNT(minor_faults),
    COUNT(major_faults),
#undef COUNT
};
const struct field_table sample_fields = TABLE(sample_rows);

static const struct field interval_rows[] = {
    FIELD(result_interval, start_ns, FIELD_COUNT), FIELD(result_interval, span_ns, FIELD_COUNT),
    FIELD(result_interval, requests, FIELD_COUNT), FIELD(result_interval, hits, FIELD_COUNT),
    FIELD(result_interval, misses, FIELD_COUNT),   FIELD(result_interval, errors, FIELD_COUNT),
    FIELD(result_interval, p50_ns, FIELD_COUNT),   FIELD(result_interval, p99_ns, FIELD_COUNT),
    FIELD(result_interval, max_ns, FIELD_COUNT),
};
const struct field_table interval_fields = TABLE(interval_rows);

static const struct field exact_rows[] = {
    FIELD(result_exact, hits, FIELD_COUNT),
    FIELD(result_exact, misses, FIELD_COUNT),
    FIELD(result_exact, evictions, FIELD_COUNT),
    FIELD(result_exact, instructions_per_request, FIELD_MAYBE),
    FIELD(result_exact, allocations_per_request, FIELD_MAYBE),
};
const struct field_table exact_fields = TABLE(exact_rows);

static const struct field latency_rows[] = {
    FIELD(result_latency, count, FIELD_COUNT),    FIELD(result_latency, mean_ns, FIELD_REAL),
    FIELD(result_latency, p50_ns, FIELD_COUNT),   FIELD(result_latency, p90_ns, FIELD_COUNT),
    FIELD(result_latency, p99_ns, FIELD_COUNT),   FIELD(result_latency, p999_ns, FIELD_COUNT),
    FIELD(result_latency, p9999_ns, FIELD_COUNT), FIELD(result_latency, max_ns, FIELD_COUNT),
};
const struct field_table latency_fields = TABLE(latency_rows);

static const struct field errors_rows[] = {
    FIELD(result_errors, refused, FIELD_COUNT),   FIELD(result_errors, reset, FIELD_COUNT),
    FIELD(result_errors, timeout, FIELD_COUNT),   FIELD(result_errors, status, FIELD_COUNT),
    FIELD(result_errors, truncated, FIELD_COUNT), FIELD(result_errors, garbage, FIELD_COUNT),
    FIELD(result_errors, length, FIELD_COUNT),    FIELD(result_errors, wrong, FIELD_COUNT),
};
const struct field_table errors_fields = TABLE(errors_rows);

static const struct field load_rows[] = {
    FIELD(result_load, requests, FIELD_COUNT),
    FIELD(result_load, hits, FIELD_COUNT),
    FIELD(result_load, misses, FIELD_COUNT),
    FIELD(result_load, errors, FIELD_COUNT),
    FIELD(result_load, wall_ns, FIELD_COUNT),
    FIELD(result_load, generator_cpu_ns, FIELD_COUNT),
    FIELD(result_load, requests_per_second, FIELD_REAL),
    FIELD(result_load, hit_ratio, FIELD_REAL),
    FIELD(result_load, generator_busy, FIELD_REAL),
    FIELD(result_load, bottleneck, FIELD_FLAG),
    FIELD(result_load, bottleneck_reason, FIELD_TEXT),
    FIELD(result_load, unsent, FIELD_COUNT),
    FIELD(result_load, late_ns, FIELD_COUNT),
};
const struct field_table load_fields = TABLE(load_rows);

static const struct field server_rows[] = {
    FIELD(result_server, cpu_ns, FIELD_COUNT),
    FIELD(result_server, cpu_us_per_request, FIELD_REAL),
    FIELD(result_server, overhead_bytes_per_entry, FIELD_REAL),
};
const struct field_table server_fields = TABLE(server_rows);

static const struct field sampling_rows[] = {
    FIELD(result_sampling, interval_ns, FIELD_COUNT),
    FIELD(result_sampling, samples, FIELD_COUNT),
    FIELD(result_sampling, cpu_us_per_sample, FIELD_REAL),
    FIELD(result_sampling, cpu_share, FIELD_REAL),
};
const struct field_table sampling_fields = TABLE(sampling_rows);

static const struct field burst_rows[] = {
    FIELD(result_burst, ids, FIELD_COUNT),
    FIELD(result_burst, end_ns, FIELD_COUNT),
    FIELD(result_burst, dirty_decay_ns, FIELD_NUMBER),
    FIELD(result_burst, peak_rss_bytes, FIELD_COUNT),
    FIELD(result_burst, peak_resident_bytes, FIELD_COUNT),
};
const struct field_table burst_fields = TABLE(burst_rows);

static const struct field after_rows[] = {
    FIELD(result_after, seconds, FIELD_REAL),
    FIELD(result_after, rss_bytes, FIELD_COUNT),
    FIELD(result_after, resident_bytes, FIELD_COUNT),
    FIELD(result_after, returned_share, FIELD_REAL),
    FIELD(result_after, resident_returned_share, FIELD_REAL),
};
const struct field_table after_fields = TABLE(after_rows);

static const struct field slope_rows[] = {
    FIELD(result_slope, per_request, FIELD_REAL),
    FIELD(result_slope, low, FIELD_REAL),
    FIELD(result_slope, high, FIELD_REAL),
};
const struct field_table slope_fields = TABLE(slope_rows);

static const struct field counts_rows[] = {
    FIELD(result_counts, entries, FIELD_COUNT),
    FIELD(result_counts, live_records, FIELD_COUNT),
    FIELD(result_counts, held_records, FIELD_COUNT),
    FIELD(result_counts, unreachable_records, FIELD_COUNT),
    FIELD(result_counts, evictions, FIELD_COUNT),
    FIELD(result_counts, expirations, FIELD_COUNT),
    FIELD(result_counts, payload_bytes, FIELD_COUNT),
    FIELD(result_counts, cache_bytes, FIELD_COUNT),
    FIELD(result_counts, allocated_bytes, FIELD_COUNT),
    FIELD(result_counts, active_bytes, FIELD_COUNT),
    FIELD(result_counts, resident_bytes, FIELD_COUNT),
};
const struct field_table counts_fields = TABLE(counts_rows);

static const struct field verdict_rows[] = {
    FIELD(result_verdict, layer, FIELD_TEXT),
    FIELD(result_verdict, bytes_per_request, FIELD_REAL),
    FIELD(result_verdict, low, FIELD_REAL),
    FIELD(result_verdict, high, FIELD_REAL),
    FIELD(result_verdict, grows, FIELD_TEXT),
    FIELD(result_verdict, limit_bytes, FIELD_COUNT),
    FIELD(result_verdict, limit_rate_rps, FIELD_REAL),
    FIELD(result_verdict, time_to_limit_ns, FIELD_COUNT),
    FIELD(result_verdict, requests_until_full, FIELD_COUNT),
    FIELD(result_verdict, words, FIELD_TEXT),
    FIELD(result_verdict, judged_samples, FIELD_COUNT),
    FIELD(result_verdict, judged_requests, FIELD_COUNT),
    FIELD(result_verdict, first_bytes, FIELD_COUNT),
    FIELD(result_verdict, last_bytes, FIELD_COUNT),
    FIELD(result_verdict, peak_bytes, FIELD_COUNT),
    FIELD(result_verdict, steady, FIELD_FLAG),
    FIELD(result_verdict, limits_kept, FIELD_FLAG),
    FIELD(result_verdict, dead_entries, FIELD_COUNT),
};
const struct field_table verdict_fields = TABLE(verdict_rows);

static const struct field run_rows[] = {
    FIELD(result_run, workload, FIELD_TEXT),    FIELD(result_run, ids, FIELD_TEXT),
    FIELD(result_run, repetition, FIELD_COUNT), FIELD(result_run, seed, FIELD_COUNT),
    FIELD(result_run, reason, FIELD_TEXT),      FIELD(result_run, capped_ns, FIELD_COUNT),
};
const struct field_table run_fields = TABLE(run_rows);

static const struct field figure_rows[] = {
    FIELD(result_figure, median, FIELD_REAL),
    FIELD(result_figure, low, FIELD_REAL),
    FIELD(result_figure, high, FIELD_REAL),
    FIELD(result_figure, n, FIELD_COUNT),
};
const struct field_table figure_fields = TABLE(figure_rows);

static const struct field summary_rows[] = {
    FIELD(result_summary, workload, FIELD_TEXT),      FIELD(result_summary, runs, FIELD_COUNT),
    FIELD(result_summary, failed, FIELD_COUNT),       FIELD(result_summary, capped, FIELD_COUNT),
    FIELD(result_summary, bottlenecked, FIELD_COUNT), FIELD(result_summary, words, FIELD_TEXT),
};
const struct field_table summary_fields = TABLE(summary_rows);

static const struct field limits_rows[] = {
    FIELD(result_limits, capacity_entries, FIELD_COUNT),
    FIELD(result_limits, capacity_bytes, FIELD_COUNT),
    FIELD(result_limits, ttl_ns, FIELD_COUNT),
};
const struct field_table limits_fields = TABLE(limits_rows);

static const struct field made_by_rows[] = {
    FIELD(result_made_by, machine, FIELD_TEXT),
    FIELD(result_made_by, cpu_model, FIELD_TEXT),
    FIELD(result_made_by, kernel, FIELD_TEXT),
    FIELD(result_made_by, cores, FIELD_COUNT),
    FIELD(result_made_by, server_cpu, FIELD_NUMBER),
    FIELD(result_made_by, generator_cpu, FIELD_NUMBER),
    FIELD(result_made_by, compiler, FIELD_TEXT),
    FIELD(result_made_by, flags, FIELD_TEXT),
    FIELD(result_made_by, commit, FIELD_TEXT),
    FIELD(result_made_by, commit_dirty, FIELD_FLAG),
    FIELD(result_made_by, version, FIELD_TEXT),
    FIELD(result_made_by, h2o_version, FIELD_TEXT),
    FIELD(result_made_by, allocator, FIELD_TEXT),
    FIELD(result_made_by, allocator_options, FIELD_TEXT),
    FIELD(result_made_by, seed, FIELD_COUNT),
    FIELD(result_made_by, connections, FIELD_COUNT),
    FIELD(result_made_by, duration_ns, FIELD_COUNT),
    FIELD(result_made_by, protocol, FIELD_TEXT),
    FIELD(result_made_by, streams, FIELD_COUNT),
    FIELD(result_made_by, rate_rps, FIELD_REAL),
    FIELD(result_made_by, command, FIELD_TEXT),
    FIELD(result_made_by, url, FIELD_TEXT),
    FIELD(result_made_by, command_line, FIELD_TEXT),
    FIELD(result_made_by, time, FIELD_TEXT),
};
const struct field_table made_by_fields = TABLE(made_by_rows);

static const struct field noise_rows[] = {
    FIELD(result_noise, known, FIELD_FLAG),
    FIELD(result_noise, pairs, FIELD_COUNT),
#define NOISE(name, figure)                                                                        \
    {                                                                                              \
        name, FIELD_MAYBE, offsetof(struct result_noise, figures[figure]), sizeof(double)          \
    }
    NOISE("requests_per_second", FIGURE_REQUESTS_PER_SECOND),
    NOISE("cpu_us_per_request", FIGURE_CPU_US_PER_REQUEST),
    NOISE("p50_ns", FIGURE_P50_NS),
    NOISE("p90_ns", FIGURE_P90_NS),
    NOISE("p99_ns", FIGURE_P99_NS),
    NOISE("p999_ns", FIGURE_P999_NS),
#undef NOISE
};
const struct field_table noise_fields = TABLE(noise_rows);

static const struct field result_rows[] = {
    FIELD(result, variant, FIELD_TEXT),
    FIELD(result, policy, FIELD_TEXT),
    FIELD(result, complete, FIELD_FLAG),
};
const struct field_table result_fields = TABLE(result_rows);

static json_t *field_json(const struct field *field, const void *at)
{
    switch (field->kind) {
    case FIELD_COUNT:
        return json_integer((json_int_t) * (const uint64_t *)at);
    case FIELD_NUMBER:
        return json_integer((json_int_t) * (const int64_t *)at);
    case FIELD_REAL:
    case FIELD_MAYBE:
        return isfinite(*(const double *)at) ? json_real(*(const double *)at) : json_null();
    case FIELD_FLAG:
        return json_boolean(*(const bool *)at);
    case FIELD_TEXT:
        break;
    }
    json_t *text = json_string(at);
    return text != NULL ? text : json_string_nocheck("");
}

void fields_write(json_t *object, const struct field_table *table, const void *from)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct field *field = &table->fields[i];
        json_object_set_new(object, field->key,
                            field_json(field, (const char *)from + field->offset));
    }
}

static int field_read(const json_t *value, const struct field *field, void *at)
{
    switch (field->kind) {
    case FIELD_COUNT:
    case FIELD_NUMBER:
        if (!json_is_integer(value))
            return -1;
        *(int64_t *)at = json_integer_value(value);
        return field->kind == FIELD_COUNT && *(int64_t *)at < 0 ? -1 : 0;
    case FIELD_REAL:
        *(double *)at = json_number_value(value);
        return json_is_number(value) ? 0 : -1;
    case FIELD_MAYBE:
        *(double *)at = json_is_null(value) ? NAN : json_number_value(value);
        return json_is_null(value) || json_is_number(value) ? 0 : -1;
    case FIELD_FLAG:
        *(bool *)at = json_is_true(value);
        return json_is_boolean(value) ? 0 : -1;
    case FIELD_TEXT:
        break;
    }
    if (!json_is_string(value) || json_string_length(value) >= field->bytes)
        return -1;
    memcpy(at, json_string_value(value), json_string_length(value) + 1);
    return 0;
}

int fields_read(const json_t *object, const struct field_table *table, void *into,
                const char **missing)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct field *field = &table->fields[i];
        *missing = field->key;
        if (field_read(json_object_get(object, field->key), field, (char *)into + field->offset))
            return -1;
    }
    return 0;
}
