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
#define GHOST       48.0                /* bytes of a key of an evicted entry */
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
    double ghosts;        /* keys of evicted entries that the policy remembers at most */
    double orphans;       /* unreachable records per request */
    double record_noise;  /* records that are counted a moment too early or too late */
    double record_step;   /* unreachable records, once, at step_at */
    double sessions;      /* records a request that are held outside the cache for ever */
    double fragments;     /* bytes of pages a request, beyond what is allocated */
    double burst;         /* entries at a sixth of the samples, gone at a third */
    double returned;      /* share of the pages of a burst that the kernel gets back */
    bool in_steps;        /* ghosts and fragments grow by doubling */
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

/* A number of rare events: random, and never falling. */
static double events_draw(struct random *random, double expected)
{
    double events = 0;
    for (size_t i = 0; i < 1000; i++)
        events += uniform(random) < expected / 1000;
    return events;
}

struct state { /* of a world that runs */
    double requests, noise, lumps, orphans;
};

static void world_step(const struct world *world, struct random *random, size_t i,
                       struct state *state)
{
    double share = (double)i / (double)world->samples;
    double step = i == 0 ? 0 : PER_SAMPLE * (1 + world->drift * share + 0.05 * normal(random));
    state->requests += step;
    state->noise = world->memory * state->noise +
                   sqrt(1 - world->memory * world->memory) * world->noise * normal(random);
    state->lumps += random_below(random, 10) == 0 ? 10 * PER_SAMPLE * world->rare_leak : 0;
    if (world->orphans > 0)
        state->orphans += events_draw(random, step * world->orphans);
}

/* Entries that a burst leaves in the cache. */
static double burst_of(const struct world *world, size_t i)
{
    return i > world->samples / 6 && i < world->samples / 3 ? world->burst : 0;
}

/* The room of a table that doubles: room is kept for that many times as much. */
static double doubling_above(double count, double spare)
{
    double room = 64;
    while (room < count * spare)
        room *= 2;
    return room;
}

