/* shards_test.c - many threads share a cache: limits, counters, and no leak. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policies.h"
#include "recent_records.h"
#include "user.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define THREADS  4
#define REQUESTS 20000
#define IDS      500
#define CAPACITY 300

static struct shards *shards_of(const char *policy, uint64_t entries, uint64_t bytes, size_t wanted)
{
    struct cache_setup setup = {
        .policy = policy_find(policy), .capacity_entries = entries, .capacity_bytes = bytes};
    return shards_create(&setup, wanted);
}

static struct record *record_make(struct memory_zone *zone, struct span id)
{
    struct user user = {id, {"n", 1}, {"e", 1}, {"a", 1}, {"d", 1}};
    return user_record(&user, zone);
}

/* As the handler does it; the caller releases the record. */
static struct record *user_get(struct shards *shards, unsigned number)
{
    char text[16];
    struct span id = {text, (size_t)snprintf(text, sizeof text, "%u", number)};
    uint64_t hash = cache_hash(id);
    size_t index = shards_index(shards, hash);
    struct cache *cache = shards_enter(shards, index);
    struct record *record = cache_get(cache, id, hash, 1);
    if (record == NULL) {
        record = record_make(cache_zone(cache), id);
        shards_count_created(shards, record);
        cache_put(cache, record, hash, 1);
    } else {
        shards_count_held(shards, record);
    }
    shards_leave(shards, index);
    return record;
}

static struct cache_stats stats_read(struct shards *shards)
{
    struct cache_stats stats;
    struct memory_zone_figures zones;
    struct shards_figures census;
    shards_read(shards, &stats, &zones, &census);
    return stats;
}

static struct shards_figures census_read(struct shards *shards)
{
    struct cache_stats stats;
    struct memory_zone_figures zones;
    struct shards_figures census;
    shards_read(shards, &stats, &zones, &census);
    return census;
}

static void capacity_is_divided(void **state)
{
    static const struct {
        uint64_t entries, bytes;
        size_t wanted, count;
    } rows[] = {
        {0, 0, 1, 1},   {0, 0, 8, 8},   {0, 0, 5, 8},    {0, 0, 1000, 64},   {1, 0, 8, 1},
        {127, 0, 8, 1}, {128, 0, 8, 2}, {1000, 0, 8, 8}, {0, 1 << 20, 8, 1}, {0, 64 << 20, 16, 16},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct shards *shards = shards_of("lru", rows[i].entries, rows[i].bytes, rows[i].wanted);
        assert_int_equal(shards_count(shards), rows[i].count);
        shards_destroy(shards);
    }
}

/* Filled far beyond, 1003 entries are 1003, in one shard as in eight. */
static void capacities_add_up(void **state)
{
    for (size_t wanted = 1; wanted <= 8; wanted *= 8) {
        struct shards *shards = shards_of("lru", 1003, 0, wanted);
        for (unsigned i = 0; i < 20000; i++)
            shards_release(shards, user_get(shards, i));
        assert_int_equal(stats_read(shards).entries, 1003);
        assert_int_equal(stats_read(shards).misses, 20000);
        shards_destroy(shards);
    }
}

static void weak_cache_drops_unowned_records(void **state)
{
    struct memory_zone *zone = memory_zone_create();
    struct shards *shards = shards_of("weak", 0, 0, 4);
    struct recent_records_setup setup = {.shards = shards, .zone = zone, .records = 2};
    struct recent_records *recent = recent_records_create(&setup);
    for (unsigned i = 0; i < 5; i++) {
        struct record *record = user_get(shards, i);
        recent_records_add(recent, record);
        shards_release(shards, record);
    }
    assert_int_equal(stats_read(shards).entries, 2);
    shards_release(shards, user_get(shards, 4));
    shards_release(shards, user_get(shards, 3));
    assert_int_equal(stats_read(shards).hits, 2);
    recent_records_destroy(recent);
    assert_int_equal(stats_read(shards).entries, 0);
    shards_destroy(shards);
    memory_zone_destroy(zone);
}

/* Three records are requested and one fits into the cache. Records are alive while the cache, a
 * session or the caller holds them. */
