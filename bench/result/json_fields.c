/* json_fields.c - the keys of the objects of a result. */
#include "json_fields.h"

#include "count_of.h"

#include <math.h>
#include <string.h>

#define POINTER(structure) ((struct structure *)NULL)
#define MEMBER(structure, name)                                                                    \
    .offset = offsetof(struct structure, name), .bytes = sizeof(POINTER(structure)->name)

#define ROW(...)                                                                                   \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define FIELD(structure, name, kind) ROW(#name, kind, MEMBER(structure, name))
#define FIELD_SINCE(version, structure, name, kind)                                                \
    ROW(#name, kind, MEMBER(structure, name), .since = (version))
#define OBJECT(structure, key, name, fields)                                                       \
    ROW(key, FIELD_OBJECT, MEMBER(structure, name), .nested = fields)
/* The fields belong to the same struct; without a key, to the same object, too. */
#define PART(key, fields) ROW(key, FIELD_OBJECT, .nested = fields)
#define NAME(structure, key, name, all)                                                            \
    ROW(key, FIELD_NAME, MEMBER(structure, name), .names = all, .count = COUNT_OF(all))
/* One value for each name. */
#define EACH(structure, key, kind, name, all, fields)                                              \
    ROW(key, kind, MEMBER(structure, name[0]), .nested = fields, .names = all,                     \
        .count = COUNT_OF(POINTER(structure)->name))
#define LIST_SINCE(version, structure, key, name, size, fields)                                    \
    ROW(key, FIELD_LIST, .offset = offsetof(struct structure, name),                               \
        .bytes = sizeof *POINTER(structure)->name, .nested = fields,                               \
        .count = offsetof(struct structure, size), .since = (version))
#define LIST(structure, key, name, size, fields) LIST_SINCE(0, structure, key, name, size, fields)
#define END                                      ROW(.kind = FIELD_END)

const struct field sample_fields[] = {
#define COUNT(name)   FIELD(result_sample, name, FIELD_COUNT)
#define COUNT_3(name) FIELD_SINCE(3, result_sample, name, FIELD_COUNT)
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
    COUNT(anonymous_bytes),
    COUNT(vsz_bytes),
    COUNT_3(page_table_bytes),
    COUNT_3(descriptors),
    COUNT_3(threads),
    COUNT(pss_bytes),
    COUNT_3(lazy_free_bytes),
    COUNT(cpu_ns),
    COUNT(minor_faults),
    COUNT(major_faults),
#undef COUNT
#undef COUNT_3
    END,
};

const struct field interval_fields[] = {
    FIELD(result_interval, start_ns, FIELD_COUNT), FIELD(result_interval, span_ns, FIELD_COUNT),
    FIELD(result_interval, requests, FIELD_COUNT), FIELD(result_interval, hits, FIELD_COUNT),
    FIELD(result_interval, misses, FIELD_COUNT),   FIELD(result_interval, errors, FIELD_COUNT),
    FIELD(result_interval, p50_ns, FIELD_COUNT),   FIELD(result_interval, p99_ns, FIELD_COUNT),
    FIELD(result_interval, max_ns, FIELD_COUNT),   END,
};

const struct field exact_fields[] = {
    FIELD(result_exact, hits, FIELD_COUNT),
    FIELD(result_exact, misses, FIELD_COUNT),
    FIELD(result_exact, evictions, FIELD_COUNT),
    FIELD(result_exact, instructions_per_request, FIELD_MAYBE),
    FIELD(result_exact, allocations_per_request, FIELD_MAYBE),
    FIELD_SINCE(3, result_exact, replayed_requests, FIELD_COUNT),
    FIELD_SINCE(3, result_exact, replayed_hits, FIELD_COUNT),
    END,
};

const struct field latency_fields[] = {
    FIELD(result_latency, count, FIELD_COUNT),
    FIELD(result_latency, mean_ns, FIELD_REAL),
    FIELD(result_latency, p50_ns, FIELD_COUNT),
    FIELD(result_latency, p90_ns, FIELD_COUNT),
    FIELD(result_latency, p99_ns, FIELD_COUNT),
    FIELD(result_latency, p999_ns, FIELD_COUNT),
    FIELD(result_latency, p9999_ns, FIELD_COUNT),
    FIELD(result_latency, max_ns, FIELD_COUNT),
    END,
};

const struct field errors_fields[] = {
    FIELD(result_errors, refused, FIELD_COUNT),
    FIELD(result_errors, reset, FIELD_COUNT),
    FIELD(result_errors, timeout, FIELD_COUNT),
    FIELD(result_errors, status, FIELD_COUNT),
    FIELD(result_errors, truncated, FIELD_COUNT),
    FIELD(result_errors, garbage, FIELD_COUNT),
    FIELD(result_errors, length, FIELD_COUNT),
    FIELD(result_errors, wrong, FIELD_COUNT),
    END,
};

static const struct field statuses_fields[] = {
#define STATUS(key, name) ROW(key, FIELD_COUNT, MEMBER(result_statuses, name))
    STATUS("2xx", s2xx), STATUS("3xx", s3xx),    STATUS("4xx", s4xx),
    STATUS("5xx", s5xx), STATUS("other", other), END,
#undef STATUS
};

static const struct field latencies_fields[] = {
    OBJECT(result_load, "all", all, latency_fields),
    OBJECT(result_load, "hits", hit, latency_fields),
    OBJECT(result_load, "misses", miss, latency_fields),
    OBJECT(result_load, "as_sent", as_sent, latency_fields),
    END,
};

const struct field load_fields[] = {
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
    OBJECT(result_load, "errors_by_kind", errors_by_kind, errors_fields),
    ROW("statuses", FIELD_OBJECT, MEMBER(result_load, statuses), .nested = statuses_fields,
        .since = 3),
    PART("latency", latencies_fields),
    END,
};

const struct field server_fields[] = {
    FIELD(result_server, cpu_ns, FIELD_COUNT),
    FIELD(result_server, cpu_us_per_request, FIELD_REAL),
    FIELD(result_server, overhead_bytes_per_entry, FIELD_REAL),
    END,
};

const struct field sampling_fields[] = {
    FIELD(result_sampling, interval_ns, FIELD_COUNT),
    FIELD(result_sampling, samples, FIELD_COUNT),
    FIELD(result_sampling, cpu_us_per_sample, FIELD_REAL),
    FIELD(result_sampling, cpu_share, FIELD_REAL),
    END,
};

const struct field burst_fields[] = {
    FIELD(result_burst, ids, FIELD_COUNT),
    FIELD(result_burst, end_ns, FIELD_COUNT),
    FIELD(result_burst, dirty_decay_ns, FIELD_NUMBER),
    FIELD(result_burst, peak_rss_bytes, FIELD_COUNT),
    FIELD(result_burst, peak_resident_bytes, FIELD_COUNT),
    LIST(result_burst, "samples", samples, sample_count, sample_fields),
    END,
};

const struct field after_fields[] = {
    FIELD(result_after, seconds, FIELD_REAL),
    FIELD(result_after, rss_bytes, FIELD_COUNT),
    FIELD(result_after, resident_bytes, FIELD_COUNT),
    FIELD(result_after, returned_share, FIELD_REAL),
    FIELD(result_after, resident_returned_share, FIELD_REAL),
    END,
};

const struct field slope_fields[] = {
    FIELD(result_slope, per_request, FIELD_REAL),
    FIELD(result_slope, low, FIELD_REAL),
    FIELD(result_slope, high, FIELD_REAL),
    END,
};

const struct field counts_fields[] = {
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
    END,
};

const struct field verdict_fields[] = {
    FIELD(result_verdict, layer, FIELD_TEXT),
    FIELD(result_verdict, figure, FIELD_TEXT),
    FIELD(result_verdict, bytes_per_request, FIELD_REAL),
    FIELD(result_verdict, low, FIELD_REAL),
    FIELD(result_verdict, high, FIELD_REAL),
    FIELD(result_verdict, grows, FIELD_TEXT),
    FIELD(result_verdict, limit_bytes, FIELD_COUNT),
    FIELD(result_verdict, limit_rate_rps, FIELD_REAL),
    FIELD(result_verdict, time_to_limit_ns, FIELD_COUNT),
    FIELD(result_verdict, requests_until_full, FIELD_COUNT),
    FIELD(result_verdict, requests_needed, FIELD_COUNT),
    FIELD(result_verdict, words, FIELD_TEXT),
    FIELD(result_verdict, judged_samples, FIELD_COUNT),
    FIELD(result_verdict, judged_requests, FIELD_COUNT),
    FIELD(result_verdict, first_bytes, FIELD_COUNT),
    FIELD(result_verdict, last_bytes, FIELD_COUNT),
    FIELD(result_verdict, peak_bytes, FIELD_COUNT),
    FIELD(result_verdict, steady, FIELD_FLAG),
    FIELD(result_verdict, limits_kept, FIELD_FLAG),
    FIELD(result_verdict, dead_entries, FIELD_COUNT),
    END,
};

const struct field judgement_fields[] = {
    NAME(result_verdict, "class", class, verdict_class_names),
    PART(NULL, verdict_fields),
    OBJECT(result_verdict, "first", first, counts_fields),
    OBJECT(result_verdict, "last", last, counts_fields),
    EACH(result_verdict, NULL, FIELD_OBJECT, gaps, result_gaps, slope_fields),
    EACH(result_verdict, "layers", FIELD_OBJECT, layers, result_layers, slope_fields),
    END,
};

const struct field measured_fields[] = {
    OBJECT(result_run, "load", load, load_fields),
    OBJECT(result_run, "server", server, server_fields),
    OBJECT(result_run, "sampling", sampling, sampling_fields),
    OBJECT(result_run, "verdict", verdict, judgement_fields),
    OBJECT(result_run, "counts", counts, exact_fields),
    LIST(result_run, "series", series, series_count, interval_fields),
    END,
};

const struct field run_fields[] = {
    FIELD(result_run, workload, FIELD_TEXT),
    FIELD(result_run, ids, FIELD_TEXT),
    FIELD(result_run, repetition, FIELD_COUNT),
    FIELD(result_run, seed, FIELD_COUNT),
    FIELD(result_run, reason, FIELD_TEXT),
    FIELD(result_run, capped_ns, FIELD_COUNT),
    NAME(result_run, "status", status, run_status_names),
    LIST(result_run, "samples", samples, sample_count, sample_fields),
    END,
};

const struct field figure_fields[] = {
    FIELD(result_figure, median, FIELD_REAL),
    FIELD(result_figure, low, FIELD_REAL),
    FIELD(result_figure, high, FIELD_REAL),
    FIELD(result_figure, n, FIELD_COUNT),
    END,
};

const struct field summary_fields[] = {
    FIELD(result_summary, workload, FIELD_TEXT),
    FIELD(result_summary, runs, FIELD_COUNT),
    FIELD(result_summary, failed, FIELD_COUNT),
    FIELD(result_summary, capped, FIELD_COUNT),
    FIELD(result_summary, bottlenecked, FIELD_COUNT),
    FIELD(result_summary, words, FIELD_TEXT),
    NAME(result_summary, "class", class, verdict_class_names),
    EACH(result_summary, "verdicts", FIELD_COUNT, verdicts, verdict_class_names, NULL),
    EACH(result_summary, "figures", FIELD_OBJECT, figures, result_figures, figure_fields),
    END,
};

const struct field limits_fields[] = {
    FIELD(result_limits, capacity_entries, FIELD_COUNT),
    FIELD(result_limits, capacity_bytes, FIELD_COUNT),
    FIELD(result_limits, ttl_ns, FIELD_COUNT),
    END,
};

const struct field made_by_fields[] = {
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
    FIELD_SINCE(3, result_made_by, requests, FIELD_COUNT),
    FIELD(result_made_by, duration_ns, FIELD_COUNT),
    FIELD(result_made_by, protocol, FIELD_TEXT),
    FIELD(result_made_by, streams, FIELD_COUNT),
    FIELD(result_made_by, rate_rps, FIELD_REAL),
    FIELD(result_made_by, command, FIELD_TEXT),
    FIELD(result_made_by, url, FIELD_TEXT),
    FIELD(result_made_by, command_line, FIELD_TEXT),
    FIELD(result_made_by, time, FIELD_TEXT),
    END,
};

const struct field speed_fields[] = {
    FIELD(result_speed, workload, FIELD_TEXT),
    FIELD(result_speed, repetition, FIELD_COUNT),
    FIELD(result_speed, seed, FIELD_COUNT),
    FIELD(result_speed, rounds, FIELD_COUNT),
    FIELD(result_speed, requests, FIELD_COUNT),
    FIELD(result_speed, cpu_us_per_request, FIELD_REAL),
    FIELD(result_speed, requests_per_second, FIELD_REAL),
    FIELD(result_speed, p50_ns, FIELD_COUNT),
    FIELD(result_speed, p90_ns, FIELD_COUNT),
    FIELD(result_speed, p99_ns, FIELD_COUNT),
    FIELD(result_speed, p999_ns, FIELD_COUNT),
    FIELD(result_speed, max_ns, FIELD_COUNT),
    FIELD(result_speed, bottleneck, FIELD_FLAG),
    END,
};

const struct field hits_fields[] = {
    FIELD(result_hits, workload, FIELD_TEXT),
    FIELD(result_hits, ids, FIELD_TEXT),
    FIELD(result_hits, requests, FIELD_COUNT),
    FIELD(result_hits, hits, FIELD_COUNT),
    FIELD(result_hits, compulsory_misses, FIELD_COUNT),
    FIELD(result_hits, steady_requests, FIELD_COUNT),
    FIELD(result_hits, steady_hits, FIELD_COUNT),
    FIELD(result_hits, entries, FIELD_COUNT),
    FIELD(result_hits, cache_bytes, FIELD_COUNT),
    END,
};

const struct field noise_fields[] = {
    FIELD(result_noise, known, FIELD_FLAG),
    FIELD(result_noise, pairs, FIELD_COUNT),
    EACH(result_noise, NULL, FIELD_MAYBE, figures, result_figures, NULL),
    END,
};

const struct field result_fields[] = {
    FIELD(result, variant, FIELD_TEXT),
    FIELD(result, policy, FIELD_TEXT),
    FIELD(result, complete, FIELD_FLAG),
    OBJECT(result, "limits", limits, limits_fields),
    OBJECT(result, "made_by", made_by, made_by_fields),
    OBJECT(result, "noise", noise, noise_fields),
    LIST(result, "summary", summaries, summary_count, summary_fields),
    LIST_SINCE(3, result, "speeds", speeds, speed_count, speed_fields),
    LIST_SINCE(3, result, "hits", hits, hits_count, hits_fields),
    END,
};

static json_t *value_json(const struct field *field, const void *at)
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
    case FIELD_NAME:
        return json_string(field->names[*(const unsigned *)at]);
    default:
        break;
    }
    json_t *text = json_string(at);
    return text != NULL ? text : json_string_nocheck("");
}

