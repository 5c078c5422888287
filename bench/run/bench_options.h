/* bench_options.h - the options of tidemark bench as they were given. */
#pragma once

#include "errors.h"
#include "options.h"

struct bench_options {
    const char *policies, *workloads, *out, *json, *server_dir, *dirty_decay, *against, *fail_on;
    const char *expect; /* NULL: 2xx, or any for a --command */
    struct option_texts commands, urls, names;
    double rate_rps, precision;
    /* Of a run. Both BENCH_AUTO: as many requests as a verdict needs. */
    uint64_t requests, duration_ns;
    uint64_t repeats;       /* of the runs */
    uint64_t speed;         /* repetitions of the speed part; BENCH_AUTO: as the budget allows */
    uint64_t rounds, slice; /* of a repetition; requests of a slice; BENCH_AUTO: chosen */
    uint64_t connections, memory_cap_bytes, ttl_ns, seed, budget_ns, interval_ns;
    uint64_t burst_watch_ns, streams, start_within_ns;
    struct option_capacity capacity;
    bool quick, http2;
};

#define BENCH_AUTO     UINT64_MAX
#define BENCH_POLICIES "null,unbounded,lru,ttl,weak,sieve,s3fifo,wtinylfu" /* the default */

extern const struct option_table bench_option_table;
extern const struct bench_options bench_options_default;

/* Checks each option's range. 0, or -1 and one line in error. */
int bench_options_check(const struct bench_options *options, struct error *error);
