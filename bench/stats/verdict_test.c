/* verdict_test.c - made-up curves of every kind, many seeds, and how often the verdict is wrong. */
#include "verdict.h"

#include "curve.h"
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

static void first_run(const struct world *world, struct result_verdict *verdict)
{
    struct result_sample samples[256];
    world_run(world, 1, samples);
    verdict_give(verdict, samples, world->samples, &world->limits);
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

static void growth_ends_when_all_ids_are_cached(void **state)
{
    const struct world world = {.samples = SAMPLES, .miss_ratio = 0.1};
    struct result_verdict before, verdict;
    first_run(&world, &before);
    verdict = before;
    verdict_end(&verdict, 0);
    assert_int_equal(verdict.time_to_limit_ns, before.time_to_limit_ns);
    verdict_end(&verdict, before.last.entries); /* then it is not the ids that grow */
    assert_string_equal(verdict.words, before.words);
    verdict_end(&verdict, 2 * before.last.entries);
    assert_int_equal(verdict.limit_bytes, before.last_bytes + before.last.cache_bytes);
    assert_int_equal(verdict.time_to_limit_ns, 0);
    assert_non_null(strstr(verdict.words, " ids are cached, at about "));
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
    world.drift = -0.5; /* fewer requests are left to bound the growth by */
    assert_in_range(class_count(&world, VERDICT_BOUNDED), SEEDS * 90 / 100, SEEDS);
    assert_int_equal(class_count(&world, ANY_LEAK), 0);
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
    struct world world = {.samples = 200,
                          .miss_ratio = 1,
                          .capacity = 10000,
                          .leak = 1.0,
                          .noise = 10e3,
                          .memory = 0.5,
                          .limits = {.capacity_entries = 10000}};
    assert_in_range(class_count(&world, VERDICT_LEAK_UNREACHABLE), SEEDS * 98 / 100, SEEDS);
    world.samples = 100; /* too short to find all, but not bounded either */
    assert_in_range(class_count(&world, VERDICT_LEAK_UNREACHABLE), SEEDS * 70 / 100, SEEDS);
    assert_int_equal(class_count(&world, VERDICT_BOUNDED), 0);
    world.leak = 0;
    world.rare_leak = 100;
    assert_in_range(class_count(&world, ANY_LEAK), SEEDS * 15 / 100, SEEDS);
    /* No lump fell after the warm-up. */
    assert_in_range(class_count(&world, VERDICT_BOUNDED), 0, SEEDS * 8 / 100);
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
    assert_int_equal(verdict.class, VERDICT_NO_ACTIVITY);
    assert_string_not_equal(verdict.words, "");
}

static void an_age_that_was_not_reached_is_warming(void **state)
{
    const struct world world = {
        .samples = SAMPLES, .miss_ratio = 1, .limits = {.ttl_ns = 60 * UINT64_C(1000000000)}};
    assert_int_equal(class_count(&world, VERDICT_WARMING), SEEDS);
}

/* A program of which only the RSS is known: level_bytes, and what grow adds to it after so many
 * requests. */
struct program {
    size_t samples;
    double requests; /* per sample */
    double level_bytes;
    double (*grow)(double requests, double all);
    double noise_bytes; /* standard deviation, white */
    uint64_t cpu_ns;    /* per sample; 0: not known */
};

static void program_judge(const struct program *program, struct result_verdict *verdict)
{
    static struct result_sample samples[2000];
    struct result_limits none = {0};
    struct random random;
    random_seed(&random, 1);
    for (size_t i = 0; i < program->samples; i++) {
        double requests = program->requests * (double)i;
        double all = program->requests * (double)program->samples;
        double bytes = program->level_bytes + program->noise_bytes * normal(&random);
        bytes += program->grow != NULL ? program->grow(requests, all) : 0;
        samples[i] = (struct result_sample){.time_ns = i * INTERVAL_NS,
                                            .requests = (uint64_t)requests,
                                            .rss_bytes = (uint64_t)(bytes / 4096) * 4096,
                                            .cpu_ns = i * program->cpu_ns};
    }
    verdict_give(verdict, samples, program->samples, &none);
}

static enum verdict_class program_class(const struct program *program)
{
    struct result_verdict verdict;
    program_judge(program, &verdict);
    return verdict.class;
}

static double leak_80(double requests, double all)
{
    return 80 * requests;
}

static double leak_450(double requests, double all)
{
    return 450 * requests;
}

static void of_a_program_of_which_only_rss_is_known_it_says_that_it_grows(void **state)
{
    struct program program = {SAMPLES, 1000, 1e6, leak_80, 10e3, 0};
    struct result_verdict verdict;
    char brief[RESULT_NAME_BYTES];
    program_judge(&program, &verdict);
    assert_int_equal(verdict.class, VERDICT_LEAK_GROWS);
    assert_string_equal(verdict.layer, "rss_bytes");
    assert_true(verdict.low > 70 && verdict.low < 80 && verdict.high > 80 && verdict.high < 90);
    assert_string_equal(verdict_brief(&verdict, brief), "grows 80 B/request (RSS)");
    assert_null(strstr(verdict.words, "unreachable"));
}

/* At few requests the growth is small, but its interval excludes 0. */
static void a_slow_leak_is_not_hidden_by_what_a_server_varies_by(void **state)
{
    struct program slow = {80, 10, 40e6, leak_80, 100, 0};
    struct program slower = {80, 2, 40e6, leak_450, 100, 0};
    struct result_verdict verdict;
    program_judge(&slow, &verdict);
    assert_int_equal(verdict.class, VERDICT_UNDECIDED);
    assert_true(verdict.low > 0);
    assert_non_null(strstr(verdict.words, "but only"));
    assert_in_range(verdict.requests_needed, 1500, 1800); /* 64 KiB in half of them */
    slow.samples = 180;
    assert_int_equal(program_class(&slow), VERDICT_LEAK_GROWS);
    assert_int_equal(program_class(&slower), VERDICT_NO_ACTIVITY);
    slower.samples = 300;
    assert_int_equal(program_class(&slower), VERDICT_LEAK_GROWS);
}

static double leak_half(double requests, double all)
{
    return 0.5 * requests;
}

static double leak_twentieth(double requests, double all)
{
    return 0.05 * requests;
}

static double leak_half_until_60_percent(double requests, double all)
{
    return leak_half(fmin(requests, 0.6 * all), all);
}

/* A million judged requests add half a megabyte for certain: too slow for a leak, and no bound. */
static void growth_that_is_certain_and_matters_is_not_bounded(void **state)
{
    struct program program = {100, 20000, 40e6, leak_half, 1000, 0};
    struct result_verdict verdict;
    program_judge(&program, &verdict);
    assert_int_equal(verdict.class, VERDICT_UNDECIDED);
    assert_true(verdict.low > 0.4 && verdict.high < 0.6);
    assert_non_null(strstr(verdict.words, "too slow for a leak"));
    assert_int_equal(verdict.requests_needed, 0);
    program.grow = leak_twentieth;
    program_judge(&program, &verdict);
    assert_int_equal(verdict.class, VERDICT_BOUNDED);
    program.grow = leak_half_until_60_percent;
    assert_int_equal(program_class(&program), VERDICT_BOUNDED);
}

static void bounded_names_its_bound_and_needs_enough_requests(void **state)
{
    struct program program = {SAMPLES, 2000, 40e6, NULL, 0, 0};
    struct result_verdict verdict;
    char brief[RESULT_NAME_BYTES];
    program_judge(&program, &verdict);
    assert_int_equal(verdict.class, VERDICT_BOUNDED);
    /* 64 KiB may be hidden in 38,000 requests. */
    assert_true(verdict.high > 1.6 && verdict.high < 1.8);
    assert_string_equal(verdict_brief(&verdict, brief), "bounded: at most 1.8 B/request");
    program.requests = 100;
    program_judge(&program, &verdict);
    assert_int_equal(verdict.class, VERDICT_UNDECIDED);
    assert_in_range(verdict.requests_needed, 30000, 36000);
    assert_non_null(strstr(verdict.words, "at 1,000 req/s"));
    program.noise_bytes = 1e6;
    program.requests = 2000;
    assert_int_equal(program_class(&program), VERDICT_UNDECIDED);
}

static void an_idle_program_is_not_judged(void **state)
{
    struct program program = {SAMPLES, 0, 40e6, NULL, 0, 0};
    struct result_verdict verdict;
    program_judge(&program, &verdict);
    assert_int_equal(verdict.class, VERDICT_NO_ACTIVITY);
    assert_non_null(strstr(verdict.words, "no activity seen: 0 requests in 3.9 s"));
    program.requests = 2000;
    program.cpu_ns = 1000; /* 20 us in all: its requests are made up of time */
    assert_int_equal(program_class(&program), VERDICT_NO_ACTIVITY);
    program.cpu_ns = 10000000;
    assert_int_equal(program_class(&program), VERDICT_BOUNDED);
}

static double saturate(double requests, double all)
{
    return 20e6 * (1 - exp(-4 * requests / all));
}

static double grow_by_logarithm(double requests, double all)
{
    return 3e6 * log(1 + requests / 100);
}

static double rest_at_60_percent(double requests, double all)
{
    return 100 * fmin(requests, 0.6 * all);
}

static double saturate_and_leak(double requests, double all)
{
    return 10e6 * (1 - exp(-20 * requests / all)) + 20 * requests;
}

static void growth_that_slows_is_no_leak_and_is_not_extrapolated(void **state)
{
    struct program program = {100, 4000, 40e6, saturate, 10e3, 0};
    struct result_verdict verdict;
    program_judge(&program, &verdict);
    assert_int_equal(verdict.class, VERDICT_WARMING);
    assert_non_null(strstr(verdict.words, "slows down"));
    assert_int_equal(verdict.time_to_limit_ns, 0);
    program.grow = grow_by_logarithm;
    assert_int_equal(program_class(&program), VERDICT_WARMING);
    program.grow = rest_at_60_percent;
    program_judge(&program, &verdict);
    assert_int_equal(verdict.class, VERDICT_BOUNDED);
    assert_true(verdict.peak_bytes > 60000000);
    program.grow = saturate_and_leak;
    assert_int_equal(program_class(&program), VERDICT_LEAK_GROWS);
}

/* Its last leap is after 0.95 of 400,000 requests. */
static double double_table(double requests, double all)
{
    double room = 1e4;
    while (room < 13.47 * requests)
        room *= 2;
    return room;
}

/* Levels are means over the end of an octave; the rates are those of the curve. */
static void octaves_have_the_rate_of_a_straight_line(void **state)
{
    struct result_sample samples[64];
    struct curve curve;
    for (size_t i = 0; i < 64; i++)
        samples[i] =
            (struct result_sample){.requests = 1000 * i, .rss_bytes = 40000000 + 100000 * i};
    const struct samples run = {samples, 64}, judged = {samples + 32, 32};
    curve_draw(&curve, run, judged, (struct quantity){"rss_bytes", LAYER_RSS, NOTHING}, 0.001);
    for (size_t i = 0; i < CURVE_OCTAVES; i++)
        assert_true(fabs(curve.octaves[i] - 100) < 1e-6);
}

static double huge_pages(double requests, double all)
{
    return floor(requests * 100 / (2 << 20)) * (2 << 20);
}

static double double_table_until_half(double requests, double all)
{
    return double_table(fmin(requests, 0.45 * all), all);
}

static void growth_in_leaps_is_found_in_rss_in_short_and_long_runs(void **state)
{
    for (size_t samples = 60; samples <= 2000; samples += samples / 3) {
        struct program program = {samples, 400000.0 / (double)samples, 40e6, double_table, 1000, 0};
        assert_int_equal(program_class(&program), VERDICT_LEAK_GROWS);
        program.grow = huge_pages;
        assert_int_equal(program_class(&program), VERDICT_LEAK_GROWS);
        program.grow = double_table_until_half;
        assert_int_not_equal(program_class(&program), VERDICT_LEAK_GROWS);
    }
}

/* All samples at the end of an octave count, not only the first of them. */
static void the_rate_of_leaps_does_not_depend_on_the_number_of_samples(void **state)
{
    static struct result_sample samples[2000];
    const struct result_limits limits = {.capacity_entries = 1000};
    struct result_verdict verdict;
    for (size_t count = 250; count <= 2000; count *= 2) {
        for (size_t i = 0; i < count; i++) {
            uint64_t requests = i * 400000 / count;
            double table = double_table((double)requests, 0);
            samples[i] = (struct result_sample){.time_ns = i * INTERVAL_NS,
                                                .requests = requests,
                                                .misses = requests,
                                                .entries = i == 0 ? 0 : 1000,
                                                .evictions = i == 0 ? 0 : requests - 1000,
                                                .cache_bytes = 500000 + (uint64_t)table,
                                                .payload_bytes = 400000,
                                                .allocated_bytes = 3500000 + (uint64_t)table};
        }
        verdict_give(&verdict, samples, count, &limits);
        assert_int_equal(verdict.class, VERDICT_LEAK_CONTAINER);
        assert_true(verdict.bytes_per_request > 16 && verdict.bytes_per_request < 19);
    }
}

static void pages_that_came_to_rest_are_no_fragmentation(void **state)
{
    static struct result_sample samples[100];
    const struct result_limits limits = {.capacity_entries = 1000};
    struct result_verdict verdict;
    for (double rest = 0.3; rest < 0.75; rest += 0.1) {
        for (size_t i = 0; i < 100; i++) {
            double requests = (double)i * 500, pages = 29 * fmin(requests, rest * 50000);
            samples[i] = (struct result_sample){.time_ns = i * INTERVAL_NS,
                                                .requests = (uint64_t)requests,
                                                .entries = 1000,
                                                .allocated_bytes = 4000000,
                                                .cache_bytes = 1000000,
                                                .active_bytes = 4400000 + (uint64_t)pages};
        }
        verdict_give(&verdict, samples, 100, &limits);
        assert_int_equal(verdict.class, VERDICT_BOUNDED);
    }
}

static void looks_are_at_doubled_lengths_and_have_wider_intervals(void **state)
{
    struct result_sample samples[SAMPLES];
    struct result_verdict first, third;
    const struct world world = {.samples = SAMPLES, .miss_ratio = 1, .noise = 100e3};
    assert_int_equal(verdict_look(9, 10), 0);
    assert_int_equal(verdict_look(10, 10), 1);
    assert_int_equal(verdict_look(19, 10), 1);
    assert_int_equal(verdict_look(20, 10), 2);
    assert_int_equal(verdict_look(80, 10), 4);
    world_run(&world, 1, samples);
    verdict_give_look(&first, samples, SAMPLES, &world.limits, 1);
    verdict_give_look(&third, samples, SAMPLES, &world.limits, 3);
    assert_true(third.low < first.low && third.high > first.high);
    assert_true(third.bytes_per_request == first.bytes_per_request);
}

static void the_words_print_the_figure_that_decided(void **state)
{
    struct result_verdict verdict;
    const struct world container = {.samples = SAMPLES, .miss_ratio = 1, .noise = 100e3};
    const struct world pages = {.samples = SAMPLES,
                                .miss_ratio = 1,
                                .capacity = 10000,
                                .fragments = 20,
                                .noise = 10e3,
                                .limits = {.capacity_entries = 10000}};
    char text[RESULT_NAME_BYTES];
    first_run(&container, &verdict);
    assert_string_equal(verdict.figure, "cache_bytes");
    snprintf(text, sizeof text, "leaks %.0f B/request", verdict.bytes_per_request);
    assert_non_null(strstr(verdict.words, text));
    assert_true(verdict.bytes_per_request == verdict.layers[2].per_request);
    first_run(&pages, &verdict);
    assert_string_equal(verdict.figure, "fragmentation");
    snprintf(text, sizeof text, "grow by %.0f B/request", verdict.bytes_per_request);
    assert_non_null(strstr(verdict.words, text));
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
        samples[i].allocated_bytes = 8283750 + (i % 2 == 0 ? 0 : 1000);
    verdict_give(&verdict, samples, SAMPLES, &none);
    assert_string_equal(verdict.words, "bounded at 7.9 MiB: grows by at most 0.09 B/request");
}

static void every_brief_fits_its_column(void **state)
{
    char text[RESULT_NAME_BYTES];
    for (size_t i = 0; i < VERDICT_CLASSES; i++) {
        const struct result_verdict verdict = {.class = (enum verdict_class)i,
                                               .judged_samples = 20,
                                               .bytes_per_request = 98765.4,
                                               .low = -98765.4,
                                               .high = 98765.4};
        assert_in_range(strlen(verdict_brief(&verdict, text)), 1, 40);
    }
}

/* Samples of a load that stalls: parts of the run may have none. */
static size_t stalling_samples(uint64_t seed, struct result_sample samples[64])
{
    struct random random;
    random_seed(&random, seed);
    size_t count = 2 + random_next(&random) % 60;
    uint64_t requests = 0, rss_bytes = 3 << 20;
    for (size_t i = 0; i < count; i++) {
        samples[i] = (struct result_sample){.time_ns = i * INTERVAL_NS,
                                            .requests = requests,
                                            .rss_bytes = rss_bytes,
                                            .cpu_ns = requests * 20000};
        requests +=
            random_next(&random) % 4 == 0 ? random_next(&random) % 2000 : random_next(&random) % 50;
        rss_bytes += random_next(&random) % 3 == 0 ? 4096 * (random_next(&random) % 20) : 0;
    }
    return count;
}

static void no_figure_is_nan_if_the_load_stalls(void **state)
{
    static const struct result_limits no_limits = {0};
    for (uint64_t seed = 1; seed <= 10 * SEEDS; seed++) {
        struct result_sample samples[64];
        struct result_verdict verdict;
        verdict_give(&verdict, samples, stalling_samples(seed, samples), &no_limits);
        if (!isfinite(verdict.bytes_per_request + verdict.low + verdict.high))
            fail_msg("seed %d: %s", (int)seed, verdict.words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dict_that_only_grows_always_leaks),
        cmocka_unit_test(growth_ends_when_all_ids_are_cached),
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
        cmocka_unit_test(of_a_program_of_which_only_rss_is_known_it_says_that_it_grows),
        cmocka_unit_test(a_slow_leak_is_not_hidden_by_what_a_server_varies_by),
        cmocka_unit_test(growth_that_is_certain_and_matters_is_not_bounded),
        cmocka_unit_test(bounded_names_its_bound_and_needs_enough_requests),
        cmocka_unit_test(an_idle_program_is_not_judged),
        cmocka_unit_test(growth_that_slows_is_no_leak_and_is_not_extrapolated),
        cmocka_unit_test(octaves_have_the_rate_of_a_straight_line),
        cmocka_unit_test(growth_in_leaps_is_found_in_rss_in_short_and_long_runs),
        cmocka_unit_test(the_rate_of_leaps_does_not_depend_on_the_number_of_samples),
        cmocka_unit_test(pages_that_came_to_rest_are_no_fragmentation),
        cmocka_unit_test(looks_are_at_doubled_lengths_and_have_wider_intervals),
        cmocka_unit_test(the_words_print_the_figure_that_decided),
        cmocka_unit_test(words_are_for_people),
        cmocka_unit_test(no_figure_is_nan_if_the_load_stalls),
        cmocka_unit_test(every_brief_fits_its_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
