/* operation_time.h - the CPU time of a hit, of a miss, and of a put that evicts an entry.
 *
 * All caches are filled first and stay; then they take turns. In each repetition every policy and
 * size is measured once, in another order each time, so that what disturbs the machine meets all.
 */
#pragma once

#include "micro_results.h"

struct operation_time_setup {
    struct memory_zone *zone;
    const struct key *keys;
    uint32_t key_count;
    uint64_t slice_ns; /* how long an operation is repeated, in each repetition */
};

/* Fills in results->rows[].cpu_ns, for its sizes and repetitions, and counts what failed. Returns
 * google-benchmark's JSON, which the caller frees. */
char *operation_times_measure(const struct operation_time_setup *setup,
                              struct micro_results *results);
