/* verdict_test.c - made-up curves of every kind, many seeds, and how often the verdict is wrong. */
#include "verdict.h"

#include "random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#define SEEDS       200
#define SAMPLES     40
#define BODY        500.0
#define GHOST       48.0                /* bytes of a departed key */
#define SERVER      (3.0 * 1024 * 1024) /* what a server takes without its cache */
#define PER_SAMPLE  4000.0              /* requests */
#define INTERVAL_NS UINT64_C(100000000)

/* What a made-up server does. */
struct world {
    double capacity;    /* entries; 0: it keeps all */
    double ttl_samples; /* age in samples; 0: none */
    double miss_ratio;
    double leak;          /* bytes a request, beyond the cache */
    double rare_leak;     /* the same on average, but in lumps, one in ten samples */
    double noise, memory; /* of the server's own bytes: AR(1) */
    double drift;         /* the rate changes by this share from begin to end */
    double step_bytes;    /* once, at step_at */
    double ghosts;        /* departed keys that the policy remembers at most */
    size_t step_at;
    size_t samples;
    struct result_limits limits;
};

static double uniform(struct random *random)
{
    return (double)(random_next(random) >> 11) * 0x1p-53;
}

static double normal(struct random *random)
{
    return sqrt(-2 * log(uniform(random) + 1e-18)) * cos(6.283185307179586 * uniform(random));
}

static double entries_of(const struct world *world, const double *misses, size_t i)
{
    double entries = misses[i];
    if (world->ttl_samples > 0 && (double)i > world->ttl_samples)
        entries -= misses[i - (size_t)world->ttl_samples];
    return world->capacity > 0 ? fmin(entries, world->capacity) : entries;
}

static void world_run(const struct world *world, uint64_t seed, struct result_sample *samples)
{
    struct random random;
    double misses[256] = {0}, requests = 0, noise = 0, lumps = 0;
    random_seed(&random, seed);
    for (size_t i = 0; i < world->samples; i++) {
        double share = (double)i / (double)world->samples;
        double step = i == 0 ? 0 : PER_SAMPLE * (1 + world->drift * share + 0.05 * normal(&random));
        requests += step;
        misses[i] = (i > 0 ? misses[i - 1] : 0) + step * world->miss_ratio;
        noise = world->memory * noise +
                sqrt(1 - world->memory * world->memory) * world->noise * normal(&random);
        lumps += random_below(&random, 10) == 0 ? 10 * PER_SAMPLE * world->rare_leak : 0;
        double entries = entries_of(world, misses, i);
        double cache = entries * BODY + fmin(misses[i] - entries, world->ghosts) * GHOST;
        double own = SERVER + noise + world->leak * requests + lumps;
        own += i >= world->step_at ? world->step_bytes : 0;
        samples[i] = (struct result_sample){
            .time_ns = i * INTERVAL_NS,
            .requests = (uint64_t)requests,
            .misses = (uint64_t)ceil(misses[i]),
            .entries = (uint64_t)entries,
            .evictions = (uint64_t)(misses[i] - entries),
            .payload_bytes = (uint64_t)(entries * BODY * 0.85),
            .cache_bytes = (uint64_t)cache,
            .zone_allocated_bytes = (uint64_t)cache,
            .allocated_bytes = (uint64_t)(cache + own),
            .rss_bytes = (uint64_t)(cache + own) * 5 / 4,
        };
    }
}

#define ANY_LEAK VERDICT_CLASSES

/* How many of SEEDS runs get the class. */
static size_t class_count(const struct world *world, enum verdict_class class)
{
    struct result_sample samples[256];
    struct result_verdict verdict;
    size_t count = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        world_run(world, seed, samples);
        verdict_give(&verdict, samples, world->samples, &world->limits);
        count += class == ANY_LEAK ? verdict_is_leak(verdict.class) : verdict.class == class;
    }
    return count;
}

static void a_dict_that_only_grows_always_leaks(void **state)
{
    const struct world world = {
        .samples = SAMPLES, .miss_ratio = 1, .noise = 100e3, .memory = 0.8, .drift = -0.3};
    const struct world rarely = {
        .samples = SAMPLES, .miss_ratio = 0.1, .noise = 100e3, .memory = 0.8};
    (void)state;
    assert_int_equal(class_count(&world, ANY_LEAK), SEEDS);
    assert_int_equal(class_count(&rarely, ANY_LEAK), SEEDS);
}