static void census_counts_live_records(void **state)
{
    struct memory_zone *zone = memory_zone_create();
    struct shards *shards = shards_of("lru", 1, 0, 1);
    struct recent_records_setup setup = {.shards = shards, .zone = zone, .records = 2};
    struct recent_records *recent = recent_records_create(&setup);
    struct record *records[3];
    size_t bytes = 0;
    for (unsigned i = 0; i < 3; i++) {
        records[i] = user_get(shards, i);
        bytes += record_bytes(records[i]);
        recent_records_add(recent, records[i]);
    }
    struct shards_figures census = census_read(shards);
    assert_int_equal(census.live_records, 3);
    assert_int_equal(census.live_record_bytes, bytes);
    assert_int_equal(census.held_records, 5);
    for (unsigned i = 0; i < 3; i++)
        shards_release(shards, records[i]);
    assert_int_equal(census_read(shards).live_records, 2); /* the session's two */
    assert_int_equal(census_read(shards).held_records, 2);
    recent_records_destroy(recent);
    census = census_read(shards);
    assert_int_equal(census.live_records, 1);
    assert_int_equal(census.held_records, 0);
    assert_int_equal(census.live_record_bytes, bytes / 3);
    shards_destroy(shards);
    memory_zone_destroy(zone);
}

static void empty_session_owns_nothing(void **state)
{
    struct memory_zone *zone = memory_zone_create();
    struct shards *shards = shards_of("weak", 0, 0, 1);
    struct recent_records_setup setup = {.shards = shards, .zone = zone};
    struct recent_records *recent = recent_records_create(&setup);
    struct record *record = user_get(shards, 1);
    recent_records_add(recent, record);
    shards_release(shards, record);
    assert_int_equal(stats_read(shards).entries, 0);
    recent_records_destroy(recent);
    shards_destroy(shards);
    memory_zone_destroy(zone);
}

struct http_client {
    pthread_t thread;
    struct shards *shards;
    struct memory_zone *zone;
    uint32_t state;
    unsigned wrong; /* answers for somebody else */
};

static unsigned http_client_next(struct http_client *client)
{
    client->state = client->state * 1664525u + 1013904223u;
    return (client->state >> 8) % IDS;
}

static void *http_client_run(void *context)
{
    struct http_client *client = context;
    struct recent_records_setup setup = {
        .shards = client->shards, .zone = client->zone, .records = 8};
    struct recent_records *recent = recent_records_create(&setup);
    for (unsigned i = 0; i < REQUESTS; i++) {
        unsigned number = http_client_next(client);
        char text[16];
        size_t count = (size_t)snprintf(text, sizeof text, "%u", number);
        struct record *record = user_get(client->shards, number);
        struct span key = record_key(record);
        client->wrong += key.count != count || memcmp(key.bytes, text, count) != 0;
        recent_records_add(recent, record);
        shards_release(client->shards, record);
        if (i % 1000 == 0)
            shards_tick(client->shards, 1);
    }
    recent_records_destroy(recent);
    return NULL;
}

static void threads_share(const char *policy, uint64_t entries)
{
    struct memory_zone *zone = memory_zone_create();
    struct shards *shards = shards_of(policy, entries, 0, 4);
    struct http_client askers[THREADS];
    for (unsigned i = 0; i < THREADS; i++) {
        askers[i] = (struct http_client){.shards = shards, .zone = zone, .state = i};
        assert_int_equal(pthread_create(&askers[i].thread, NULL, http_client_run, &askers[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(askers[i].thread, NULL);
        assert_int_equal(askers[i].wrong, 0);
    }
    struct cache_stats stats = stats_read(shards);
    assert_int_equal(stats.hits + stats.misses, THREADS * REQUESTS);
    assert_int_equal(stats.insertions - stats.replacements - stats.evictions - stats.expirations -
                         stats.removals,
                     stats.entries);
    assert_true(entries == 0 || stats.entries <= entries);
    assert_true(!policy_find(policy)->weak || stats.entries == 0);
    struct shards_figures census = census_read(shards);
    assert_int_equal(census.live_records, stats.entries);
    assert_int_equal(census.held_records, 0);
    shards_destroy(shards);
    memory_zone_destroy(zone);
}

static void threads_share_a_bounded_cache(void **state)
{
    threads_share("lru", CAPACITY);
}

static void threads_share_a_weak_cache(void **state)
{
    threads_share("weak", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(capacity_is_divided),
        cmocka_unit_test(capacities_add_up),
        cmocka_unit_test(weak_cache_drops_unowned_records),
        cmocka_unit_test(census_counts_live_records),
        cmocka_unit_test(empty_session_owns_nothing),
        cmocka_unit_test(threads_share_a_bounded_cache),
        cmocka_unit_test(threads_share_a_weak_cache),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
