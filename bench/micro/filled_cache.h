/* filled_cache.h - a filled cache, and the three operations on it that are measured.
 *
 * A hit gets a key that is in the cache, in another order than that of insertion; a miss gets a key
 * that never was; a put creates a record and inserts it, for which another entry leaves. Puts
 * change which keys are there: hits and misses must be done before the first put.
 */
#pragma once

#include "cache_fixture.h"

#define BODY_CHARS 350 /* of each record, as of an average user */

enum operation { OPERATION_HIT, OPERATION_MISS, OPERATION_PUT, OPERATIONS };
extern const char *const operation_names[OPERATIONS]; /* "get-hit", "get-miss", "put-evict" */

struct filled_cache;

/* The first `entries` of `key_count` keys are inserted, the last as many are those of the misses:
 * there must be at least twice as many keys as entries. The caller keeps the keys until it has
 * called filled_cache_destroy. */
struct filled_cache *filled_cache_create(struct memory_zone *zone, const struct policy *policy,
                                         uint32_t entries, const struct key *keys,
                                         uint32_t key_count);
void filled_cache_destroy(struct filled_cache *cache);

/* Does the operation `count` times and returns how many were hits. */
uint64_t filled_cache_do(struct filled_cache *cache, enum operation operation, uint64_t count);
/* NULL, or what is wrong when of `count` operations so many were hits. A cache that stores nothing
 * never hits. */
const char *filled_cache_check(const struct filled_cache *cache, enum operation operation,
                               uint64_t count, uint64_t hits);
