/* fetches.c - a small hash table of the fetches in progress. */
#include "fetches.h"

#include <string.h>

#define BUCKETS 256 /* a fetch takes milliseconds; a few steps along a list do not matter */

struct fetches {
    struct memory_zone *zone;
    struct fetches_counts counts;
    struct fetch *bucket[BUCKETS];
};

struct fetches *fetches_create(struct memory_zone *zone)
{
    struct fetches *fetches = memory_alloc_zeroed(zone, sizeof *fetches);
    fetches->zone = zone;
    return fetches;
}

void fetches_destroy(struct fetches *fetches)
{
    memory_free(fetches);
}

static struct fetch **bucket_of(struct fetches *fetches, uint64_t hash)
{
    return &fetches->bucket[hash % BUCKETS];
}

static bool fetch_is_for(const struct fetch *fetch, struct span id, uint64_t hash)
{
    return fetch->hash == hash && fetch->id_count == id.count &&
           memcmp(fetch->id, id.bytes, id.count) == 0;
}

struct fetch *fetches_find(struct fetches *fetches, struct span id, uint64_t hash)
{
    struct fetch *fetch = *bucket_of(fetches, hash);
    while (fetch && !fetch_is_for(fetch, id, hash))
        fetch = fetch->next;
    return fetch;
}

struct fetch *fetches_begin(struct fetches *fetches, struct span id, uint64_t hash)
{
    struct fetch **bucket = bucket_of(fetches, hash);
    struct fetch *fetch = memory_alloc(fetches->zone, sizeof *fetch + id.count);
    *fetch = (struct fetch){.next = *bucket, .hash = hash, .id_count = (uint32_t)id.count};
    memcpy(fetch->id, id.bytes, id.count);
    *bucket = fetch;
    fetches->counts.live++;
    fetches->counts.live_bytes += memory_usable(fetch);
    fetches->counts.total++;
    fetches->counts.total_bytes += memory_usable(fetch);
    return fetch;
}

void fetches_end(struct fetches *fetches, struct fetch *fetch)
{
    struct fetch **link = bucket_of(fetches, fetch->hash);
    while (*link != fetch)
        link = &(*link)->next;
    *link = fetch->next;
    fetches->counts.live--;
    fetches->counts.live_bytes -= memory_usable(fetch);
}

void fetches_count(const struct fetches *fetches, struct fetches_counts *counts)
{
    counts->live += fetches->counts.live;
    counts->live_bytes += fetches->counts.live_bytes;
    counts->total += fetches->counts.total;
    counts->total_bytes += fetches->counts.total_bytes;
}

void fetch_free(struct fetch *fetch)
{
    memory_free(fetch);
}

void fetch_join(struct fetch *fetch, struct waiter *waiter)
{
    waiter->next = fetch->waiters;
    fetch->waiters = waiter;
}

struct span fetch_id(const struct fetch *fetch)
{
    return (struct span){fetch->id, fetch->id_count};
}
