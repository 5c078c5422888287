/* fetches.c - a hash table of the fetches in progress, which grows with them. */
#include "fetches.h"

#include <string.h>

#define BUCKETS_MIN 256 /* a power of two; the table has at least a bucket per fetch */

struct fetches {
    struct memory_zone *zone;
    struct fetches_counts counts;
    size_t bucket_count;
    struct fetch **bucket;
};

static void buckets_create(struct fetches *fetches, size_t count)
{
    fetches->bucket_count = count;
    fetches->bucket = memory_alloc_zeroed(fetches->zone, count * sizeof(struct fetch *));
}

struct fetches *fetches_create(struct memory_zone *zone)
{
    struct fetches *fetches = memory_alloc_zeroed(zone, sizeof *fetches);
    fetches->zone = zone;
    buckets_create(fetches, BUCKETS_MIN);
    return fetches;
}

void fetches_destroy(struct fetches *fetches)
{
    memory_free(fetches->bucket);
    memory_free(fetches);
}

static struct fetch **bucket_of(struct fetches *fetches, uint64_t hash)
{
    return &fetches->bucket[hash & (fetches->bucket_count - 1)];
}

static void bucket_add(struct fetches *fetches, struct fetch *fetch)
{
    struct fetch **bucket = bucket_of(fetches, fetch->hash);
    fetch->next = *bucket;
    *bucket = fetch;
}

static void buckets_resize(struct fetches *fetches, size_t count)
{
    struct fetch **old = fetches->bucket;
    size_t old_count = fetches->bucket_count;
    buckets_create(fetches, count);
    for (size_t i = 0; i < old_count; i++)
        for (struct fetch *fetch = old[i], *next; fetch; fetch = next) {
            next = fetch->next;
            bucket_add(fetches, fetch);
        }
    memory_free(old);
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
    struct fetch *fetch = memory_alloc(fetches->zone, sizeof *fetch + id.count);
    if (fetches->counts.live == fetches->bucket_count)
        buckets_resize(fetches, 2 * fetches->bucket_count);
    *fetch = (struct fetch){.hash = hash, .id_count = (uint32_t)id.count};
    memcpy(fetch->id, id.bytes, id.count);
    bucket_add(fetches, fetch);
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
    for (struct waiter *waiter = fetch->waiters; waiter; waiter = waiter->next)
        waiter->fetch = NULL;
    fetches->counts.live--;
    fetches->counts.live_bytes -= memory_usable(fetch);
    if (fetches->counts.live == 0 && fetches->bucket_count > BUCKETS_MIN)
        buckets_resize(fetches, BUCKETS_MIN);
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
    waiter->fetch = fetch;
    waiter->hash = fetch->hash;
    waiter->next = fetch->waiters;
    waiter->link = &fetch->waiters;
    if (waiter->next)
        waiter->next->link = &waiter->next;
    fetch->waiters = waiter;
}

bool fetch_leave(struct waiter *waiter)
{
    struct fetch *fetch = waiter->fetch;
    *waiter->link = waiter->next;
    if (waiter->next)
        waiter->next->link = waiter->link;
    waiter->fetch = NULL;
    return fetch->waiters == NULL;
}

struct span fetch_id(const struct fetch *fetch)
{
    return (struct span){fetch->id, fetch->id_count};
}
