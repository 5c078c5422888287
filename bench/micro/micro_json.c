/* micro_json.c - the figures of each policy as JSON. */
#include "micro_output.h"

#include "count_plan.h"

#include <math.h>
#include <stddef.h>

static json_t *real_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *interval_json(struct stats_interval interval)
{
    return json_pack("{so so so}", "median", real_or_null(interval.value), "low",
                     real_or_null(interval.low), "high", real_or_null(interval.high));
}

static json_t *operation_json(enum operation operation, uint32_t entries, const char *figure,
                              struct stats_interval interval)
{
    return json_pack("{ss si so}", "operation", operation_names[operation], "entries", (int)entries,
                     figure, interval_json(interval));
}

/* One object for each operation and size that was measured. */
static json_t *operations_json(const struct micro_results *results, const struct micro_row *row,
                               const struct micro_wanted *wanted)
{
    json_t *list = json_array();
    for (size_t size = 0; size < results->size_count; size++)
        for (int operation = 0; operation < OPERATIONS; operation++) {
            struct stats_interval counted = row->instructions.of[operation];
            json_t *each = operation_json(operation, results->sizes[size], "cpu_ns",
                                          row->cpu_ns[size][operation]);
            if (wanted->instructions && results->sizes[size] == COUNT_ENTRIES)
                json_object_set_new(each, "instructions", interval_json(counted));
            json_array_append_new(list, each);
        }
    return list;
}

static json_t *footprint_json(const struct footprint *footprint, uint32_t entries)
{
    static const struct {
        const char *name;
        size_t offset;
    } figures[] = {
        {"rounding_bytes", offsetof(struct footprint, rounding_bytes)},
        {"overhead_bytes", offsetof(struct footprint, overhead_bytes)},
        {"rss_beyond_payload_bytes", offsetof(struct footprint, rss_bytes)},
        {"rss_when_full_beyond_payload_bytes", offsetof(struct footprint, rss_full_bytes)},
        {"put_max_ns", offsetof(struct footprint, put_max_ns)},
        {"put_p99.99_ns", offsetof(struct footprint, put_p9999_ns)},
        {"remove_max_ns", offsetof(struct footprint, remove_max_ns)},
        {"remove_p99.99_ns", offsetof(struct footprint, remove_p9999_ns)},
        {"interrupted", offsetof(struct footprint, interrupted)},
    };
    json_t *json = json_pack("{si so si si}", "entries", (int)entries, "entries_kept",
                             real_or_null(footprint->entries), "key_bytes", KEY_CHARS, "body_bytes",
                             BODY_CHARS);
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        double value = *(const double *)((const char *)footprint + figures[i].offset);
        json_object_set_new(json, figures[i].name, real_or_null(value));
    }
    return json;
}

json_t *micro_policies_json(const struct micro_results *results, const struct micro_wanted *wanted)
{
    json_t *list = json_array();
    for (size_t i = 0; i < results->count; i++) {
        const struct micro_row *row = &results->rows[i];
        json_t *policy = json_pack("{ss so}", "policy", row->policy->name, "operations",
                                   operations_json(results, row, wanted));
        if (wanted->footprints)
            json_object_set_new(policy, "footprint",
                                footprint_json(&row->footprint, results->footprint_entries));
        json_array_append_new(list, policy);
    }
    return list;
}
