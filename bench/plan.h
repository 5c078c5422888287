/* plan.h - what a bench is to run: variants, workloads, limits and times, from the command line. */
#ifndef PLAN_H
#define PLAN_H

#include "options.h"
#include "policies.h"
#include "result.h"

#define PLAN_VARIANTS_MAX  64
#define PLAN_WORKLOADS_MAX 16
#define PLAN_DECAY_DEFAULT (-1)

struct plan_options {
    const char *variants, *workloads, *out, *server_dir, *dirty_decay;
    double seconds;
    uint64_t repeats, connections, memory_cap_bytes, ttl_ns, seed, budget_ns, interval_ns;
    uint64_t burst_watch_ns;
    struct option_capacity capacity;
    bool quick;
};

struct workload {
    char name[RESULT_NAME_BYTES];
    char ids[RESULT_NAME_BYTES]; /* as trace_open takes it; "": the server makes them up */
    const char *path;
    uint64_t burst_ids;     /* asked for once each, before few of them are; 0: no burst */
    int64_t dirty_decay_ns; /* that servers are told; PLAN_DECAY_DEFAULT: they are not */
};

struct plan {
    const struct policy *variants[PLAN_VARIANTS_MAX];
    size_t variant_count;
    struct workload workloads[PLAN_WORKLOADS_MAX];
    size_t workload_count;
    uint64_t repeats, duration_ns, interval_ns, ttl_ns, seed, memory_cap_bytes;
    uint64_t burst_watch_ns; /* after a burst servers are watched so long, loaded or not */
    unsigned connections;
    struct option_capacity capacity;
    bool capacity_for_all; /* asked for: also for those that keep an age */
    char out[RESULT_LINE_BYTES], server_dir[RESULT_LINE_BYTES];
};

extern const struct option_table plan_option_table;
/* The defaults. */
extern const struct plan_options plan_options_default;

/* 0, or -1 and one line in error. */
int plan_make(struct plan *plan, const struct plan_options *options,
              char error[OPTIONS_ERROR_BYTES]);
/* Those of the plan's limits that the policy keeps. */
struct result_limits plan_limits(const struct plan *plan, const struct policy *policy);

#endif