static void a_full_cache_is_bounded(void **state)
{
    struct world world = {.samples = SAMPLES,
                          .miss_ratio = 1,
                          .capacity = 10000,
                          .noise = 10e3,
                          .memory = 0.5,
                          .limits = {.capacity_entries = 10000}};
    (void)state;
    assert_in_range(class_count(&world, VERDICT_BOUNDED), SEEDS * 98 / 100, SEEDS);
    assert_int_equal(class_count(&world, ANY_LEAK), 0);
    world.noise = 100e3;
    assert_in_range(class_count(&world, ANY_LEAK), 0, SEEDS / 100);
    world.memory = 0.9;
    assert_in_range(class_count(&world, ANY_LEAK), 0, SEEDS / 50);
    world.limits.capacity_entries = 0; /* as weak: bounded without a limit */
    assert_in_range(class_count(&world, ANY_LEAK), 0, SEEDS / 50);
}

static void a_plateau_of_age_is_bounded_however_the_rate_drifts(void **state)
{
    struct world world = {.samples = SAMPLES,
                          .miss_ratio = 1,
                          .ttl_samples = 7,
                          .noise = 10e3,
                          .memory = 0.5,
                          .drift = 0.5,
                          .limits = {.ttl_ns = 6 * INTERVAL_NS}};
    (void)state;
    assert_int_equal(class_count(&world, VERDICT_BOUNDED), SEEDS);
    world.drift = -0.5;
    assert_int_equal(class_count(&world, VERDICT_BOUNDED), SEEDS);
}

static void entries_that_outlive_their_age_leak(void **state)
{
    const struct world world = {.samples = SAMPLES,
                                .miss_ratio = 1,
                                .noise = 10e3,
                                .memory = 0.5,
                                .limits = {.ttl_ns = 6 * INTERVAL_NS}};
    (void)state;
    assert_int_equal(class_count(&world, ANY_LEAK), SEEDS);
}

static void a_byte_lost_per_request_is_found_in_a_full_cache(void **state)
{
    struct world world = {.samples = 100,
                          .miss_ratio = 1,
                          .capacity = 10000,
                          .leak = 1.5,
                          .noise = 10e3,
                          .memory = 0.5,
                          .limits = {.capacity_entries = 10000}};
    (void)state;
    assert_in_range(class_count(&world, ANY_LEAK), SEEDS * 98 / 100, SEEDS);
    world.leak = 0;
    world.rare_leak = 100;
    assert_in_range(class_count(&world, ANY_LEAK), SEEDS * 20 / 100, SEEDS);
    assert_in_range(class_count(&world, VERDICT_BOUNDED), 0, SEEDS * 3 / 100); /* no lump fell */
}

/* 2Q, ARC, S3-FIFO and LIRS remember keys: as many as fit, or a few times that. */
static void a_history_that_fills_is_no_leak_and_one_without_bound_is(void **state)
{
    struct world world = {.samples = SAMPLES,
                          .miss_ratio = 0.5,
                          .capacity = 10000,
                          .noise = 10e3,
                          .limits = {.capacity_entries = 10000}};
    (void)state;
    for (world.samples = 10; world.samples <= SAMPLES; world.samples += 5) {
        world.ghosts = 20000;
        assert_int_equal(class_count(&world, ANY_LEAK), 0);
    }
    world.samples = SAMPLES;
    assert_in_range(class_count(&world, VERDICT_BOUNDED), SEEDS * 95 / 100, SEEDS);
    world.ghosts = 1e9;
    world.samples = 2 * SAMPLES;
    assert_in_range(class_count(&world, ANY_LEAK), SEEDS * 98 / 100, SEEDS);
}

static void one_step_is_no_leak(void **state)
{
    struct world world = {.samples = SAMPLES,
                          .miss_ratio = 1,
                          .capacity = 10000,
                          .noise = 5e3,
                          .step_bytes = 1e6,
                          .limits = {.capacity_entries = 10000}};
    (void)state;
    for (world.step_at = 0; world.step_at < SAMPLES; world.step_at++)
        assert_int_equal(class_count(&world, ANY_LEAK), 0);
}

static void what_filled_and_came_to_rest_is_bounded(void **state)
{
    struct world world = {.samples = SAMPLES, .miss_ratio = 1, .noise = 5e3};
    (void)state;
    world.capacity = 0.6 * PER_SAMPLE * SAMPLES; /* the workload has no more ids than that */
    assert_int_equal(class_count(&world, ANY_LEAK), 0);
    assert_in_range(class_count(&world, VERDICT_BOUNDED), SEEDS * 95 / 100, SEEDS);
}

