/* find_capacity.h - tidemark load --find-capacity: trials, shown as they go, and the answer. */
#ifndef FIND_CAPACITY_H
#define FIND_CAPACITY_H

#include "load.h"

#define CAPACITY_RATE_FIRST  1000
#define CAPACITY_DURATION_NS UINT64_C(2000000000) /* of a trial, where none is given */
#define CAPACITY_WARMUP_NS   UINT64_C(300000000)

struct capacity_search_asked {
    const char *url;
    const char *workload; /* opened afresh for each trial. NULL where the path takes no id */
    const char *format;   /* of the workload; NULL: find out */
    const char *slo;      /* "p99=2ms" */
    bool json;
};

/* Trials with this setup at all kinds of rates; its rate_rps is the first one, 0: the default.
 * The exit status: 0 a rate was found, 1 none was, 2 it was asked wrongly. */
int capacity_search_command(const struct load_setup *setup,
                            const struct capacity_search_asked *asked);

#endif
