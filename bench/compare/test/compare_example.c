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

static void load_fill(struct result_run *run, const struct words *words, struct random *random)
{
    double cpu_us = number_of(words, "cpu", 10) * noise_of(words, random);
    run->server.cpu_us_per_request = cpu_us;
    run->load.requests_per_second = 1e6 / cpu_us;
    run->load.requests = 10000;
    run->load.hit_ratio = number_of(words, "hits", 0.5);
    run->load.bottleneck = number_of(words, "bottleneck", 0) > 0;
    run->load.all.p50_ns = (uint64_t)(1e6 * noise_of(words, random));
    run->load.all.p90_ns = (uint64_t)(2e6 * noise_of(words, random));
    run->load.all.p99_ns = (uint64_t)(3e6 * noise_of(words, random));
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
}

static void run_add(struct result *result, const struct words *words, uint64_t repetition)
{
    struct random random;
    struct result_run *run = result_run_add(result);
    random_seed(&random, (uint64_t)number_of(words, "dice", 1) * 1000 + repetition);
    snprintf(run->workload, sizeof run->workload, "%s", text_of(words, "workload", "zipf"));
    snprintf(run->ids, sizeof run->ids, "%s", text_of(words, "ids", "zipf:0.99:1000"));
    run->repetition = repetition;
    run->seed = repetition;
    if (repetition == (uint64_t)number_of(words, "failed", 0)) {
        run->status = RUN_FAILED;
        snprintf(run->reason, sizeof run->reason, "the server died");
        result->complete = false;
        return;
    }
    load_fill(run, words, &random);
    verdict_fill(run, words);
    run->counts.instructions_per_request = number_of(words, "instructions", NAN);
    run->counts.allocations_per_request = NAN;
    struct result_sample sample = {.requests = 10000, .entries = 1000, .rss_bytes = 8 << 20};
    sample.rss_bytes = (uint64_t)((double)sample.rss_bytes * noise_of(words, &random));
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
    made_by->duration_ns = 1000000000;
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
    for (uint64_t i = 1; i <= (uint64_t)number_of(&words, "repeats", 12); i++)
        run_add(result, &words, i);
    summary_make(result);
    int status = result_write(result, argv[1], &error);
    result_destroy(result);
    if (status != 0)
        fprintf(stderr, "compare_example: %s\n", error.text);
    return status != 0;
}