static void world_run(const struct world *world, uint64_t seed, struct result_sample *samples)
{
    struct random random;
    double misses[256] = {0}, peak = 0;
    struct state state = {0};
    random_seed(&random, seed);
    for (size_t i = 0; i < world->samples; i++) {
        double before = state.requests;
        world_step(world, &random, i, &state);
        misses[i] = (i > 0 ? misses[i - 1] : 0) + (state.requests - before) * world->miss_ratio;
        double entries = entries_of(world, misses, i) + burst_of(world, i);
        double history = fmax(0, fmin(misses[i] - entries, world->ghosts));
        if (world->in_steps)
            history = doubling_above(history, 1.3);
        double cache = entries * BODY + history * GHOST;
        double held = world->sessions * state.requests;
        double own = SERVER + state.noise + world->leak * state.requests + state.lumps +
                     (state.orphans + held) * BODY + (i >= world->step_at ? world->step_bytes : 0);
        double strays = state.orphans + fabs(world->record_noise * normal(&random));
        strays += i >= world->step_at ? world->record_step : 0;
        double active =
            (cache + own) * 1.1 +
            world->fragments * (world->in_steps
                                    ? PER_SAMPLE * 11 * floor(state.requests / PER_SAMPLE / 11)
                                    : state.requests);
        peak = fmax(peak, active);
        samples[i] = (struct result_sample){
            .time_ns = i * INTERVAL_NS,
            .requests = (uint64_t)state.requests,
            .misses = (uint64_t)ceil(misses[i]),
            .entries = (uint64_t)entries,
            .evictions = (uint64_t)fmax(0, misses[i] - entries),
            .live_records = (uint64_t)entries + (uint64_t)strays + (uint64_t)held,
            .live_record_bytes = (uint64_t)((entries + state.orphans + held) * BODY),
            .held_records = (uint64_t)held,
            .payload_bytes = (uint64_t)(entries * BODY * 0.85),
            .cache_bytes = (uint64_t)cache,
            .zone_allocated_bytes = (uint64_t)cache,
            .allocated_bytes = (uint64_t)(cache + own),
            .active_bytes = (uint64_t)active,
            .resident_bytes = (uint64_t)(peak - (peak - active) * world->returned),
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
    assert_int_equal(class_count(&world, VERDICT_LEAK_CONTAINER), SEEDS);
    assert_int_equal(class_count(&rarely, VERDICT_LEAK_CONTAINER), SEEDS);
}

static void a_full_cache_is_bounded(void **state)
{
    struct world world = {.samples = SAMPLES,
                          .miss_ratio = 1,
                          .capacity = 10000,
                          .noise = 10e3,
                          .memory = 0.5,
                          .limits = {.capacity_entries = 10000}};
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
                          .returned = 1,
                          .limits = {.ttl_ns = 6 * INTERVAL_NS}};
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
    assert_int_equal(class_count(&world, VERDICT_LEAK_EXPIRED), SEEDS);
}

static void a_byte_lost_per_request_is_found_in_a_full_cache(void **state)
{
    struct world world = {.samples = 100,
                          .miss_ratio = 1,
                          .capacity = 10000,
                          .leak = 1.0,
                          .noise = 10e3,
                          .memory = 0.5,
                          .limits = {.capacity_entries = 10000}};
    assert_in_range(class_count(&world, VERDICT_LEAK_UNREACHABLE), SEEDS * 98 / 100, SEEDS);
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
    for (world.samples = 10; world.samples <= SAMPLES; world.samples += 5) {
        world.ghosts = 20000;
        assert_int_equal(class_count(&world, ANY_LEAK), 0);
    }
    world.samples = SAMPLES;
    assert_in_range(class_count(&world, VERDICT_BOUNDED), SEEDS * 95 / 100, SEEDS);
    world.ghosts = 1e9;
    world.samples = 2 * SAMPLES;
    assert_in_range(class_count(&world, VERDICT_LEAK_CONTAINER), SEEDS * 98 / 100, SEEDS);
}

static void first_run(const struct world *world, struct result_verdict *verdict)
{
    struct result_sample samples[256];
    world_run(world, 1, samples);
    verdict_give(verdict, samples, world->samples, &world->limits);
}

/* Half a byte a request, in noise of a hundred kilobytes. */
static void a_record_in_a_thousand_that_nobody_can_reach_is_found(void **state)
{
    struct world world = {.samples = SAMPLES,
                          .miss_ratio = 1,
                          .capacity = 10000,
                          .orphans = 1e-3,
                          .noise = 100e3,
                          .memory = 0.9,
                          .limits = {.capacity_entries = 10000}};
    struct result_verdict verdict;
    assert_in_range(class_count(&world, VERDICT_LEAK_UNREACHABLE), SEEDS * 99 / 100, SEEDS);
    first_run(&world, &verdict);
    assert_string_equal(verdict.grows, "unreachable records");
    assert_true(verdict.bytes_per_request > 0.3 && verdict.bytes_per_request < 0.7);
    assert_true(verdict.last.unreachable_records > verdict.first.unreachable_records + 40);
    assert_true(verdict.time_to_limit_ns > 0);
    world.orphans = 1e-4; /* a dozen: perhaps, but never for certain another kind */
    assert_int_equal(class_count(&world, VERDICT_LEAK_CONTAINER), 0);
}

static void records_miscounted_or_lost_once_are_no_leak(void **state)
{
    struct world world = {.samples = SAMPLES,
                          .miss_ratio = 1,
                          .capacity = 10000,
                          .record_noise = 1000,
                          .limits = {.capacity_entries = 10000}};
    assert_int_equal(class_count(&world, ANY_LEAK), 0);
    world.record_noise = 0;
    world.record_step = 1000;
    for (world.step_at = 0; world.step_at < SAMPLES; world.step_at++)
        assert_int_equal(class_count(&world, ANY_LEAK), 0);
}

static void records_that_sessions_pile_up_are_in_a_container(void **state)
{
    const struct world world = {.samples = SAMPLES,
                                .miss_ratio = 1,
                                .capacity = 10000,
                                .sessions = 0.01,
                                .noise = 10e3,
                                .memory = 0.5,
                                .limits = {.capacity_entries = 10000}};
    struct result_verdict verdict;
    assert_in_range(class_count(&world, VERDICT_LEAK_CONTAINER), SEEDS * 98 / 100, SEEDS);
    first_run(&world, &verdict);
    assert_string_equal(verdict.grows, "records held outside the cache");
}

/* A hash table that doubles has grown once in the judged half, or not at all. */
static void a_history_in_tables_that_double_is_found_by_octaves(void **state)
{
    struct world world = {.samples = 64,
                          .miss_ratio = 1,
                          .capacity = 2000,
                          .ghosts = 1e9,
                          .in_steps = true,
                          .noise = 10e3,
                          .memory = 0.5,
                          .limits = {.capacity_entries = 2000}};
    struct result_verdict verdict;
    assert_in_range(class_count(&world, VERDICT_LEAK_CONTAINER), SEEDS * 98 / 100, SEEDS);
    first_run(&world, &verdict);
    assert_string_equal(verdict.grows, "the cache's bookkeeping");
    assert_true(verdict.bytes_per_request > 20 && verdict.bytes_per_request < 150);
    for (world.ghosts = 1000; world.ghosts < 10000; world.ghosts += 1000)
        assert_int_equal(class_count(&world, ANY_LEAK), 0);
}

static void pages_that_grow_in_steps_are_fragmentation(void **state)
{
    struct world world = {.samples = 64,
                          .miss_ratio = 1,
                          .capacity = 2000,
                          .fragments = 20,
                          .in_steps = true,
                          .noise = 10e3,
                          .memory = 0.5,
                          .limits = {.capacity_entries = 2000}};
    assert_in_range(class_count(&world, VERDICT_FRAGMENTATION), SEEDS * 98 / 100, SEEDS);
    world.in_steps = false;
    world.fragments = 0;
    assert_int_equal(class_count(&world, VERDICT_FRAGMENTATION), 0);
}

static void pages_that_grow_alone_are_fragmentation(void **state)
{
    struct world world = {.samples = SAMPLES,
                          .miss_ratio = 1,
                          .capacity = 10000,
                          .fragments = 20,
                          .noise = 10e3,
                          .memory = 0.5,
                          .limits = {.capacity_entries = 10000}};
    assert_in_range(class_count(&world, VERDICT_FRAGMENTATION), SEEDS * 99 / 100, SEEDS);
    world.fragments = 1; /* settles: a hundredth of what is there */
    assert_int_equal(class_count(&world, VERDICT_FRAGMENTATION), 0);
    world.fragments = 20;
    world.leak = 20; /* graver */
    assert_in_range(class_count(&world, VERDICT_LEAK_UNREACHABLE), SEEDS * 99 / 100, SEEDS);
}

static void pages_of_a_burst_are_returned_or_not(void **state)
{
    struct world world = {.samples = SAMPLES, .noise = 10e3, .burst = 40000};
    struct result_verdict verdict;
    assert_int_equal(class_count(&world, VERDICT_NOT_RETURNED), SEEDS);
    first_run(&world, &verdict);
    assert_non_null(strstr(verdict.words, "not returned: allocated fell by 1"));
    world.returned = 0.8;
    assert_in_range(class_count(&world, VERDICT_BOUNDED), SEEDS * 98 / 100, SEEDS);
}

/* A broken promise, but no leak. */
static void dead_entries_that_do_not_grow_are_bounded_and_named(void **state)
{
    const struct world world = {.samples = SAMPLES,
                                .miss_ratio = 0.2,
                                .capacity = 10000,
                                .noise = 10e3,
                                .memory = 0.5,
                                .limits = {.ttl_ns = 6 * INTERVAL_NS}};
    struct result_verdict verdict;
    assert_in_range(class_count(&world, VERDICT_BOUNDED), SEEDS * 98 / 100, SEEDS);
    first_run(&world, &verdict);
    assert_true(verdict.dead_entries > 0 && !verdict.limits_kept);
    assert_non_null(strstr(verdict.words, "entries are past their age"));
}

static void one_step_is_no_leak(void **state)
{
    struct world world = {.samples = SAMPLES,
                          .miss_ratio = 1,
                          .capacity = 10000,
                          .noise = 5e3,
                          .step_bytes = 1e6,
                          .limits = {.capacity_entries = 10000}};
    for (world.step_at = 0; world.step_at < SAMPLES; world.step_at++)
        assert_int_equal(class_count(&world, ANY_LEAK), 0);
}

static void what_filled_and_came_to_rest_is_bounded(void **state)
{
    struct world world = {.samples = SAMPLES, .miss_ratio = 1, .noise = 5e3};
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
    assert_int_equal(class_count(&world, VERDICT_WARMING), SEEDS);
    world_run(&world, 1, samples);
    verdict_give(&verdict, samples, SAMPLES, &world.limits);
    assert_non_null(strstr(verdict.words, "still fills: 1"));
}

static void a_limit_that_is_not_kept_is_a_leak(void **state)
{
    const struct world world = {
        .samples = SAMPLES, .miss_ratio = 1, .noise = 10e3, .limits = {.capacity_entries = 10000}};
    assert_int_equal(class_count(&world, VERDICT_LEAK_CONTAINER), SEEDS);
}

static void too_little_decides_nothing(void **state)
{
    const struct world world = {.samples = 12, .miss_ratio = 1};
    struct result_verdict verdict;
    struct result_limits limits = {0};
    assert_int_equal(class_count(&world, VERDICT_UNDECIDED), SEEDS);
    verdict_give(&verdict, NULL, 0, &limits);
    assert_int_equal(verdict.class, VERDICT_UNDECIDED);
    assert_string_not_equal(verdict.words, "");
}

static void an_age_that_was_not_reached_is_warming(void **state)
{
    const struct world world = {
        .samples = SAMPLES, .miss_ratio = 1, .limits = {.ttl_ns = 60 * UINT64_C(1000000000)}};
    assert_int_equal(class_count(&world, VERDICT_WARMING), SEEDS);
}

static void a_program_of_which_only_rss_is_known_is_judged_by_it(void **state)
{
    struct result_sample samples[SAMPLES];
    struct result_verdict verdict;
    struct result_limits none = {0};
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
        cmocka_unit_test(a_record_in_a_thousand_that_nobody_can_reach_is_found),
        cmocka_unit_test(records_miscounted_or_lost_once_are_no_leak),
        cmocka_unit_test(records_that_sessions_pile_up_are_in_a_container),
        cmocka_unit_test(a_history_in_tables_that_double_is_found_by_octaves),
        cmocka_unit_test(pages_that_grow_in_steps_are_fragmentation),
        cmocka_unit_test(pages_that_grow_alone_are_fragmentation),
        cmocka_unit_test(pages_of_a_burst_are_returned_or_not),
        cmocka_unit_test(dead_entries_that_do_not_grow_are_bounded_and_named),
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
