/* run.h - one run: a fresh server, loaded, sampled, stopped and judged. */
#ifndef RUN_H
#define RUN_H

#include "plan.h"
#include "result.h"

#include <stdatomic.h>

#define RUN_CPU_ANY (-1)

struct run_setup {
    const struct plan *plan;
    const struct subject *subject;
    const struct workload *workload;
    uint64_t repetition;
    int server_cpu, generator_cpu;
    const atomic_bool *interrupted;
    const char *dump_path; /* where the allocator's statistics go at the end; NULL: nowhere */
    /* Called by another thread after each sample; NULL: nobody. */
    void (*seen)(void *context, const struct result_sample *sample);
    void *context;
};

/* Adds the run to the result, whatever becomes of it. An interrupted run counts as failed. */
struct result_run *run_take(const struct run_setup *setup, struct result *result);

#endif
