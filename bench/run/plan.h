/* plan.h - what a bench is to run: variants, workloads, limits and times, from the command line. */
#ifndef PLAN_H
#define PLAN_H

#include "errors.h"
#include "options.h"
#include "policies.h"
#include "result.h"

#define PLAN_SUBJECTS_MAX  64
#define PLAN_WORKLOADS_MAX 16
#define PLAN_DECAY_DEFAULT (-1)
#define PLAN_AROUND_NS     (NS_PER_SECOND / 10) /* a run beside its load: starting, stopping */

struct plan_options {
    const char *variants, *workloads, *out, *server_dir, *dirty_decay, *against;
    struct option_texts commands, urls, names;
    double seconds, rate_rps, precision;
    uint64_t repeats, connections, memory_cap_bytes, ttl_ns, seed, budget_ns, interval_ns;
    uint64_t burst_watch_ns, streams, start_within_ns;
    struct option_capacity capacity;
    bool quick, http2, calibrate;
};

/* What is served and loaded. */
struct subject {
    char name[RESULT_NAME_BYTES];
    const struct policy *policy; /* NULL: a program that is not ours */
    const char *command, *url;   /* of such a program, pointing into argv */
    bool other;                  /* from the build that ours is run against */
};

struct workload {
    char name[RESULT_NAME_BYTES];
    char ids[RESULT_NAME_BYTES]; /* as trace_open takes it; "": the server makes them up */
    const char *path;
    uint64_t burst_ids;     /* asked for once each, before few of them are; 0: no burst */
    int64_t dirty_decay_ns; /* that servers are told; PLAN_DECAY_DEFAULT: they are not */
};

struct plan {
    /* First ours, each followed by that of the other build if there is one; then programs. */
    struct subject subjects[PLAN_SUBJECTS_MAX];
    size_t subject_count, paired_count; /* so many of them stand in pairs */
    struct workload workloads[PLAN_WORKLOADS_MAX];
    size_t workload_count;
    uint64_t repeats, duration_ns, interval_ns, ttl_ns, seed, memory_cap_bytes;
    uint64_t budget_ns; /* in which all runs are to take place */
    double precision;   /* enough repeats once intervals are so tight, a share; 0: all */
    bool calibrate;
    bool watches_bursts; /* asked to tell what comes back after them */
    bool http2;
    unsigned streams; /* of HTTP/2, on a connection */
    double rate_rps;  /* 0: closed loop */
    uint64_t start_within_ns;
    uint64_t burst_watch_ns; /* after a burst servers are watched so long, loaded or not */
    unsigned connections;
    struct option_capacity capacity;
    bool capacity_for_all; /* asked for: also for those that keep an age */
    char out[RESULT_LINE_BYTES], server_dir[RESULT_LINE_BYTES], other_dir[RESULT_LINE_BYTES];
};

extern const struct option_table plan_option_table;
/* The defaults. */
extern const struct plan_options plan_options_default;

/* 0, or -1 and one line in error. */
int plan_make(struct plan *plan, const struct plan_options *options, struct error *error);
/* One of our variants. */
struct subject subject_of(const struct policy *policy);
/* Which subject is the n-th to run in a repetition, which counts from 1: who of a pair comes first
 * is drawn by the seed. */
size_t plan_turn(const struct plan *plan, uint64_t repetition, size_t n);
/* Where servers lie unless the user says otherwise: beside this program. */
void plan_server_folder(char folder[RESULT_LINE_BYTES]);
/* Those of the plan's limits that the policy keeps; none for NULL. */
struct result_limits plan_limits(const struct plan *plan, const struct policy *policy);

#endif
