/* verdict_simulation.c - how often the verdict on made-up curves is wrong.
 *
 * The curves are the RSS of a program: a level, noise of a kind, and a leak. They are the same at
 * each run. The exit status is 1 if a promise of PROMISES is broken.
 */
#include "random.h"
#include "verdict.h"
#include "xmalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES_MOST 1000
#define PER_SAMPLE   4000 /* requests */
#define INTERVAL_NS  UINT64_C(100000000)
#define LEVEL_BYTES  (40.0 * 1024 * 1024)
#define PAGE_BYTES   4096
#define NOISE_BYTES  20000.0 /* standard deviation, or the size of a step */
#define LOOK_SAMPLES 16      /* of the first of repeated looks */
#define TAU          6.283185307179586

/* PROMISES, as shares of the runs: false leaks; leaks called bounded below their rate; and of leaks
 * that grow over the judged samples by FOUND_NOISES times the noise, those that are not found. */
#define FALSE_MOST   0.01
#define BOUNDED_MOST 0.01
#define MISSED_MOST  0.05
#define FOUND_NOISES 25

struct curve_run {
    struct random random;
    size_t count;
    double memory, value, at; /* of the noise: its own */
    double period;
};

static double uniform(struct random *random)
{
    return (double)(random_next(random) >> 11) * 0x1p-53;
}

/* Standard normal (Box & Muller 1958). */
static double normal(struct random *random)
{
    return sqrt(-2 * log(uniform(random) + 1e-18)) * cos(TAU * uniform(random));
}

static double autoregression(struct curve_run *run, size_t i)
{
    double fresh = i == 0 ? 1 : sqrt(1 - run->memory * run->memory);
    return run->value = run->memory * run->value + fresh * normal(&run->random);
}

static double random_walk(struct curve_run *run, size_t i)
{
    return run->value += normal(&run->random);
}

/* A collector: memory grows and is freed, between four times in the run and every fourth sample. */
static double sawtooth(struct curve_run *run, size_t i)
{
    if (i == 0) {
        run->period = 4 + uniform(&run->random) * ((double)run->count / 4 - 4);
        run->at = uniform(&run->random) * run->period;
    }
    return 50 * fmod((double)i + run->at, run->period) / run->period + 0.1 * normal(&run->random);
}

/* The same, but it frees once, in the first half after a twentieth of the run. */
static double slow_sawtooth(struct curve_run *run, size_t i)
{
    run->at = i == 0 ? (0.05 + 0.45 * uniform(&run->random)) * (double)run->count : run->at;
    double filled = ((double)i < run->at ? (double)run->count : 0) + (double)i - run->at;
    return 50 * filled / (double)run->count + 0.1 * normal(&run->random);
}

/* One step somewhere. */
static double step(struct curve_run *run, size_t i)
{
    run->at = i == 0 ? uniform(&run->random) * (double)run->count : run->at;
    return ((double)i >= run->at ? 50 : 0) + normal(&run->random);
}

/* A table doubles until all ids are in it, at some share of the run. */
static double ended_doubling(struct curve_run *run, size_t i)
{
    run->at = i == 0 ? (0.1 + 0.4 * uniform(&run->random)) * (double)run->count : run->at;
    double filled = fmin((double)i, run->at) / run->at, room = 1;
    while (room / 64 < filled)
        room *= 2;
    return 3 * room + normal(&run->random);
}

/* The highest so far of what varies: an allocator that returns nothing. */
static double high_water(struct curve_run *run, size_t i)
{
    run->at = autoregression(run, i);
    run->period = i == 0 ? run->at : fmax(run->period, run->at);
    return run->period;
}

/* A warm-up that fades, with a time constant of up to a sixth of the run. */
static double saturating(struct curve_run *run, size_t i)
{
    run->period = i == 0 ? (double)run->count * uniform(&run->random) / 6 + 1 : run->period;
    return 500 * (1 - exp(-(double)i / run->period)) + normal(&run->random);
}

static double logarithmic(struct curve_run *run, size_t i)
{
    return 200 * log(1 + (double)i) + normal(&run->random);
}

