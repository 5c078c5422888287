/* models_test.c - compares every policy with its slow model, request by request. */
#include "models.h"
#include "random.h"

#include "cache.h"
#include "policies.h"
#include "sketch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define REQUESTS 6000

/* Streams of ids, each hard for some policy; `size` is the capacity under test. */
static uint64_t uniform_id(uint64_t *random, uint64_t at, uint64_t size)
{
    return random_splitmix(random) % (3 * size + 1);
}

/* The smallest of three: small ids are requested much more often. */
static uint64_t skewed_id(uint64_t *random, uint64_t at, uint64_t size)
{
    uint64_t id = uniform_id(random, at, 4 * size + 5);
    for (int i = 0; i < 2; i++) {
        uint64_t other = uniform_id(random, at, 4 * size + 5);
        id = other < id ? other : id;
    }
    return id;
}

/* A cycle over one id more than fits: LRU never hits. */
static uint64_t scan_id(uint64_t *random, uint64_t at, uint64_t size)
{
    return at % (size + 1);
}

/* Requests alternate between a hot pool and a cold one. */
static uint64_t two_pool_id(uint64_t *random, uint64_t at, uint64_t size)
{
    return at % 2 ? random_splitmix(random) % (size / 2 + 1)
                  : 1000000 + random_splitmix(random) % (20 * size + 20);
}

static uint64_t drifting_id(uint64_t *random, uint64_t at, uint64_t size)
{
    return skewed_id(random, at, size) + at * size / 500;
}

/* Hard for SIEVE: most ids are requested twice in a row and never again. The hand finds that every
 * entry was visited, clears them all, and evicts the oldest, like FIFO. */
static uint64_t twice_id(uint64_t *random, uint64_t at, uint64_t size)
{
    return at % 7 == 0 ? random_splitmix(random) % (size + 1) : 5000 + at / 2;
}

static const struct {
    const char *name;
    uint64_t (*id)(uint64_t *random, uint64_t at, uint64_t size);
} streams[] = {
    {"uniform", uniform_id},   {"skewed", skewed_id},     {"scan", scan_id},
    {"two-pool", two_pool_id}, {"drifting", drifting_id}, {"twice", twice_id},
};
#define STREAMS (sizeof streams / sizeof streams[0])

static struct model *model_open(uint32_t capacity, struct account *account)
{
    struct model *model = calloc(1, sizeof *model);
    model->capacity = capacity;
    model->sketch = malloc(sizeof(struct sketch));
    sketch_create(model->sketch, account);
    return model;
}

static void model_close(struct model *model)
{
    sketch_destroy(model->sketch);
    free(model->sketch);
    free(model);
}

/* The position of the first request on which they differ; REQUESTS if they never do. */
static uint64_t first_difference(const struct model_policy *slow, uint32_t capacity, size_t stream)
{
    struct account account = {.zone = memory_zone_create()};
    struct model *model = model_open(capacity, &account);
    struct cache *cache = cache_create(&(struct cache_setup){
        .policy = policy_find(slow->name), .capacity_entries = capacity, .keys_only = true});
    uint64_t random = capacity, at = 0;
    for (; at < REQUESTS; at++) {
        uint64_t hash = cache_hash_id(streams[stream].id(&random, at, capacity));
        struct access access = {.hash = hash, .bytes = 1};
        if (cache_get_or_insert(cache, &access) != slow->request(model, hash))
            break;
    }
    cache_destroy(cache);
    model_close(model);
    memory_zone_destroy(account.zone);
    return at;
}

static void every_policy_equals_its_model(void **state)
{
    static const uint32_t capacities[] = {1, 2, 3, 5, 10, 50, 100, 300};
    for (unsigned p = 0; p < model_policies_count; p++)
        for (size_t s = 0; s < STREAMS; s++)
            for (size_t c = 0; c < sizeof capacities / sizeof capacities[0]; c++) {
                uint64_t at = first_difference(&model_policies[p], capacities[c], s);
                if (at < REQUESTS)
                    print_error("%s on %s with %u entries differs at request %lu\n",
                                model_policies[p].name, streams[s].name, capacities[c],
                                (unsigned long)at);
                assert_int_equal(at, REQUESTS);
            }
}

/* Every policy is compared with a model, except these. */
static void every_policy_has_a_model(void **state)
{
    static const char *const others[] = {"null", "unbounded", "ttl", "weak", "wtinylfu_climb"};
    for (size_t i = 0; i < policies_count; i++) {
        bool known = false;
        for (unsigned p = 0; p < model_policies_count; p++)
            known |= strcmp(policies[i]->name, model_policies[p].name) == 0;
        for (size_t o = 0; o < sizeof others / sizeof others[0]; o++)
            known |= strcmp(policies[i]->name, others[o]) == 0;
        if (!known)
            print_error("%s has no model\n", policies[i]->name);
        assert_true(known);
    }
}

static uint64_t hits_of(const char *policy, uint32_t capacity, size_t stream, uint64_t requests)
{
    struct cache_stats stats;
    struct cache *cache = cache_create(&(struct cache_setup){
        .policy = policy_find(policy), .capacity_entries = capacity, .keys_only = true});
    uint64_t random = 5;
    for (uint64_t at = 0; at < requests; at++) {
        uint64_t id = streams[stream].id(&random, at, capacity);
        cache_get_or_insert(cache, &(struct access){.hash = cache_hash_id(id), .bytes = 1});
    }
    cache_stats(cache, &stats);
    cache_destroy(cache);
    return stats.hits;
}

/* When popularity drifts, an adaptive window has more hits than a fixed one. */
static void window_climbs(void **state)
{
    enum { DRIFTING = 4 };
    uint64_t fixed = hits_of("wtinylfu", 200, DRIFTING, 200000);
    uint64_t climbing = hits_of("wtinylfu_climb", 200, DRIFTING, 200000);
    assert_true(climbing > fixed + fixed / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_policy_equals_its_model),
        cmocka_unit_test(every_policy_has_a_model),
        cmocka_unit_test(window_climbs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
