/* bench.h - the state of one bench: its plan, its results, and how far it is. */
#pragma once

#include "interrupt.h"
#include "plan.h"

struct bench {
    struct plan plan;
    struct result *results[SUBJECTS_MAX];      /* one per subject */
    bool settled[SUBJECTS_MAX][WORKLOADS_MAX]; /* needs no more repeats */
    bool earlier[SUBJECTS_MAX]; /* a complete result of an earlier bench is in the output folder */
    bool unwritten[SUBJECTS_MAX]; /* the result could not be written, which was reported */
    int server_cpu, generator_cpu;
    size_t run_number, run_count; /* the current run counts from 1 */
    uint64_t start_ns;
    uint64_t drawn_ns; /* when the progress line was last drawn */
    int lock_fd;       /* of the output folder */
    int status;        /* the exit status so far */
    bool on_terminal;  /* stderr is a terminal */
    struct interrupt interrupt;
};

static inline bool bench_is_interrupted(const struct bench *bench)
{
    return atomic_load(&bench->interrupt.raised);
}