static const struct kind {
    const char *name;
    double (*draw)(struct curve_run *run, size_t i);
    double memory;
    bool returns; /* to its level: leaks in it are found as promised */
    bool grows;   /* at first: an early look may rightly see growth */
} kinds[] = {
    {"white noise", autoregression, 0, true, false},
    {"AR(1), 0.5", autoregression, 0.5, true, false},
    {"AR(1), 0.8", autoregression, 0.8, true, false},
    {"AR(1), 0.9", autoregression, 0.9, true, false},
    {"AR(1), 0.95", autoregression, 0.95, true, false},
    {"random walk", random_walk, 0, false, false},
    {"sawtooth", sawtooth, 0, false, true},
    {"slow sawtooth", slow_sawtooth, 0, false, true},
    {"one step", step, 0, false, false},
    {"doubling that ended", ended_doubling, 0, false, true},
    {"high water of AR 0.5", high_water, 0.5, false, false},
    {"saturating", saturating, 0, false, true},
    {"logarithmic", logarithmic, 0, false, true},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static const size_t lengths[] = {30, 100, 300, SAMPLES_MOST};
#define LENGTHS (sizeof lengths / sizeof lengths[0])
static const double leaks[] = {1, 10, 100}; /* B/request */
#define LEAKS (sizeof leaks / sizeof leaks[0])

static void samples_fill(struct result_sample *samples, const struct kind *kind, size_t count,
                         double leak, uint64_t seed)
{
    struct curve_run run = {.count = count, .memory = kind->memory};
    random_seed(&run.random, random_mix(seed));
    for (size_t i = 0; i < count; i++) {
        uint64_t requests = i * PER_SAMPLE;
        double bytes = LEVEL_BYTES + NOISE_BYTES * kind->draw(&run, i) + leak * (double)requests;
        samples[i] = (struct result_sample){.time_ns = i * INTERVAL_NS, .requests = requests};
        samples[i].rss_bytes = (uint64_t)fmax(0, bytes) / PAGE_BYTES * PAGE_BYTES;
    }
}

/* Any leak at the looks of a run that doubles in length. */
static bool looks_leak(const struct result_sample *samples, size_t count)
{
    static const struct result_limits none;
    struct result_verdict verdict;
    for (size_t length = LOOK_SAMPLES; length <= count; length++) {
        unsigned look = verdict_look(length, LOOK_SAMPLES);
        if (look == verdict_look(length - 1, LOOK_SAMPLES) && length != count)
            continue;
        verdict_give_look(&verdict, samples, length, &none, look + (length == count));
        if (verdict_is_leak(verdict.class))
            return true;
    }
    return false;
}

struct shares {
    double leaks, bounded, low; /* low: bounded with a bound below the leak's rate */
    double looks;
};

static struct shares shares_count(const struct kind *kind, size_t count, double leak, size_t runs)
{
    static const struct result_limits none;
    struct result_sample *samples = xcalloc(count, sizeof *samples);
    struct result_verdict verdict;
    struct shares shares = {0};
    double each = 1 / (double)runs;
    for (uint64_t seed = 0; seed < runs; seed++) {
        samples_fill(samples, kind, count, leak, seed);
        verdict_give(&verdict, samples, count, &none);
        bool bounded = verdict.class == VERDICT_BOUNDED;
        shares.leaks += verdict_is_leak(verdict.class) ? each : 0;
        shares.bounded += bounded ? each : 0;
        shares.low += bounded && verdict.high < leak ? each : 0;
        bool looked = count == SAMPLES_MOST && leak == 0 && !kind->grows;
        shares.looks += looked && looks_leak(samples, count) ? each : 0;
    }
    free(samples);
    return shares;
}

static bool promise_check(bool kept, const char *name, size_t count, const char *what)
{
    if (!kept)
        fprintf(stderr, "broken: %s, %zu samples: %s\n", name, count, what);
    return kept;
}

static void heads_print(const char *first, const char *last)
{
    printf("\n%-22s", first);
    for (size_t i = 0; i < LENGTHS; i++)
        printf("  %12zu", lengths[i]);
    printf("  %s\n", last);
}

/* Without a leak: "false leaks / bounded". */
static bool quiet_print(size_t runs)
{
    bool kept = true;
    heads_print("leaks / bounded, %", "leaks in repeated looks");
    for (size_t k = 0; k < KINDS; k++) {
        struct shares shares = {0};
        printf("%-22s", kinds[k].name);
        for (size_t i = 0; i < LENGTHS; i++) {
            shares = shares_count(&kinds[k], lengths[i], 0, runs);
            printf("  %5.1f /%5.1f", 100 * shares.leaks, 100 * shares.bounded);
            kept &=
                promise_check(shares.leaks <= FALSE_MOST, kinds[k].name, lengths[i], "false leaks");
        }
        printf(kinds[k].grows ? "      -\n" : "  %5.1f\n", 100 * shares.looks);
        kept &= promise_check(shares.looks <= FALSE_MOST, kinds[k].name, SAMPLES_MOST,
                              "false leaks in repeated looks");
    }
    return kept;
}

/* Whether the leak is large enough to be found for certain. */
static bool must_be_found(const struct kind *kind, size_t count, double leak)
{
    double growth = leak * PER_SAMPLE * (double)count / 2;
    return kind->returns && growth >= FOUND_NOISES * NOISE_BYTES;
}

/* With a leak: "found / bounded below its rate"; * marks what is promised. */
static bool leak_print(double leak, size_t runs)
{
    char head[64];
    bool kept = true;
    snprintf(head, sizeof head, "%.0f B/request", leak);
    heads_print(head, "");
    for (size_t k = 0; k < KINDS; k++) {
        printf("%-22s", kinds[k].name);
        for (size_t i = 0; i < LENGTHS; i++) {
            struct shares shares = shares_count(&kinds[k], lengths[i], leak, runs);
            bool must = must_be_found(&kinds[k], lengths[i], leak);
            printf("  %5.1f%s/%4.1f", 100 * shares.leaks, must ? "*" : " ", 100 * shares.low);
            kept &= promise_check(shares.low <= BOUNDED_MOST, kinds[k].name, lengths[i],
                                  "leaks called bounded");
            kept &= promise_check(!must || shares.leaks >= 1 - MISSED_MOST, kinds[k].name,
                                  lengths[i], "leaks not found");
        }
        printf("\n");
    }
    return kept;
}

int main(int count, char **arguments)
{
    size_t runs = count > 1 ? strtoul(arguments[1], NULL, 10) : 300;
    bool kept = quiet_print(runs);
    for (size_t i = 0; i < LEAKS; i++)
        kept &= leak_print(leaks[i], runs);
    return kept ? 0 : 1;
}
