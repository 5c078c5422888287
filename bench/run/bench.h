/* bench.h - the state of one bench: its plan, its results, and how far it is. */
#pragma once

#include "interrupt.h"
#include "run.h"

/* A bench has three parts, in this order. */
enum bench_part { PART_HITS, PART_MEMORY, PART_SPEED };

/* Exact hits of a policy, whether it is served or not. */
struct bench_hits {
    const struct policy *policy;
    struct result_hits hits;
};

struct bench {
    struct plan plan;
    struct result *results[SUBJECTS_MAX]; /* one per subject */
    struct run_dump dumps[SUBJECTS_MAX];  /* of the last run of each, or of its last that leaks */
    bool dump_leaks[SUBJECTS_MAX];        /* that is of a run that leaks */
    struct result *control; /* speeds of a second copy of the reference; others are empty */
    const struct subject *reference;
    struct bench_hits *hits;
    size_t hits_count, hits_capacity;
    bool failed[SUBJECTS_MAX];  /* a run or a slice failed: it takes part no more */
    bool earlier[SUBJECTS_MAX]; /* a complete result of an earlier bench is in the output folder */
    bool unwritten[SUBJECTS_MAX]; /* the result could not be written, which was reported */
    int server_cpu, generator_cpu;
    bool finished; /* all parts are done */
    enum bench_part part;
    size_t step, steps; /* of the part; the current one counts from 1 */
    uint64_t start_ns, part_start_ns;
    uint64_t drawn_ns; /* when the progress line was last drawn */
    int lock_fd;       /* of the output folder */
    int status;        /* the exit status so far */
    bool on_terminal;  /* stderr is a terminal */
    struct interrupt interrupt;
};

/* All parts are done, and no server failed. */
static inline bool bench_is_complete(const struct bench *bench)
{
    bool complete = bench->finished;
    for (size_t i = 0; i < bench->plan.subjects.count; i++)
        complete &= !bench->failed[i];
    return complete;
}

static inline bool bench_is_interrupted(const struct bench *bench)
{
    return atomic_load(&bench->interrupt.raised);
}
