/* contract_test.c - every policy keeps the contract of policy.h, in the real cache. */
#include "cache.h"
#include "policies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STEPS        10000
#define KEYS         300
#define CENSUS_STEPS 50
#define TTL_NS       NS_PER_SECOND
#define STEP_NS      UINT64_C(10000000) /* a hundred steps an age */
#define BODY_MAX     600
#define NO_RECORD    UINT32_MAX

/* The cache under test, and beside it what a plain array knows. */
struct contract {
    const struct policy *policy;
    struct cache *cache;
    struct cache_setup setup;
    uint64_t now_ns;
    uint64_t random;
    struct record *owned[KEYS]; /* references of our own, as a connection would hold */
    uint32_t version[KEYS];     /* of the body last put, NO_RECORD: none or removed */
    uint64_t put_ns[KEYS];
};

static uint64_t contract_random(struct contract *c, uint64_t below)
{
    c->random = c->random * 6364136223846793005u + 1442695040888963407u;
    return (c->random >> 33) % below;
}

static struct cache_setup setup_of(const struct policy *policy, uint64_t entries, uint64_t bytes)
{
    bool limited = policy->limits & KEEPS_CAPACITY;
    return (struct cache_setup){
        .policy = policy,
        .capacity_entries = limited ? entries : 0,
        .capacity_bytes = limited && !policy->overspends ? bytes : 0,
        .ttl_ns = policy->limits & KEEPS_AGE ? TTL_NS : 0,
        .seed = 1,
    };
}

static void contract_open(struct contract *c, const struct policy *policy, struct cache_setup setup)
{
    *c = (struct contract){.policy = policy, .setup = setup, .now_ns = 1, .random = 99};
    for (uint32_t key = 0; key < KEYS; key++)
        c->version[key] = NO_RECORD;
    c->cache = cache_create(&c->setup);
}

static void contract_release(struct contract *c, struct record *record)
{
    if (record == NULL || !record_drop(record))
        return;
    cache_forget(c->cache, record, cache_hash(record_key(record)));
    record_free(record);
}

static void contract_disown(struct contract *c, uint32_t key)
{
    contract_release(c, c->owned[key]);
    c->owned[key] = NULL;
}

static void contract_close(struct contract *c)
{
    for (uint32_t key = 0; key < KEYS; key++)
        contract_disown(c, key);
    cache_destroy(c->cache);
}

static struct span key_text(uint32_t key, char text[32])
{
    return (struct span){text, (size_t)snprintf(text, 32, "user-%u", key)};
}

static size_t body_bytes(uint32_t key, uint32_t version)
{
    return 20 + (key * 37u + version * 101u) % (BODY_MAX - 20);
}

/* A body that tells its key and version in the first bytes. */
static struct record *contract_record(struct contract *c, uint32_t key, uint32_t version)
{
    char text[32], body[BODY_MAX] = {0};
    snprintf(body, sizeof body, "%u:%u", key, version);
    return record_create(cache_zone(c->cache), key_text(key, text),
                         (struct span){body, body_bytes(key, version)}, KEY_APART);
}

static void contract_put(struct contract *c, uint32_t key, uint32_t version)
{
    struct record *record = contract_record(c, key, version);
    cache_put(c->cache, record, cache_hash(record_key(record)), c->now_ns);
    contract_disown(c, key);
    c->owned[key] = record;
    c->version[key] = version;
    c->put_ns[key] = c->now_ns;
}

/* The version found, or NO_RECORD. */
static uint32_t contract_get(struct contract *c, uint32_t key)
{
    char text[32];
    unsigned found_key, found_version;
    struct span span = key_text(key, text);
    struct record *record = cache_get(c->cache, span, cache_hash(span), c->now_ns);
    if (record == NULL)
        return NO_RECORD;
    assert_int_equal(sscanf(record_body(record).bytes, "%u:%u", &found_key, &found_version), 2);
    assert_int_equal(found_key, key);
    assert_int_equal(record_body(record).count, body_bytes(key, found_version));
    contract_release(c, record);
    return found_version;
}

static bool contract_remove(struct contract *c, uint32_t key)
{
    char text[32];
    struct span span = key_text(key, text);
    c->version[key] = NO_RECORD;
    return cache_remove(c->cache, span, cache_hash(span));
}

static struct cache_stats contract_stats(const struct contract *c)
{
    struct cache_stats stats;
    cache_stats(c->cache, &stats);
    return stats;
}

static bool keeps_nothing(const struct policy *policy)
{
    return strcmp(policy->name, "null") == 0;
}

