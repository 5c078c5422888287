/* record_sizes.c - computes each id's size once, with the service's own origin. */
#include "record_sizes.h"

#include "origin.h"
#include "request.h"
#include "xmalloc.h"

#include <stdlib.h>
#include <string.h>

/* Inverts cache_hash_id: its steps backwards, with inverted factors. */
static uint64_t id_of_hash(uint64_t hash)
{
    hash = (hash ^ (hash >> 33)) * UINT64_C(0x9cb4b2f8129337db);
    hash = (hash ^ (hash >> 33)) * UINT64_C(0x4f74430c22a54005);
    return hash ^ (hash >> 33);
}

static uint32_t body_bytes(struct origin *origin, struct memory_zone *zone, uint64_t hash)
{
    char id[REQUEST_ID_BYTES];
    struct record *record;
    request_render_id(id, id_of_hash(hash));
    if (origin_fetch(origin, (struct span){id, sizeof id}, zone, &record) != ORIGIN_FOUND)
        die_of("the faker invents every user");
    uint32_t bytes = (uint32_t)record_body(record).count;
    record_drop(record);
    record_free(record);
    return bytes;
}

uint32_t *sizes_of_service(const struct corpus *corpus)
{
    struct error error;
    uint32_t *sizes = xcalloc(corpus->requests + 1, sizeof(uint32_t));
    struct memory_zone *zone = memory_zone_create();
    struct origin *origin = origin_open("faker", 0, zone, &error);
    if (origin == NULL)
        die_of(error.text);
    for (uint64_t at = 0; at < corpus->requests; at++) {
        if (sizes[at] == 0)
            sizes[at] = body_bytes(origin, zone, corpus->hashes[at]);
        if (corpus->nexts[at] != TRACE_NEVER)
            sizes[corpus->nexts[at]] = sizes[at];
    }
    origin_close(origin);
    memory_zone_destroy(zone);
    return sizes;
}

bool sizes_complete(struct corpus *corpus, const uint32_t *service_record_bytes)
{
    if (corpus->bytes != NULL)
        return true;
    corpus->bytes = xreallocarray(NULL, corpus->requests + 1, sizeof(uint32_t));
    memcpy(corpus->bytes, service_record_bytes, corpus->requests * sizeof(uint32_t));
    return false;
}
