/* shards.h - caches with a lock each: what all threads share.
 *
 * A key belongs to one shard, by its hash. Between shards_enter and shards_leave the shard's cache
 * is the caller's alone. Any thread may call anything, but none may enter a second shard.
 */
#ifndef SHARDS_H
#define SHARDS_H

#include "cache.h"

#include <stddef.h>

struct shards;

/* About as many shards as asked for, a power of two; fewer where each would get too little of the
 * capacity to be a cache. Their capacities add up to the setup's. */
struct shards *shards_create(const struct cache_setup *setup, size_t wanted);
/* Every record must have been released. */
void shards_destroy(struct shards *shards);

/* The capacities in all; 0: no limit. */
void shards_capacity(struct shards *shards, uint64_t *entries, uint64_t *bytes);
/* A short step towards other capacities: what is above them goes a few entries at a time. True:
 * they are reached; otherwise call again. One that is not 0 is at least shards_count. */
bool shards_resize(struct shards *shards, uint64_t entries, uint64_t bytes);

size_t shards_count(const struct shards *shards);
/* Which shard a hash belongs to. */
size_t shards_index(const struct shards *shards, uint64_t hash);

struct cache *shards_enter(struct shards *shards, size_t index);
void shards_leave(struct shards *shards, size_t index);

/* References outside the caches are counted as held, by sessions or by requests in flight. */

/* A record of a cache's zone is new, and its reference the caller's. */
void shards_count_created(struct shards *shards, struct record *record);
/* The caller got a reference from a cache. */
void shards_count_held(struct shards *shards, struct record *record);
/* One more reference. */
void shards_hold(struct shards *shards, struct record *record);
/* One reference less. With the last one a weak cache forgets the record. Not from inside. */
void shards_release(struct shards *shards, struct record *record);
/* The same for a reference that was not counted as held. */
void shards_drop(struct shards *shards, struct record *record);

/* Adds a row for each container of the caches, which together are called main.cache, and for the
 * records outside of them. */
#define SHARDS_CACHE   "main.cache"
#define SHARDS_OUTSIDE "outside main.cache"
void shards_census(struct shards *shards, struct census *census);
/* A sample of the records alive, wherever they are held. */
struct live_sample *shards_live_sample(struct shards *shards);
/* Whether the caches own their records. */
bool shards_own_records(const struct shards *shards);

struct shards_figures {
    uint64_t live_records, live_record_bytes; /* in the caches' zones, wherever they are held */
    uint64_t held_records;                    /* references, so that one record may count often */
};
void shards_tick(struct shards *shards, uint64_t now_ns);
/* Sums over the shards, one after the other. The allocator's figures are counted anew at its
 * beginning (memory_refresh). */
void shards_read(struct shards *shards, struct cache_stats *stats,
                 struct memory_zone_figures *zones, struct shards_figures *records);

#endif
