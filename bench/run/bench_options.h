/* bench_options.h - the options of tidemark bench as they were given. */
#pragma once

#include "errors.h"
#include "options.h"

struct bench_options {
    const char *policies, *workloads, *out, *json, *server_dir, *dirty_decay, *against;
    const char *expect; /* NULL: 2xx, or any for a --command */
    struct option_texts commands, urls, names;
    double rate_rps, precision;
    uint64_t duration_ns; /* of a run; BENCH_DURATION_AUTO: chosen to fit the budget */
    uint64_t repeats;     /* 0: chosen to fit the budget */
    uint64_t connections, memory_cap_bytes, ttl_ns, seed, budget_ns, interval_ns;
    uint64_t burst_watch_ns, streams, start_within_ns;
    struct option_capacity capacity;
    bool quick, http2, calibrate;
};

#define BENCH_DURATION_AUTO UINT64_MAX

extern const struct option_table bench_option_table;
extern const struct bench_options bench_options_default;

/* Checks each option's range. 0, or -1 and one line in error. */
int bench_options_check(const struct bench_options *options, struct error *error);
