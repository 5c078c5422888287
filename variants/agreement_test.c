/* agreement_test.c - a cache's own count of bytes agrees with the allocator's, at every size. */
#include "cache.h"
#include "policies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define APART_SHARE    0.01 /* by which the two may differ */
#define CHECKS         5    /* number of comparisons until a size is reached */
#define TURNOVER_SHARE 32   /* one in 32 requests is beyond the size, so that entries are evicted */
#define TTL_NS         NS_PER_SECOND
#define BODY_MAX       64
#define BUDGET_BODY    600

/* A cache being filled, and the references of ours that keep a weak cache's entries alive. */
struct cache_fixture {
    const struct policy *policy;
    struct cache *cache;
    struct memory_zone *zone; /* of `held` */
    struct record **held;
    uint64_t size, requests;
};

#define FOR_EACH_POLICY(policy)                                                                    \
    for (size_t at_##policy = 0; at_##policy < policies_count; at_##policy++)                      \
        for (const struct policy *policy = policies[at_##policy]; policy != NULL; policy = NULL)

/* How many of the sizes are filled. Sanitizers count every byte, but slowly; a million records only
 * repeat what a million keys say of index and slots. */
static size_t sizes_count(bool keys_only)
{
    if (strcmp(memory_allocator(), "libc") == 0)
        return 3;
    return keys_only ? 5 : 4;
}
static const uint64_t sizes[] = {100, 1000, 10000, 100000, 1000000};

static void cache_fixture_open(struct cache_fixture *fixture, const struct policy *policy,
                               uint64_t size, bool keys_only)
{
    struct cache_setup setup = {
        .policy = policy,
        .capacity_entries = policy->limits & KEEPS_CAPACITY ? size : 0,
        .ttl_ns = policy->limits & KEEPS_AGE ? TTL_NS : 0,
        .seed = 1,
        .keys_only = keys_only,
    };
    bool keeps_all = policy->limits == 0;
    *fixture = (struct cache_fixture){.policy = policy, .size = size};
    fixture->requests = keeps_all ? size : size + size / TURNOVER_SHARE;
    fixture->zone = memory_zone_create();
    fixture->cache = cache_create(&setup);
    if (policy->weak && !keys_only)
        fixture->held =
            memory_alloc_zeroed(fixture->zone, fixture->requests * sizeof *fixture->held);
}

static void record_release(struct cache_fixture *fixture, struct record *record)
{
    if (!record_drop(record))
        return;
    cache_forget(fixture->cache, record, cache_hash(record_key(record)));
    record_free(record);
}

static void cache_fixture_close(struct cache_fixture *fixture)
{
    for (uint64_t i = 0; fixture->held != NULL && i < fixture->requests; i++)
        record_release(fixture, fixture->held[i]);
    memory_free(fixture->held);
    cache_destroy(fixture->cache);
    memory_zone_destroy(fixture->zone);
}

/* A record of its own size for each number. */
static struct record *record_make(struct cache *cache, uint64_t number, size_t body_max)
{
    static const char body[BUDGET_BODY];
    struct span span = {(const char *)&number, sizeof number};
    size_t bytes = 1 + (size_t)(cache_hash_id(number) % body_max);
    return record_create(cache_zone(cache), span, (struct span){body, bytes}, KEY_APART);
}

static void record_request(struct cache_fixture *fixture, uint64_t number, uint64_t now_ns)
{
    struct record *record = record_make(fixture->cache, number, BODY_MAX);
    cache_put(fixture->cache, record, cache_hash(record_key(record)), now_ns);
    if (fixture->held != NULL)
        fixture->held[number] = record;
    else
        record_release(fixture, record);
}

static void number_ask(struct cache_fixture *fixture, uint64_t number, uint64_t now_ns)
{
    struct access access = {.hash = cache_hash_id(number), .now_ns = now_ns, .bytes = 1};
    cache_get_or_insert(fixture->cache, &access);
}

static void assert_agrees(const struct cache_fixture *fixture)
{
    struct cache_stats stats;
    struct memory_zone_figures zone;
    cache_stats(fixture->cache, &stats);
    memory_zone_read(cache_zone(fixture->cache), &zone);
    double apart = (double)zone.allocated_bytes - (double)stats.bytes;
    if (apart > APART_SHARE * (double)zone.allocated_bytes ||
        -apart > APART_SHARE * (double)zone.allocated_bytes)
        fail_msg("%s at %llu of %llu entries: %llu bytes by its account, %llu by the allocator's",
                 fixture->policy->name, (unsigned long long)stats.entries,
                 (unsigned long long)fixture->size, (unsigned long long)stats.bytes,
                 (unsigned long long)zone.allocated_bytes);
}

/* Time passes such that entries expire when the last are requested. */
static void cache_fixture_fill(struct cache_fixture *fixture,
                               void (*request)(struct cache_fixture *fixture, uint64_t number,
                                               uint64_t now))
{
    uint64_t step_ns = TTL_NS / fixture->size + 1, every = fixture->requests / CHECKS;
    for (uint64_t i = 0; i < fixture->requests; i++) {
        request(fixture, i, 1 + i * step_ns);
        if (i % every == every - 1) {
            cache_tick(fixture->cache, 1 + i * step_ns);
            assert_agrees(fixture);
        }
    }
    assert_agrees(fixture);
}

static void accounts_agree(bool keys_only)
{
    FOR_EACH_POLICY(policy)
    for (size_t i = 0; i < sizes_count(keys_only); i++) {
        struct cache_fixture fixture;
        struct cache_stats stats;
        cache_fixture_open(&fixture, policy, sizes[i], keys_only);
        cache_fixture_fill(&fixture, keys_only ? number_ask : record_request);
        cache_stats(fixture.cache, &stats);
        bool empty = strcmp(policy->name, "null") == 0 || (policy->weak && keys_only);
        assert_true(empty || stats.entries >= fixture.size / 2);
        cache_fixture_close(&fixture);
    }
}

static void accounts_agree_with_records(void **state)
{
    accounts_agree(false);
}

static void accounts_agree_without_records(void **state)
{
    accounts_agree(true);
}

/* Not by the cache's account alone: by the allocator's, at every look. */
static void a_byte_budget_is_kept_by_the_allocators_account(void **state)
{
    enum { REQUESTS = 30000, IDS = 8000, EVERY = 50, LIMIT_BYTES = 500000 };
    FOR_EACH_POLICY(policy)
    {
        struct memory_zone_figures zone;
        struct cache_fixture fixture = {.policy = policy};
        struct cache_setup setup = {.policy = policy, .capacity_bytes = LIMIT_BYTES, .seed = 1};
        if (policy->limits != KEEPS_CAPACITY)
            continue;
        fixture.cache = cache_create(&setup);
        for (uint64_t i = 0; i < REQUESTS; i++) {
            struct record *record =
                record_make(fixture.cache, cache_hash_id(i) % IDS, 1 + i * BUDGET_BODY / REQUESTS);
            cache_put(fixture.cache, record, cache_hash(record_key(record)), i + 1);
            record_release(&fixture, record);
            if (i % EVERY != 0)
                continue;
            memory_zone_read(cache_zone(fixture.cache), &zone);
            if (zone.allocated_bytes > LIMIT_BYTES)
                fail_msg("%s holds %llu of %d bytes", policy->name,
                         (unsigned long long)zone.allocated_bytes, LIMIT_BYTES);
        }
        memory_zone_read(cache_zone(fixture.cache), &zone);
        assert_true(zone.allocated_bytes > LIMIT_BYTES / 2);
        cache_destroy(fixture.cache);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accounts_agree_with_records),
        cmocka_unit_test(accounts_agree_without_records),
        cmocka_unit_test(a_byte_budget_is_kept_by_the_allocators_account),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