static size_t *list_count(const struct field *field, const void *structure)
{
    return (size_t *)((char *)structure + field->count);
}

static json_t *list_json(const struct field *field, const void *structure)
{
    const char *elements = *(char *const *)((const char *)structure + field->offset);
    json_t *list = json_array();
    for (size_t i = 0; i < *list_count(field, structure); i++)
        json_array_append_new(list, fields_json(field->nested, elements + i * field->bytes));
    return list;
}

/* Adds an object; without a key, it is the same object. */
static json_t *object_add(json_t *object, const char *key)
{
    if (key == NULL)
        return object;
    json_t *added = json_object();
    json_object_set_new(object, key, added);
    return added;
}

static void value_write(json_t *object, const char *key, const struct field *field, const void *at)
{
    if (field->kind == FIELD_OBJECT)
        fields_write(object_add(object, key), field->nested, at);
    else
        json_object_set_new(object, key, value_json(field, at));
}

static bool has_value_for_each_name(const struct field *field)
{
    return field->names != NULL && field->kind != FIELD_NAME;
}

static void each_write(json_t *object, const struct field *field, const char *at)
{
    json_t *values = object_add(object, field->key);
    for (size_t i = 0; i < field->count; i++)
        value_write(values, field->names[i], field, at + i * field->bytes);
}

