/* cache.h - index, slots, records, limits and accounting, driven by a policy.
 *
 * One thread at a time (shards.h puts a lock around it). Time is handed in, monotonic. A cache has
 * a memory zone of its own: cache_stats.bytes and the zone's allocated bytes agree whenever nobody
 * else holds a record that has left the cache.
 *
 * Limits are kept at every moment: neither entries nor bytes (index, slots, the policy's order and
 * histories included) exceed them, and nothing older than ttl_ns is handed out.
 */
#ifndef CACHE_H
#define CACHE_H

#include "census.h"
#include "live_sample.h"
#include "policy.h"
#include "record.h"
#include "units.h"

struct cache_setup {
    const struct policy *policy;
    uint64_t capacity_entries; /* 0: no limit */
    uint64_t capacity_bytes;   /* 0: no limit */
    uint64_t ttl_ns;           /* 0: no limit */
    uint64_t seed;
    struct live_sample *live_sample; /* hears of records that the cache frees; NULL: nobody does */
    bool keys_only; /* no records: cache_get_or_insert instead of cache_get and cache_put */
};

struct cache_stats {
    uint64_t entries;
    uint64_t payload_bytes; /* keys and bodies of the records in the cache */
    uint64_t bytes;         /* all that the cache caused: records at usable size, index, order */
    /* entries = insertions - replacements - evictions - expirations - removals; a weak cache's
     * entries leave by removal. */
    uint64_t hits, misses, insertions, replacements, evictions, expirations, removals;
    uint64_t freed_records, freed_record_bytes; /* whose last owner was the cache; in all */
};

struct cache;

struct cache *cache_create(const struct cache_setup *setup);
/* Drops the cache's references. Records that others still hold must be released before
 * cache_destroy, since they live in the cache's zone. */
void cache_destroy(struct cache *cache);

/* Where records for this cache are to be created. */
struct memory_zone *cache_zone(struct cache *cache);
/* The hash under which the cache knows a key: stable across machines and runs. */
uint64_t cache_hash(struct span key);

/* A number's hash: one to one (the finalizer of MurmurHash3). */
static inline uint64_t cache_hash_id(uint64_t id)
{
    id = (id ^ (id >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    id = (id ^ (id >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return id ^ (id >> 33);
}

/* The record with one more reference, which is the caller's to drop; NULL: a miss. What is known
 * about the request comes in access; bytes and capacity are filled in. */
struct record *cache_get_as(struct cache *cache, struct span key, struct access *access);
/* Keeps the record under its key, in place of an older one. The cache takes a reference of its
 * own (a weak cache none). A record that cannot fit, or that the policy refuses, is not kept. */
void cache_put_as(struct cache *cache, struct record *record, struct access *access);

/* The same, where no more is known than the hash and the time. */
static inline struct record *cache_get(struct cache *cache, struct span key, uint64_t hash,
                                       uint64_t now_ns)
{
    return cache_get_as(cache, key, &(struct access){.hash = hash, .now_ns = now_ns});
}

static inline void cache_put(struct cache *cache, struct record *record, uint64_t hash,
                             uint64_t now_ns)
{
    cache_put_as(cache, record, &(struct access){.hash = hash, .now_ns = now_ns});
}

/* As cache_get, for those who look on: nobody learns that it was asked for. */
struct record *cache_peek(const struct cache *cache, struct span key, uint64_t hash);
/* True: it was there. */
bool cache_remove(struct cache *cache, struct span key, uint64_t hash);
/* Lets expired entries go; call it at least every CACHE_TICK_NS. */
#define CACHE_TICK_NS (100 * NS_PER_MS)
void cache_tick(struct cache *cache, uint64_t now_ns);

/* Called by whoever saw record_drop say "the last": a weak cache forgets the record. The caller
 * frees it afterwards. */
void cache_forget(struct cache *cache, struct record *record, uint64_t hash);

void cache_stats(const struct cache *cache, struct cache_stats *stats);
/* Adds what the cache holds, its containers within the one of this name. The rows come to
 * cache_stats.bytes exactly. The total of records is not the cache's to tell and stays 0. */
void cache_census(const struct cache *cache, const char *name, struct census *census);

/* For whoever looks on: neither a hit nor a miss, the policy hears nothing, and no reference is
 * taken. The record, or NULL, is there as long as the cache is the caller's. */
const struct record *cache_peek_borrowed(const struct cache *cache, struct span key, uint64_t hash);
/* The first record in a slot from *slot on, looking at about `most` slots; NULL: none in these.
 * *slot is where to go on, NO_SLOT at the end. The cache may change between two calls: an entry
 * that stays meanwhile is met exactly once. */
const struct record *cache_next(const struct cache *cache, uint32_t *slot, uint32_t most);
/* The same, but all records met are removed. Tells how many. */
uint64_t cache_clear(struct cache *cache, uint32_t *slot, uint32_t most);
/* No slot that is in use is at or above. */
uint32_t cache_slots_end(const struct cache *cache);
/* Other limits, 0: none, from now on: what is above them goes at once, in the policy's order. To
 * go down without a pause, go in steps. */
void cache_resize(struct cache *cache, uint64_t capacity_entries, uint64_t capacity_bytes);

/* Entries without records, known by hash alone: two keys with one hash would be one entry, so
 * numbers are hashed by cache_hash_id, which never does that. True: it was there; otherwise it is
 * now, unless it cannot fit. Fills in access->capacity. */
bool cache_get_or_insert(struct cache *cache, struct access *access);
/* The same for `count` requests in their order, and faster: memory is fetched ahead. The answers
 * are left in hits. */
void cache_get_or_insert_many(struct cache *cache, struct access *accesses, size_t count,
                              bool *hits);

#endif
