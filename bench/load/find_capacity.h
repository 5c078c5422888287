/* find_capacity.h - tidemark load --find-capacity: runs trials and prints the highest rate. */
#pragma once

#include "load.h"

#define CAPACITY_RATE_FIRST  1000
#define CAPACITY_DURATION_NS UINT64_C(2000000000) /* of a trial, unless --seconds is given */
#define CAPACITY_WARMUP_NS   UINT64_C(300000000)

struct find_capacity_options {
    const char *url;
    const char *workload;       /* opened again for each trial. NULL: the path has no {id} */
    struct trace_setup reading; /* of the workload, in the first trial */
    const char *slo;            /* "p99=2ms" */
    const char *json; /* NULL: a table; "-": JSON to stdout instead; else a file beside it */
};

/* Runs the setup at one rate after another. Its rate_rps is the first rate; 0: CAPACITY_RATE_FIRST.
 * Returns the exit status: STATUS_BAD if no rate meets the objective. */
int find_capacity_command(const struct load_setup *setup,
                          const struct find_capacity_options *options);