void fields_write(json_t *object, const struct field *fields, const void *from)
{
    for (const struct field *field = fields; field->kind != FIELD_END; field++) {
        const char *at = (const char *)from + field->offset;
        if (field->kind == FIELD_LIST)
            json_object_set_new(object, field->key, list_json(field, from));
        else if (has_value_for_each_name(field))
            each_write(object, field, at);
        else
            value_write(object, field->key, field, at);
    }
}

json_t *fields_json(const struct field *fields, const void *from)
{
    json_t *object = json_object();
    fields_write(object, fields, from);
    return object;
}

static int text_read(const json_t *value, const struct field *field, char *at)
{
    if (!json_is_string(value) || json_string_length(value) >= field->bytes)
        return -1;
    memcpy(at, json_string_value(value), json_string_length(value) + 1);
    return 0;
}

/* Sets the index of the name. */
static int name_read(const json_t *value, const struct field *field, unsigned *index)
{
    for (*index = 0; json_is_string(value) && *index < field->count; ++*index)
        if (strcmp(json_string_value(value), field->names[*index]) == 0)
            return 0;
    return -1;
}

static int value_read(const json_t *value, const struct field *field, void *at)
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
    case FIELD_NAME:
        return name_read(value, field, at);
    default:
        return text_read(value, field, at);
    }
}

