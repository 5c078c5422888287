/* micro_results.h - what micro measured, one row for each policy. A figure that is not known is
 * NAN. */
#pragma once

#include "footprint.h"
#include "instructions.h"

#define SIZES_MAX 2

struct micro_row {
    const struct policy *policy;
    struct policy_instructions instructions; /* at COUNT_ENTRIES entries */
    struct stats_interval cpu_ns[SIZES_MAX][OPERATIONS];
    struct footprint footprint;
};

struct micro_results {
    uint32_t sizes[SIZES_MAX]; /* of the times, in entries, ascending */
    size_t size_count;
    uint64_t repetitions; /* of the times */
    uint32_t footprint_entries;
    enum instructions_source source;
    struct error why; /* the instructions are not known */
    struct micro_row *rows;
    size_t count, failed; /* rows, and measurements that failed */
};
