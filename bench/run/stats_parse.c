/* stats_parse.c - from a server's figures to a sample: a table of which stands where. */
#include "stats_parse.h"

#include <math.h>
#include <stdio.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Where a sample's figures stand in the server's answer. */
struct place {
    const char *group, *name;
    size_t offset;
    bool optional; /* 0 where the server does not tell */
};

#define PLACE(group, name, field)                                                                  \
    {                                                                                              \
        group, name, offsetof(struct result_sample, field), false                                  \
    }
#define MAYBE(group, name, field)                                                                  \
    {                                                                                              \
        group, name, offsetof(struct result_sample, field), true                                   \
    }
static const struct place places[] = {
    PLACE("cache", "hits", hits),
    PLACE("cache", "misses", misses),
    PLACE("cache", "evictions", evictions),
    PLACE("cache", "expirations", expirations),
    PLACE("cache", "entries", entries),
    PLACE("memory", "payload_bytes", payload_bytes),
    PLACE("memory", "cache_bytes", cache_bytes),
    MAYBE("memory", "live_records", live_records),
    MAYBE("memory", "live_record_bytes", live_record_bytes),
    MAYBE("memory", "held_records", held_records),
    PLACE("memory", "zone_allocated_bytes", zone_allocated_bytes),
    PLACE("memory", "zone_active_bytes", zone_active_bytes),
    PLACE("memory", "zone_resident_bytes", zone_resident_bytes),
    PLACE("memory", "zone_metadata_bytes", zone_metadata_bytes),
    PLACE("memory", "zone_retained_bytes", zone_retained_bytes),
    PLACE("memory", "allocated_bytes", allocated_bytes),
    PLACE("memory", "active_bytes", active_bytes),
    PLACE("memory", "metadata_bytes", metadata_bytes),
    PLACE("memory", "resident_bytes", resident_bytes),
    PLACE("memory", "mapped_bytes", mapped_bytes),
    PLACE("memory", "retained_bytes", retained_bytes),
};

int stats_parse_json(const json_t *stats, struct result_sample *sample, struct error *error)
{
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        const json_t *value =
            json_object_get(json_object_get(stats, places[i].group), places[i].name);
        if (json_is_integer(value)) {
            *(uint64_t *)((char *)sample + places[i].offset) = (uint64_t)json_integer_value(value);
        } else if (!places[i].optional) {
            return error_set(error, "GET /stats: there is no %s.%s", places[i].group,
                             places[i].name);
        }
    }
    return 0;
}

int stats_parse(const char *text, size_t bytes, struct result_sample *sample, struct error *error)
{
    json_t *stats = json_loadb(text, bytes, 0, NULL);
    int status = stats_parse_json(stats, sample, error);
    json_decref(stats);
    return status;
}

double stats_parse_allocations(const char *text, size_t bytes)
{
    json_t *dump = json_loadb(text, bytes, 0, NULL);
    json_int_t small, large;
    int told = json_unpack(dump, "{s:{s:{s:{s:{s:I},s:{s:I}}}}}", "jemalloc", "stats.arenas",
                           "merged", "small", "nrequests", &small, "large", "nrequests", &large);
    json_decref(dump);
    return told == 0 ? (double)small + (double)large : NAN;
}