/* The value of the key; without a key, the object itself. */
static const json_t *value_find(const json_t *object, const char *key, struct fields_reader *reader)
{
    if (key == NULL)
        return object;
    reader->missing = key;
    return json_object_get(object, key);
}

static int list_read(const json_t *list, const struct field *field, void *structure,
                     struct fields_reader *reader)
{
    char **elements = (char **)((char *)structure + field->offset);
    size_t *count = list_count(field, structure), i;
    const json_t *element;
    if (!json_is_array(list))
        return -1;
    *count = json_array_size(list);
    *elements = NULL;
    if (*count == 0)
        return 0;
    *elements = memory_alloc_zeroed(reader->zone, *count * field->bytes);
    json_array_foreach ((json_t *)list, i, element)
        if (fields_read(element, field->nested, *elements + i * field->bytes, reader))
            return -1;
    return 0;
}

static int field_read(const json_t *object, const char *key, const struct field *field, void *at,
                      struct fields_reader *reader)
{
    const json_t *value = value_find(object, key, reader);
    if (field->kind == FIELD_OBJECT)
        return json_is_object(value) ? fields_read(value, field->nested, at, reader) : -1;
    return value_read(value, field, at);
}

static int each_read(const json_t *object, const struct field *field, char *at,
                     struct fields_reader *reader)
{
    const json_t *values = value_find(object, field->key, reader);
    for (size_t i = 0; i < field->count; i++) {
        /* An older version has fewer names. */
        if (reader->version < RESULT_VERSION && json_object_get(values, field->names[i]) == NULL)
            continue;
        if (field_read(values, field->names[i], field, at + i * field->bytes, reader))
            return -1;
    }
    return 0;
}

int fields_read(const json_t *object, const struct field *fields, void *into,
                struct fields_reader *reader)
{
    int status = 0;
    for (const struct field *field = fields; status == 0 && field->kind != FIELD_END; field++) {
        char *at = (char *)into + field->offset;
        if (field->since > reader->version)
            continue;
        if (field->kind == FIELD_LIST)
            status = list_read(value_find(object, field->key, reader), field, into, reader);
        else if (has_value_for_each_name(field))
            status = each_read(object, field, at, reader);
        else
            status = field_read(object, field->key, field, at, reader);
    }
    return status;
}