/* Those to choose from, and then the demos. */
/* Named as it comes, so that a failure, or a crash, has a name. */
static const struct policy *policy_at(size_t index)
{
    const struct policy *policy =
        index < policies_count ? policies[index] : demos[index - policies_count];
    print_message("%s\n", policy->name);
    return policy;
}

#define FOR_EACH_POLICY(policy)                                                                    \
    for (size_t at_##policy = 0; at_##policy < policies_count + demos_count; at_##policy++)        \
        for (const struct policy *policy = policy_at(at_##policy); policy != NULL; policy = NULL)

static void put_then_get_replace_remove(void **state)
{
    FOR_EACH_POLICY(policy)
    {
        struct contract c;
        contract_open(&c, policy, setup_of(policy, 100, 0));
        assert_int_equal(contract_get(&c, 1), NO_RECORD);
        contract_put(&c, 1, 10);
        contract_put(&c, 2, 20);
        bool kept = !keeps_nothing(policy);
        assert_int_equal(contract_get(&c, 1), kept ? 10 : NO_RECORD);
        assert_int_equal(contract_get(&c, 2), kept ? 20 : NO_RECORD);
        contract_put(&c, 1, 11);
        assert_int_equal(contract_get(&c, 1), kept ? 11 : NO_RECORD);
        assert_int_equal(contract_remove(&c, 1), kept);
        assert_false(contract_remove(&c, 1));
        assert_int_equal(contract_get(&c, 1), NO_RECORD);
        assert_int_equal(contract_get(&c, 2), kept ? 20 : NO_RECORD);
        assert_int_equal(contract_stats(&c).entries, kept ? 1 : 0);
        contract_close(&c);
    }
}

static void assert_limits(const struct contract *c)
{
    struct cache_stats stats = contract_stats(c);
    if (c->setup.capacity_entries > 0)
        assert_true(stats.entries <= c->setup.capacity_entries);
    if (c->setup.capacity_bytes > 0)
        assert_true(stats.bytes <= c->setup.capacity_bytes);
}

/* The cache returns the version that was put last, unless it expired, and nothing that the model
 * has removed. Which entries a bounded cache keeps depends on its policy. */
static void contract_check_get(struct contract *c, uint32_t key)
{
    uint32_t found = contract_get(c, key);
    if (found != NO_RECORD) {
        assert_int_equal(found, c->version[key]);
        if (c->setup.ttl_ns > 0)
            assert_true(c->now_ns < c->put_ns[key] + c->setup.ttl_ns);
    }
    bool owned_elsewhere = c->owned[key] != NULL && c->version[key] != NO_RECORD;
    if (c->policy->weak)
        assert_int_equal(found, owned_elsewhere ? c->version[key] : NO_RECORD);
    else if (c->policy->limits == 0 && !keeps_nothing(c->policy))
        assert_int_equal(found, c->version[key]);
}

static void contract_step(struct contract *c, uint32_t step)
{
    uint32_t key = (uint32_t)(contract_random(c, 2) ? contract_random(c, KEYS)
                                                    : contract_random(c, KEYS / 10));
    uint64_t choice = contract_random(c, 100);
    c->now_ns += contract_random(c, 2 * STEP_NS);
    if (choice < 50)
        contract_check_get(c, key);
    else if (choice < 85)
        contract_put(c, key, step);
    else if (choice < 90)
        contract_remove(c, key);
    else if (choice < 98)
        contract_disown(c, key);
    else
        cache_tick(c->cache, c->now_ns);
    assert_limits(c);
}

/* What the zone holds beyond the cache are the records that only we own. */
static void assert_accounts_agree(struct contract *c)
{
    struct memory_zone_figures figures;
    for (uint32_t key = 0; key < KEYS; key++)
        contract_disown(c, key);
    memory_zone_read(cache_zone(c->cache), &figures);
    assert_int_equal(figures.allocated_bytes, contract_stats(c).bytes);
}

/* Whatever a policy keeps is in some row, and in one only. */
static void assert_census_agrees(const struct contract *c)
{
    struct census census = {0};
    struct cache_stats stats = contract_stats(c);
    cache_census(c->cache, "cache", &census);
    assert_int_equal(census_bytes(&census, "cache"), stats.bytes);
    assert_int_equal(census_find(&census, "cache", "record")->live, stats.entries);
    for (size_t i = 0; i < census.count; i++)
        assert_true(strcmp(census.rows[i].type, "record") == 0 ||
                    census.rows[i].total >= census.rows[i].live);
}

static struct cache_stats random_steps(const struct policy *policy, uint64_t entries,
                                       uint64_t bytes)
{
    struct contract c;
    contract_open(&c, policy, setup_of(policy, entries, bytes));
    for (uint32_t step = 0; step < STEPS; step++) {
        contract_step(&c, step);
        if (step % CENSUS_STEPS == 0)
            assert_census_agrees(&c);
    }
    struct cache_stats stats = contract_stats(&c);
    assert_accounts_agree(&c);
    assert_census_agrees(&c);
    contract_close(&c);
    assert_int_equal(stats.entries, stats.insertions - stats.replacements - stats.evictions -
                                        stats.expirations - stats.removals);
    return stats;
}

/* memory_zone_destroy, at the end of each, insists that every byte came back. */
static void ten_thousand_random_steps(void **state)
{
    static const struct {
        uint64_t entries, bytes;
    } limits[] = {{1, 0}, {5, 0}, {50, 0}, {1000, 0}, {0, 40000}, {0, 90000}, {60, 60000}};
    FOR_EACH_POLICY(policy)
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct cache_stats once = random_steps(policy, limits[i].entries, limits[i].bytes);
        struct cache_stats again = random_steps(policy, limits[i].entries, limits[i].bytes);
        assert_memory_equal(&once, &again, sizeof once);
        assert_true(keeps_nothing(policy) || once.hits > 0);
    }
}

static void no_entry_outlives_its_ttl(void **state)
{
    FOR_EACH_POLICY(policy)
    {
        struct contract c;
        if (!(policy->limits & KEEPS_AGE))
            continue;
        contract_open(&c, policy, setup_of(policy, 1000, 0));
        for (uint32_t key = 0; key < KEYS; key++) {
            contract_put(&c, key, key);
            c.now_ns += STEP_NS / 10;
        }
        c.now_ns = c.put_ns[KEYS / 2] + TTL_NS - 1;
        assert_int_equal(contract_get(&c, KEYS / 2), KEYS / 2);
        c.now_ns++;
        assert_int_equal(contract_get(&c, KEYS / 2), NO_RECORD);
        assert_int_equal(contract_get(&c, KEYS / 2 + 1), KEYS / 2 + 1);
        c.now_ns = c.put_ns[KEYS - 1] + TTL_NS;
        cache_tick(c.cache, c.now_ns);
        for (uint32_t key = 0; policy->stale != NULL && key < KEYS; key++)
            assert_int_equal(contract_get(&c, key), NO_RECORD); /* when requested, not before */
        assert_int_equal(contract_stats(&c).entries, 0);
        assert_int_equal(contract_stats(&c).expirations, KEYS);
        contract_close(&c);
    }
}

/* A full cache of one entry, and bytes that fit hardly anything, still serve. */
static void a_record_too_large_is_not_kept(void **state)
{
    FOR_EACH_POLICY(policy)
    {
        struct contract c;
        struct cache_setup setup = setup_of(policy, 0, 100);
        if (setup.capacity_bytes == 0)
            continue;
        contract_open(&c, policy, setup);
        contract_put(&c, 1, 1);
        assert_int_equal(contract_get(&c, 1), NO_RECORD);
        assert_int_equal(contract_stats(&c).entries, 0);
        contract_close(&c);
    }
}

/* Entries of a few bytes: what grows is index, slots and order, and that counts too. */
static void bytes_are_kept_when_only_structure_grows(void **state)
{
    enum { REQUESTS = 50000, LIMIT_BYTES = 100000 };
    FOR_EACH_POLICY(policy)
    {
        struct cache_stats stats;
        struct cache_setup setup = setup_of(policy, 0, LIMIT_BYTES);
        if (setup.capacity_bytes == 0)
            continue;
        setup.keys_only = true;
        struct cache *cache = cache_create(&setup);
        for (uint64_t i = 0; i < REQUESTS; i++) {
            struct access access = {.hash = cache_hash_id(i * i % 20011), .bytes = 1};
            cache_get_or_insert(cache, &access);
            cache_stats(cache, &stats);
            assert_true(stats.bytes <= LIMIT_BYTES);
        }
        assert_true(stats.entries > 1000 && stats.hits > 0);
        cache_destroy(cache);
    }
}

/* Many requests at once are answered as one by one: what is fetched ahead changes no answer. */
static void a_batch_equals_single_calls(void **state)
{
    enum { BATCH = 100, BATCHES = 200 };
    FOR_EACH_POLICY(policy)
    {
        struct cache_setup setup = setup_of(policy, 300, 0);
        setup.keys_only = true;
        struct cache *one = cache_create(&setup), *many = cache_create(&setup);
        struct contract c = {.random = 11};
        for (uint64_t batch = 0; batch < BATCHES; batch++) {
            struct access accesses[BATCH];
            bool hits[BATCH];
            for (uint64_t i = 0; i < BATCH; i++)
                accesses[i] = (struct access){.hash = cache_hash_id(contract_random(&c, 2)
                                                                        ? contract_random(&c, 1000)
                                                                        : contract_random(&c, 50)),
                                              .now_ns = (batch * BATCH + i) * STEP_NS,
                                              .bytes = 1};
            cache_get_or_insert_many(many, accesses, BATCH, hits);
            for (uint64_t i = 0; i < BATCH; i++)
                assert_int_equal(cache_get_or_insert(one, &accesses[i]), hits[i]);
        }
        cache_destroy(one);
        cache_destroy(many);
    }
}

/* Nothing to go by but the entries themselves: what a policy adds must follow them. */
static void without_limits_bytes_follow_the_entries(void **state)
{
    enum { ENTRIES = 10000, BYTES_AN_ENTRY_MAX = 100 };
    FOR_EACH_POLICY(policy)
    {
        struct cache_stats stats;
        struct cache_setup setup = setup_of(policy, 0, 0);
        setup.keys_only = true;
        struct cache *cache = cache_create(&setup);
        for (uint64_t id = 0; id < ENTRIES; id++)
            cache_get_or_insert(cache, &(struct access){.hash = cache_hash_id(id), .bytes = 1});
        cache_stats(cache, &stats);
        assert_int_equal(stats.entries, keeps_nothing(policy) ? 0 : ENTRIES);
        assert_true(stats.bytes < ENTRIES * BYTES_AN_ENTRY_MAX);
        cache_destroy(cache);
    }
}

/* A free slot holds a small number, up to the number of slots in a chunk: no key's hash. Which slot
 * is looked at first depends on the keys, hence the many. */
static void a_free_slot_holds_no_key(void **state)
{
    enum { CHUNK = 512, ROUNDS = 1500 };
    struct cache_setup setup = setup_of(policy_find("ttl"), 0, 0);
    setup.keys_only = true;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        struct cache *cache = cache_create(&setup);
        for (uint64_t i = 0; i < CHUNK; i++)
            cache_get_or_insert(cache,
                                &(struct access){.hash = cache_hash_id(round * CHUNK + i + 1),
                                                 .now_ns = i < 2 ? 1 : TTL_NS / 2,
                                                 .bytes = 1});
        struct access access = {.hash = CHUNK, .now_ns = TTL_NS + 1, .bytes = 1};
        bool hit;
        cache_get_or_insert_many(cache, &access, 1, &hit);
        assert_false(hit);
        cache_destroy(cache);
    }
}

/* Random gets, puts and removals of bodies: index and order grow and shrink under a byte limit. */
static void bytes_are_kept_when_entries_are_removed(void **state)
{
    enum { OPERATIONS = 30000, LIMIT_BYTES = 200000, SMALL_KEYS = 6000 };
    FOR_EACH_POLICY(policy)
    {
        struct contract c;
        struct cache_setup setup = setup_of(policy, 0, LIMIT_BYTES);
        if (!(policy->limits & KEEPS_CAPACITY))
            continue;
        contract_open(&c, policy, setup);
        for (uint32_t i = 0; i < OPERATIONS; i++) {
            char text[32];
            bool filling = i / 5000 % 2 == 0;
            struct span key = key_text((uint32_t)contract_random(&c, SMALL_KEYS), text);
            c.now_ns += 1000;
            if (contract_random(&c, 10) < (filling ? 9 : 2)) {
                struct record *record = record_create(cache_zone(c.cache), key, key, 0);
                cache_put(c.cache, record, cache_hash(key), c.now_ns);
                contract_release(&c, record);
            } else {
                cache_remove(c.cache, key, cache_hash(key));
            }
            assert_limits(&c);
        }
        contract_close(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(put_then_get_replace_remove),
        cmocka_unit_test(ten_thousand_random_steps),
        cmocka_unit_test(no_entry_outlives_its_ttl),
        cmocka_unit_test(bytes_are_kept_when_only_structure_grows),
        cmocka_unit_test(a_free_slot_holds_no_key),
        cmocka_unit_test(bytes_are_kept_when_entries_are_removed),
        cmocka_unit_test(a_batch_equals_single_calls),
        cmocka_unit_test(without_limits_bytes_follow_the_entries),
        cmocka_unit_test(a_record_too_large_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