static void a_cache_below_its_limit_is_warming(void **state)
{
    const struct world world = {.samples = SAMPLES,
                                .miss_ratio = 1,
                                .capacity = 1e6,
                                .noise = 10e3,
                                .limits = {.capacity_entries = 1000000}};
    struct result_sample samples[SAMPLES];
    struct result_verdict verdict;
    (void)state;
    assert_int_equal(class_count(&world, VERDICT_WARMING), SEEDS);
    world_run(&world, 1, samples);
    verdict_give(&verdict, samples, SAMPLES, &world.limits);
    assert_non_null(strstr(verdict.words, "still fills: 1"));
}

static void a_limit_that_is_not_kept_is_a_leak(void **state)
{
    const struct world world = {
        .samples = SAMPLES, .miss_ratio = 1, .noise = 10e3, .limits = {.capacity_entries = 10000}};
    (void)state;
    assert_int_equal(class_count(&world, ANY_LEAK), SEEDS);
}

static void too_little_decides_nothing(void **state)
{
    const struct world world = {.samples = 12, .miss_ratio = 1};
    struct result_verdict verdict;
    struct result_limits limits = {0};
    (void)state;
    assert_int_equal(class_count(&world, VERDICT_UNDECIDED), SEEDS);
    verdict_give(&verdict, NULL, 0, &limits);
    assert_int_equal(verdict.class, VERDICT_UNDECIDED);
    assert_string_not_equal(verdict.words, "");
}

static void an_age_that_was_not_reached_is_warming(void **state)
{
    const struct world world = {
        .samples = SAMPLES, .miss_ratio = 1, .limits = {.ttl_ns = 60 * UINT64_C(1000000000)}};
    (void)state;
    assert_int_equal(class_count(&world, VERDICT_WARMING), SEEDS);
}

static void a_program_of_which_only_rss_is_known_is_judged_by_it(void **state)
{
    struct result_sample samples[SAMPLES];
    struct result_verdict verdict;
    struct result_limits none = {0};
    (void)state;
    for (uint64_t i = 0; i < SAMPLES; i++)
        samples[i] = (struct result_sample){
            .time_ns = i * INTERVAL_NS, .requests = i * 1000, .rss_bytes = (i + 100) << 19};
    verdict_give(&verdict, samples, SAMPLES, &none);
    assert_int_equal(verdict.class, VERDICT_LEAK_UNREACHABLE);
    assert_string_equal(verdict.layer, "rss_bytes");
    assert_true(fabs(verdict.bytes_per_request - 524.288) < 0.01);
}

static void words_are_for_people(void **state)
{
    struct result_sample samples[SAMPLES];
    struct result_verdict verdict;
    struct result_limits none = {0};
    (void)state;
    for (uint64_t i = 0; i < SAMPLES; i++)
        samples[i] = (struct result_sample){
            .time_ns = i * INTERVAL_NS, .requests = i * 1000, .allocated_bytes = i * 612000};
    verdict_give(&verdict, samples, SAMPLES, &none);
    assert_string_equal(verdict.words, "leaks 612 B/request: 512 MiB in 14.6 min at 1,000 req/s "
                                       "(bytes outside the cache and its records)");
    for (uint64_t i = 0; i < SAMPLES; i++)
        samples[i].allocated_bytes = 8283750;
    verdict_give(&verdict, samples, SAMPLES, &none);
    assert_string_equal(verdict.words, "bounded at 7.9 MiB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dict_that_only_grows_always_leaks),
        cmocka_unit_test(a_full_cache_is_bounded),
        cmocka_unit_test(a_plateau_of_age_is_bounded_however_the_rate_drifts),
        cmocka_unit_test(entries_that_outlive_their_age_leak),
        cmocka_unit_test(a_byte_lost_per_request_is_found_in_a_full_cache),
        cmocka_unit_test(a_history_that_fills_is_no_leak_and_one_without_bound_is),
        cmocka_unit_test(one_step_is_no_leak),
        cmocka_unit_test(what_filled_and_came_to_rest_is_bounded),
        cmocka_unit_test(a_cache_below_its_limit_is_warming),
        cmocka_unit_test(a_limit_that_is_not_kept_is_a_leak),
        cmocka_unit_test(too_little_decides_nothing),
        cmocka_unit_test(an_age_that_was_not_reached_is_warming),
        cmocka_unit_test(a_program_of_which_only_rss_is_known_is_judged_by_it),
        cmocka_unit_test(words_are_for_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
