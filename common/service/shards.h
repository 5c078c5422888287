/* shards.h - the cache of all threads, divided into shards with a lock each.
 *
 * The hash of a key selects its shard. Between shards_enter and shards_leave the calling thread
 * alone uses the shard's cache. Any thread may call any function, but must not enter a second
 * shard.
 */
#pragma once

#include "cache.h"

#include <stddef.h>

struct shards;

/* Creates at least `min_count` shards, rounded up to a power of two, but fewer than that (and at
 * most 64) when each would get less than 64 entries or 1 MiB. Their capacities add up to the
 * setup's. */
struct shards *shards_create(const struct cache_setup *setup, size_t min_count);
/* All records must have been released. */
void shards_destroy(struct shards *shards);

/* The capacity of all shards together; 0: no limit. */
void shards_capacity(struct shards *shards, uint64_t *entries, uint64_t *bytes);
/* One short step towards other capacities, which evicts a few entries per shard. Returns whether
 * they are reached; otherwise call again. A capacity other than 0 must be at least shards_count. */
bool shards_resize(struct shards *shards, uint64_t entries, uint64_t bytes);

size_t shards_count(const struct shards *shards);
/* The shard of a hash. */
size_t shards_index(const struct shards *shards, uint64_t hash);

struct cache *shards_enter(struct shards *shards, size_t index);
void shards_leave(struct shards *shards, size_t index);

/* References held by sessions and requests in flight are counted as "held". */

/* Counts a new record in a cache's zone, and the caller's reference to it. */
void shards_count_created(struct shards *shards, struct record *record);
/* Counts a reference that the caller got from a cache. */
void shards_count_held(struct shards *shards, struct record *record);
/* Takes and counts a reference. */
void shards_hold(struct shards *shards, struct record *record);
/* Drops a counted reference; with the last one the record leaves a weak cache and is freed. Must
 * not be called between shards_enter and shards_leave. */
void shards_release(struct shards *shards, struct record *record);
/* The same for a reference that was not counted. */
void shards_drop(struct shards *shards, struct record *record);

/* Adds a row for each container in the caches, together called main.cache, and for the records that
 * are alive outside of them. */
#define SHARDS_CACHE   "main.cache"
#define SHARDS_OUTSIDE "outside main.cache"
void shards_census(struct shards *shards, struct census *census);
/* A sample of all live records, in the caches or not. */
struct live_sample *shards_live_sample(struct shards *shards);
/* False: the caches are weak, they have no references to their records. */
bool shards_own_records(const struct shards *shards);

struct shards_figures {
    uint64_t live_records, live_record_bytes; /* in the caches' zones, held by anything */
    uint64_t held_records;                    /* references; one record may have several */
};
void shards_tick(struct shards *shards, uint64_t now_ns);
/* Sums over the shards, read one after the other, after a memory_refresh. */
void shards_read(struct shards *shards, struct cache_stats *stats,
                 struct memory_zone_figures *zones, struct shards_figures *records);
