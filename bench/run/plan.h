/* plan.h - what a bench runs, for how long, and with which limits. */
#pragma once

#include "bench_options.h"
#include "subjects.h"
#include "workloads.h"

#define PLAN_OVERHEAD_NS (NS_PER_SECOND / 10) /* of a run, beside its load: start and stop */

struct plan {
    struct subjects subjects;
    struct workloads workloads;
    uint64_t repeats, duration_ns, interval_ns, ttl_ns, seed, memory_cap_bytes;
    uint64_t budget_ns; /* for all runs together */
    double precision;   /* no more repeats once intervals are this tight, a share; 0: all repeats */
    bool calibrate;
    bool watches_bursts; /* a table shows what memory is returned after a burst */
    bool http2;
    unsigned streams; /* of HTTP/2, on a connection */
    double rate_rps;  /* 0: closed loop */
    bool expects_any; /* responses of any status are good for our servers, too */
    bool expects_2xx; /* only those with 2xx are good for foreign programs, too */
    uint64_t start_within_ns;
    uint64_t burst_watch_ns; /* sampling goes on for this time after a burst */
    unsigned connections;
    struct option_capacity capacity;
    bool capacity_for_all; /* --capacity was given: it also limits policies with a time to live */
    char out[RESULT_LINE_BYTES], server_dir[RESULT_LINE_BYTES], other_dir[RESULT_LINE_BYTES];
};

/* 0, or -1 and one line in error. */
int plan_make(struct plan *plan, const struct bench_options *options, struct error *error);
/* Index of the subject that runs n-th in a repetition, which counts from 1: within a pair the seed
 * decides the order. */
size_t plan_turn(const struct plan *plan, uint64_t repetition, size_t n);
/* The limits of the plan that apply to the policy; none for NULL. */
struct result_limits plan_limits(const struct plan *plan, const struct policy *policy);
/* The folder of the servers unless --server-dir is given: that of this program. */
void plan_server_folder(char folder[RESULT_LINE_BYTES]);
