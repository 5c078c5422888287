/* stats_parse.c - one table row per figure of a server's statistics. */
#include "stats_parse.h"

#include "count_of.h"

#include <math.h>
#include <stdio.h>

/* A member of the JSON and the field of the sample that it sets. */
struct figure {
    const char *group, *name;
    size_t offset;
    bool optional; /* the field stays as it is if the server does not report it */
};

#define FIGURE(group, name, field)                                                                 \
    {                                                                                              \
        group, name, offsetof(struct result_sample, field), false                                  \
    }
#define OPTIONAL(group, name, field)                                                               \
    {                                                                                              \
        group, name, offsetof(struct result_sample, field), true                                   \
    }
static const struct figure figures[] = {
    FIGURE("cache", "hits", hits),
    FIGURE("cache", "misses", misses),
    FIGURE("cache", "evictions", evictions),
    FIGURE("cache", "expirations", expirations),
    FIGURE("cache", "entries", entries),
    FIGURE("memory", "payload_bytes", payload_bytes),
    FIGURE("memory", "cache_bytes", cache_bytes),
    OPTIONAL("memory", "live_records", live_records),
    OPTIONAL("memory", "live_record_bytes", live_record_bytes),
    OPTIONAL("memory", "held_records", held_records),
    FIGURE("memory", "zone_allocated_bytes", zone_allocated_bytes),
    FIGURE("memory", "zone_active_bytes", zone_active_bytes),
    FIGURE("memory", "zone_resident_bytes", zone_resident_bytes),
    FIGURE("memory", "zone_metadata_bytes", zone_metadata_bytes),
    FIGURE("memory", "zone_retained_bytes", zone_retained_bytes),
    FIGURE("memory", "allocated_bytes", allocated_bytes),
    FIGURE("memory", "active_bytes", active_bytes),
    FIGURE("memory", "metadata_bytes", metadata_bytes),
    FIGURE("memory", "resident_bytes", resident_bytes),
    FIGURE("memory", "mapped_bytes", mapped_bytes),
    FIGURE("memory", "retained_bytes", retained_bytes),
};

int stats_parse_json(const json_t *stats, struct result_sample *sample, struct error *error)
{
    for (size_t i = 0; i < COUNT_OF(figures); i++) {
        const json_t *value =
            json_object_get(json_object_get(stats, figures[i].group), figures[i].name);
        if (json_is_integer(value)) {
            *(uint64_t *)((char *)sample + figures[i].offset) = (uint64_t)json_integer_value(value);
        } else if (!figures[i].optional) {
            return error_set(error, "%s.%s is missing", figures[i].group, figures[i].name);
        }
    }
    return 0;
}

int stats_parse(const char *text, size_t bytes, struct result_sample *sample, struct error *error)
{
    json_t *stats = json_loadb(text, bytes, 0, NULL);
    int status = stats_parse_json(stats, sample, error);
    json_decref(stats);
    return status == 0 ? 0 : error_set(error, "GET /stats: %s", error->text);
}

double stats_parse_allocations(const char *text, size_t bytes)
{
    json_t *dump = json_loadb(text, bytes, 0, NULL);
    json_int_t small, large;
    int status = json_unpack(dump, "{s:{s:{s:{s:{s:I},s:{s:I}}}}}", "jemalloc", "stats.arenas",
                             "merged", "small", "nrequests", &small, "large", "nrequests", &large);
    json_decref(dump);
    return status == 0 ? (double)small + (double)large : NAN;
}
