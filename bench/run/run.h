/* run.h - one run: a fresh server is started, loaded, sampled, stopped and judged. */
#pragma once

#include "plan.h"
#include "result.h"

#include <stdatomic.h>

/* The allocator's statistics, as it printed them. */
struct run_dump {
    char *text; /* NULL: none */
    size_t bytes;
};

struct run_setup {
    const struct plan *plan;
    const struct subject *subject;
    const struct workload *workload;
    uint64_t repetition;           /* from 1; part of the seed */
    int server_cpu, generator_cpu; /* or CPU_ANY */
    const atomic_bool *interrupted;
    struct run_dump *dump; /* gets the allocator's statistics at the end; may be NULL */
    /* Called by another thread after each sample; may be NULL. */
    void (*on_sample)(void *context, const struct result_sample *sample);
    void *context;
};

/* Adds the run to the result and returns it, also if it failed; an interrupted run has failed. The
 * result owns it; the caller frees the text of the dump. */
struct result_run *run_execute(const struct run_setup *setup, struct result *result);
