/* bench_progress.h - what a bench prints to stderr while it runs. */
#pragma once

#include "bench.h"
#include "run.h"

/* The current run, as a context for progress_draw. */
struct progress_run {
    struct bench *bench;
    char label[RESULT_NAME_BYTES * 2 + 64]; /* "zipf lru 2/3" */
};

/* "3 servers, 2 workloads; servers on CPU 0, ..." */
void progress_print_plan(const struct bench *bench);
/* A part of so many steps begins; its next step begins. */
void progress_part(struct bench *bench, enum bench_part part, size_t steps);
void progress_next(struct bench *bench);
struct progress_run progress_run_of(struct bench *bench, const struct run_setup *setup);
/* Redraws the line of the current run; for run_setup.on_sample. */
void progress_draw(void *context, const struct result_sample *sample);
/* The same for a round of the speed part. */
void progress_draw_speed(struct bench *bench, const struct workload *workload, uint64_t repetition,
                         uint64_t round, uint64_t rounds);
/* Prints how the run ended; on a terminal only what went wrong. */
void progress_print_run(const struct progress_run *run, const struct result_run *result);
void progress_clear(const struct bench *bench);
