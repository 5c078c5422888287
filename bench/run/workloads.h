/* workloads.h - the workloads of a bench: named ones, and generators of ids. */
#pragma once

#include "bench_options.h"
#include "result.h"

#define WORKLOADS_MAX 16

struct workload {
    char name[RESULT_NAME_BYTES];
    char ids[RESULT_NAME_BYTES]; /* a generator for trace_open; "": the server invents the ids */
    const char *path;
    uint64_t burst_ids;     /* ids requested once each at the start; 0: the workload has no burst */
    int64_t dirty_decay_ns; /* an option of the server; or SERVER_DECAY_DEFAULT */
    bool speed;             /* speed is measured under it */
    uint64_t requests;      /* of a memory run; 0: it ends by time */
    uint64_t warmup;        /* requests that fill a cache and turn it over once */
};

struct workloads {
    struct workload list[WORKLOADS_MAX];
    size_t count;
};

/* Adds what the options name. `fit` is the number of entries that fit into a cache: scan and burst
 * request twice as many ids. 0, or -1 and one line in error. */
int workloads_fill(struct workloads *workloads, const struct bench_options *options, uint64_t fit,
                   struct error *error);
