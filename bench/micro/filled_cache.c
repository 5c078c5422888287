/* filled_cache.c - hits, misses and puts, each going round its keys. */
#include "filled_cache.h"

const char *const operation_names[OPERATIONS] = {"get-hit", "get-miss", "put-evict"};

/* Keys from `first` to `end`, one after the other, again and again. */
struct ring {
    uint32_t first, end, next;
};

struct filled_cache {
    struct cache_fixture *fixture;
    const struct key *keys;
    struct ring present, absent;
    bool stores; /* false: a policy that keeps nothing */
};

struct filled_cache *filled_cache_create(struct memory_zone *zone, const struct policy *policy,
                                         uint32_t entries, const struct key *keys,
                                         uint32_t key_count)
{
    struct cache_stats stats;
    struct filled_cache *cache = memory_alloc(zone, sizeof *cache);
    *cache = (struct filled_cache){.keys = keys,
                                   .present = {0, entries, 0},
                                   .absent = {key_count - entries, key_count, key_count - entries}};
    cache->fixture =
        cache_fixture_create(zone, &(struct cache_fixture_setup){.policy = policy,
                                                                 .entries = entries,
                                                                 .keys = keys,
                                                                 .key_count = key_count,
                                                                 .body_chars = BODY_CHARS});
    cache_fixture_fill(cache->fixture);
    cache_fixture_settle(cache->fixture);
    cache_fixture_stats(cache->fixture, &stats);
    cache->stores = stats.entries > 0;
    return cache;
}

void filled_cache_destroy(struct filled_cache *cache)
{
    if (cache == NULL)
        return;
    cache_fixture_destroy(cache->fixture);
    memory_free(cache);
}

static uint64_t get_keys(struct filled_cache *cache, struct ring *ring, uint64_t count)
{
    uint64_t hits = 0;
    for (uint64_t i = 0; i < count; i++) {
        hits += cache_fixture_get(cache->fixture, &cache->keys[ring->next]);
        ring->next = ring->next + 1 == ring->end ? ring->first : ring->next + 1;
    }
    return hits;
}

uint64_t filled_cache_do(struct filled_cache *cache, enum operation operation, uint64_t count)
{
    switch (operation) {
    case OPERATION_HIT:
        return get_keys(cache, &cache->present, count);
    case OPERATION_MISS:
        return get_keys(cache, &cache->absent, count);
    default:
        for (uint64_t i = 0; i < count; i++)
            cache_fixture_put(cache->fixture);
        return 0;
    }
}

const char *filled_cache_check(const struct filled_cache *cache, enum operation operation,
                               uint64_t count, uint64_t hits)
{
    if (operation == OPERATION_HIT && hits != (cache->stores ? count : 0))
        return "a miss for an entry that was inserted";
    if (operation == OPERATION_MISS && hits != 0)
        return "a hit for a key that was not inserted";
    return NULL;
}
