/* compare_example.c - writes a small result, as the bench would, for tests of what reads it.
 * usage: compare_example FILE [KEY=VALUE]... */
#include "summary.h"

#include "random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The words KEY=VALUE of the command line. */
struct words {
    char **words;
    int count;
};

static const char *text_of(const struct words *words, const char *key, const char *otherwise)
{
    size_t length = strlen(key);
    for (int i = 0; i < words->count; i++)
        if (strncmp(words->words[i], key, length) == 0 && words->words[i][length] == '=')
            return words->words[i] + length + 1;
    return otherwise;
}

static double number_of(const struct words *words, const char *key, double otherwise)
{
    const char *text = text_of(words, key, NULL);
    return text != NULL ? strtod(text, NULL) : otherwise;
}

/* 1, give or take the noise; the same in all files for the same repetition, unless seeds differ. */
static double noise_of(const struct words *words, struct random *random)
{
    double uniform = (double)(random_next(random) >> 11) * 0x1p-53;
    return 1 + number_of(words, "noise", 0.01) * (2 * uniform - 1);
}

static void speed_add(struct result *result, const struct words *words, struct random *random,
                      uint64_t repetition)
{
    struct result_speed *speed = result_speed_add(result);
    double cpu_us = number_of(words, "cpu", 10) * noise_of(words, random);
    snprintf(speed->workload, sizeof speed->workload, "%s", text_of(words, "workload", "zipf"));
    speed->repetition = repetition;
    speed->seed = repetition;
    speed->rounds = 10;
    speed->requests = 10000;
    speed->cpu_us_per_request = cpu_us;
    speed->requests_per_second = 1e6 / cpu_us;
    speed->bottleneck = number_of(words, "bottleneck", 0) > 0;
    speed->p50_ns = (uint64_t)(1e6 * noise_of(words, random));
    speed->p90_ns = (uint64_t)(2e6 * noise_of(words, random));
    speed->p99_ns = (uint64_t)(3e6 * noise_of(words, random));
}

static void hits_add(struct result *result, const struct words *words)
{
    struct result_hits *hits = result_hits_add(result);
    snprintf(hits->workload, sizeof hits->workload, "%s", text_of(words, "workload", "zipf"));
    snprintf(hits->ids, sizeof hits->ids, "%s", text_of(words, "ids", "zipf:0.99:1000"));
    hits->requests = (uint64_t)number_of(words, "replayed", 100000);
    hits->hits = (uint64_t)((double)hits->requests * number_of(words, "cold", 0.5));
    hits->steady_requests = hits->requests / 2;
    hits->steady_hits = (uint64_t)((double)hits->steady_requests * number_of(words, "hits", 0.6));
    hits->entries = 1000;
}

static void verdict_fill(struct result_run *run, const struct words *words)
{
    double slope = number_of(words, "slope", 0.1);
    const char *class = text_of(words, "class", "bounded");
    for (unsigned i = 0; i < VERDICT_CLASSES; i++)
        if (strcmp(verdict_class_name((enum verdict_class)i), class) == 0)
            run->verdict.class = (enum verdict_class)i;
    run->verdict.bytes_per_request = slope;
    run->verdict.low = slope - 0.2;
    run->verdict.high = slope + 0.2;
    run->verdict.judged_samples = (uint64_t)number_of(words, "judged", 20);
}

static void run_add(struct result *result, const struct words *words)
{
    struct result_run *run = result_run_add(result);
    snprintf(run->workload, sizeof run->workload, "%s", text_of(words, "workload", "zipf"));
    snprintf(run->ids, sizeof run->ids, "%s", text_of(words, "ids", "zipf:0.99:1000"));
    run->repetition = run->seed = 1;
    if (number_of(words, "failed", 0) > 0) {
        run->status = RUN_FAILED;
        snprintf(run->reason, sizeof run->reason, "the server died");
        result->complete = false;
        return;
    }
    run->load.requests = 10000;
    run->load.hit_ratio = number_of(words, "cold", 0.5);
    verdict_fill(run, words);
    run->counts.instructions_per_request = number_of(words, "instructions", NAN);
    run->counts.allocations_per_request = NAN;
    run->counts.hits = (uint64_t)(10000 * number_of(words, "served", 0.5));
    run->counts.misses = 10000 - run->counts.hits;
    run->counts.replayed_requests = 10000;
    run->counts.replayed_hits = 5000;
    struct result_sample sample = {.requests = 10000, .entries = 1000, .cache_bytes = 2 << 20};
    sample.rss_bytes = (uint64_t)(number_of(words, "rss", 8) * (1 << 20));
    result_sample_add(result, run, &sample);
}

static void made_by_set(struct result_made_by *made_by, const struct words *words)
{
    snprintf(made_by->machine, sizeof made_by->machine, "%s", text_of(words, "machine", "here"));
    snprintf(made_by->commit, sizeof made_by->commit, "%s", text_of(words, "commit", "abc"));
    snprintf(made_by->time, sizeof made_by->time, "%s", text_of(words, "time", "2026-01-01"));
    made_by->connections = (uint64_t)number_of(words, "connections", 100);
    snprintf(made_by->protocol, sizeof made_by->protocol, "%s",
             text_of(words, "protocol", "http/1.1"));
    made_by->rate_rps = number_of(words, "rate", 0);
    made_by->streams = 1;
    made_by->requests = 10000;
    made_by->seed = (uint64_t)number_of(words, "seed", 1);
    made_by->cores = 2;
}

int main(int argc, char **argv)
{
    struct words words = {argv + 2, argc - 2};
    struct error error;
    if (argc < 2) {
        fprintf(stderr, "usage: compare_example FILE [KEY=VALUE]...\n");
        return 2;
    }
    const char *variant = text_of(&words, "variant", "lru");
    struct result *result = result_create(variant, variant);
    result->complete = number_of(&words, "complete", 1) > 0;
    result->limits.capacity_entries = (uint64_t)number_of(&words, "capacity", 1000);
    made_by_set(&result->made_by, &words);
    result->noise.known = number_of(&words, "floor", 0) > 0;
    result->noise.pairs = 10;
    for (size_t i = 0; i < RESULT_NOISES; i++)
        result->noise.figures[i] = number_of(&words, "floor", NAN);
    run_add(result, &words);
    hits_add(result, &words);
    for (uint64_t i = 1; i <= (uint64_t)number_of(&words, "repetitions", 12); i++) {
        struct random random;
        random_seed(&random, (uint64_t)number_of(&words, "dice", 1) * 1000 + i);
        speed_add(result, &words, &random, i);
    }
    summary_make(result);
    int status = result_write(result, argv[1], &error);
    result_destroy(result);
    if (status != 0)
        fprintf(stderr, "compare_example: %s\n", error.text);
    return status != 0;
}
