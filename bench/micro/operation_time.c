/* operation_time.c - the CPU time of a hit, of a miss, and of a put that evicts an entry. */
#include "measure.h"

#define BATCH 64

void shared_cache_clear(struct shared_cache *shared)
{
    if (shared->fixture != NULL)
        cache_fixture_destroy(shared->fixture);
    shared->fixture = NULL;
}

const struct key *shared_cache_keys(struct shared_cache *shared)
{
    if (shared->keys == NULL)
        shared->keys = keys_create(shared->zone, shared->key_count);
    return shared->keys;
}

struct cache_fixture *measure_fixture(const struct measure *measure)
{
    struct shared_cache *shared = measure->shared;
    return cache_fixture_create(shared->zone,
                                &(struct cache_fixture_setup){.policy = measure->policy,
                                                              .entries = measure->entries,
                                                              .keys = shared_cache_keys(shared),
                                                              .key_count = shared->key_count,
                                                              .body_chars = BODY_CHARS});
}

/* The shared fixture, filled anew if it is not the one that the measurement needs. */
static struct cache_fixture *shared_fixture(const struct measure *measure)
{
    struct shared_cache *shared = measure->shared;
    bool fits = shared->fixture != NULL && shared->policy == measure->policy &&
                shared->entries == measure->entries;
    if (fits && (!shared->modified || measure->kind == PUT_EVICT))
        return shared->fixture;
    shared_cache_clear(shared);
    shared->policy = measure->policy;
    shared->entries = measure->entries;
    shared->modified = false;
    shared->fixture = measure_fixture(measure);
    cache_fixture_fill(shared->fixture);
    cache_fixture_settle(shared->fixture);
    return shared->fixture;
}

static void report_overhead(struct gbench *bench, const struct cache_fixture *fixture)
{
    struct cache_stats stats;
    cache_fixture_stats(fixture, &stats);
    double beyond_payload = (double)(stats.bytes - stats.payload_bytes);
    gbench_counter(bench, "entries", (double)stats.entries);
    gbench_counter(bench, "bytes_beyond_payload_per_entry",
                   stats.entries == 0 ? 0 : beyond_payload / (double)stats.entries);
}

/* Gets `count` keys repeatedly. Fails unless all gets hit (`hits`) or all miss (not `hits`). */
static void get_keys(struct gbench *bench, struct cache_fixture *fixture, const struct key *keys,
                     uint32_t count, bool hits)
{
    uint64_t gets = 0, found = 0;
    uint32_t at = 0;
    while (gbench_more(bench, BATCH)) {
        for (int i = 0; i < BATCH; i++) {
            found += cache_fixture_get(fixture, &keys[at]);
            at = at + 1 == count ? 0 : at + 1;
        }
        gets += BATCH;
    }
    if (found != (hits ? gets : 0))
        gbench_fail(bench, hits ? "a miss for an entry that was inserted"
                                : "a hit for a key that was not inserted");
    report_overhead(bench, fixture);
}

void measure_get_hit(struct gbench *bench, void *context)
{
    struct measure *measure = context;
    struct cache_fixture *fixture = shared_fixture(measure);
    struct cache_stats stats;
    cache_fixture_stats(fixture, &stats);
    get_keys(bench, fixture, shared_cache_keys(measure->shared), measure->entries,
             stats.entries > 0);
}

void measure_get_miss(struct gbench *bench, void *context)
{
    struct measure *measure = context;
    struct cache_fixture *fixture = shared_fixture(measure);
    get_keys(bench, fixture, shared_cache_keys(measure->shared) + measure->entries,
             measure->shared->key_count - measure->entries, false);
}

void measure_put_evict(struct gbench *bench, void *context)
{
    struct measure *measure = context;
    struct cache_fixture *fixture = shared_fixture(measure);
    measure->shared->modified = true;
    while (gbench_more(bench, BATCH))
        for (int i = 0; i < BATCH; i++)
            cache_fixture_put(fixture);
    report_overhead(bench, fixture);
}
