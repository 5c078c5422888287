/* cache.h - index, slots, records, limits and accounting of a cache, driven by a policy.
 *
 * Threads: one at a time; shards.h adds a lock. Times are passed in, monotonic, in nanoseconds.
 *
 * Each cache has a memory zone of its own. cache_stats.bytes equals the allocated bytes of the zone
 * unless a record that has left the cache is still held.
 *
 * The limits hold at every moment: neither the entries nor the bytes (index, slots and the policy's
 * own memory included) exceed them, and no entry older than ttl_ns is returned.
 */
#pragma once

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
    struct live_sample *live_sample; /* the cache reports the records that it frees; may be NULL */
    bool keys_only; /* no records: use cache_get_or_insert instead of cache_get and cache_put */
};

struct cache_stats {
    uint64_t entries;
    uint64_t payload_bytes; /* keys and bodies of the records in the cache */
    uint64_t bytes;         /* everything: records at usable size, index, slots, the policy's own */
    /* Since the start. entries = insertions - replacements - evictions - expirations - removals;
     * the entries of a weak cache leave by removal. */
    uint64_t hits, misses, insertions, replacements, evictions, expirations, removals;
    uint64_t freed_records, freed_record_bytes; /* records whose last reference was the cache's */
};

struct cache;

struct cache *cache_create(const struct cache_setup *setup);
/* Drops the cache's references. Records that others hold must be released before, because they lie
 * in the cache's zone. */
void cache_destroy(struct cache *cache);

/* Where the records of this cache must be created. */
struct memory_zone *cache_zone(struct cache *cache);
/* The hash of a key (XXH3): the same on every machine and in every run. */
uint64_t cache_hash(struct span key);

/* The hash of a number: one to one (the finalizer of MurmurHash3). */
static inline uint64_t cache_hash_id(uint64_t id)
{
    id = (id ^ (id >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    id = (id ^ (id >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return id ^ (id >> 33);
}

/* Returns a reference to the record, or NULL: a miss. The caller sets what it knows of the access;
 * bytes and capacity are filled in. */
struct record *cache_get_as(struct cache *cache, struct span key, struct access *access);
/* Stores the record under its key, in place of an older one. The cache takes a reference of its own
 * (a weak cache none). A record that cannot fit, or that the policy refuses, is not stored. */
void cache_put_as(struct cache *cache, struct record *record, struct access *access);

/* The same when only the hash and the time are known. */
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

/* Returns whether the key was in the cache. */
bool cache_remove(struct cache *cache, struct span key, uint64_t hash);
/* Removes expired entries and continues a resize of the index. Call it every CACHE_TICK_NS. */
#define CACHE_TICK_NS (100 * NS_PER_MS)
void cache_tick(struct cache *cache, uint64_t now_ns);

/* For weak caches: removes the entry of a record whose last reference was dropped. The caller frees
 * the record afterwards. */
void cache_forget(struct cache *cache, struct record *record, uint64_t hash);

/* Changes the limits; 0: none. Entries above them are evicted at once, so that a large step down
 * causes a pause: go in small steps. */
void cache_resize(struct cache *cache, uint64_t capacity_entries, uint64_t capacity_bytes);

/* Introspection. These count no hit or miss and do not call the policy. */

void cache_stats(const struct cache *cache, struct cache_stats *stats);
/* Adds a row for each container of the cache, below the container `name`. The live bytes of the
 * rows add up to cache_stats.bytes. The cache does not know how many records were ever created:
 * that total stays 0. */
void cache_census(const struct cache *cache, const char *name, struct census *census);

/* Returns a reference to the record of the key; NULL: it is not in the cache. */
struct record *cache_peek(const struct cache *cache, struct span key, uint64_t hash);
/* The same without a reference: the record is valid until the cache is used by another thread. */
const struct record *cache_peek_borrowed(const struct cache *cache, struct span key, uint64_t hash);

/* Iterates over the records in slot order. Start with *slot = 0; each call continues there, looks
 * at about `limit` slots, and returns the first record it finds (in slot *slot - 1), without a
 * reference. NULL: these slots have none; the iteration ends when *slot is NO_SLOT. The cache may
 * change between calls: an entry that stays is returned exactly once. */
const struct record *cache_next(const struct cache *cache, uint32_t *slot, uint32_t limit);
/* The same iteration, but removes the records. Returns how many. */
uint64_t cache_clear(struct cache *cache, uint32_t *slot, uint32_t limit);
/* All slots in use are below it. */
uint32_t cache_slots_end(const struct cache *cache);

/* Caches with keys_only. */

/* Entries are known by their hash alone: two keys with the same hash are one entry, so hash numbers
 * with cache_hash_id. Returns whether the entry was there; otherwise inserts it, unless it cannot
 * fit. Fills in access->capacity. */
bool cache_get_or_insert(struct cache *cache, struct access *access);
/* The same for `count` accesses, in order; faster, because it prefetches memory. */
void cache_get_or_insert_many(struct cache *cache, struct access *accesses, size_t count,
                              bool *hits);
