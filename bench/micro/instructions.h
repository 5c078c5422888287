/* instructions.h - the instructions that each operation of each policy takes.
 *
 * They come from the processor's counter where it has one that may be used, otherwise from
 * callgrind where valgrind is installed, otherwise they are not known. Both count the program
 * operation_count, which is built beside this one from the same libraries. At COUNT_ENTRIES
 * entries.
 */
#pragma once

#include "errors.h"
#include "filled_cache.h"
#include "stats.h"

enum instructions_source { INSTRUCTIONS_UNKNOWN, INSTRUCTIONS_COUNTER, INSTRUCTIONS_CALLGRIND };
extern const char *const instructions_source_names[]; /* "unknown", "counter", "callgrind" */

struct policy_instructions {
    struct stats_interval of[OPERATIONS];
};

/* Counts at most two policies at a time. INSTRUCTIONS_UNKNOWN: `why` says the reason, and `found`,
 * one for each policy, is not changed. */
enum instructions_source instructions_measure(const struct policy *const *policies, size_t count,
                                              struct policy_instructions *found, struct error *why);
