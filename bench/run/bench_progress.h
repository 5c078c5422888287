/* bench_progress.h - what a bench prints to stderr while it runs. */
#pragma once

#include "bench.h"
#include "run.h"

/* The current run, as a context for progress_draw. */
struct progress_run {
    struct bench *bench;
    char label[RESULT_NAME_BYTES * 2 + 64]; /* "zipf lru 2/3" */
};

/* "3 servers, 2 workloads, 3 times, 1 s each; ..." */
void progress_print_plan(const struct bench *bench);
struct progress_run progress_run_of(struct bench *bench, const struct run_setup *setup);
/* Redraws the line of the current run; for run_setup.on_sample. */
void progress_draw(void *context, const struct result_sample *sample);
/* Prints how the run ended; on a terminal only what went wrong. */
void progress_print_run(const struct progress_run *run, const struct result_run *result);
void progress_clear(const struct bench *bench);
