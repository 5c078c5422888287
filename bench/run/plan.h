/* plan.h - what a bench runs, with how many requests, and with which limits. */
#pragma once

#include "bench_options.h"
#include "server_under_test.h"
#include "subjects.h"
#include "workloads.h"

struct plan {
    struct subjects subjects;
    struct workloads workloads;
    uint64_t fit;            /* entries that fit into a cache, about */
    uint64_t repeats;        /* of the memory runs */
    uint64_t duration_ns;    /* a memory run ends after this time, too; 0: it does not */
    uint64_t requests_least; /* of a memory run whose length is not given */
    bool ends_by_requests, requests_given;
    uint64_t samples;     /* of a run, by requests; 0: only by time */
    uint64_t interval_ns; /* of samples by time */
    uint64_t ttl_ns, seed, memory_cap_bytes;
    uint64_t speed_least, speed_most; /* repetitions of the speed part */
    uint64_t rounds;                  /* of a repetition */
    uint64_t slice_requests;          /* 0: chosen by the servers' speed */
    uint64_t budget_ns;               /* after which no further repetition begins */
    double
        precision; /* no further repetitions once intervals are this tight, a share; 0: ignored */
    bool fails_on_leak, quick;
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
/* The limits of the plan that apply to the policy; none for NULL. */
struct result_limits plan_limits(const struct plan *plan, const struct policy *policy);
/* After which time the subject's memory run ends whatever it has done; 0: never. */
uint64_t plan_duration(const struct plan *plan, const struct subject *subject);
/* How long a run by requests lasts at least: some times to live. */
uint64_t plan_least_ns(const struct plan *plan, const struct policy *policy);
/* A sample is due after so many requests; 0: by time only. */
uint64_t plan_sample_requests(const struct plan *plan, const struct workload *workload);
/* Sets the workload's warm-up and, unless the options do, the requests of its memory runs: the
 * cache fills and turns over VERDICT_TURNOVERS times in their first half, if this share of the
 * requests misses. */
void plan_set_lengths(const struct plan *plan, struct workload *workload, double miss_ratio);
struct server_options plan_server_options(const struct plan *plan, const struct subject *subject,
                                          const struct workload *workload, int cpu);
/* Which responses of the subject are good. */
enum load_expect plan_expect(const struct plan *plan, const struct subject *subject);
/* The generator of the ids; "": there are none. Our servers invent the ids of a workload without
 * any; for a foreign program we must. */
const char *plan_ids(const struct workload *workload, const struct subject *subject);
/* The folder of the servers unless --server-dir is given: that of this program. */
void plan_server_folder(char folder[RESULT_LINE_BYTES]);
