/* count_difference.h - instructions of one operation, from counts of many; pure. */
#pragma once

#include "count_plan.h"
#include "stats.h"

/* A stretch takes some instructions to begin and to end, and some for each operation. The
 * difference of two stretches, one of which has COUNT_OPERATIONS more, is what these operations
 * took. Returns the median over the pairs, and their range. */
struct stats_interval count_difference(const uint64_t counts[COUNT_STRETCHES]);

/* Finds the total in a file that callgrind wrote. 0, or -1: there is none. */
int callgrind_total(const char *text, uint64_t *total);

/* Reads a line of operation_count, "POLICY OPERATION COUNT...", for that policy and operation. 0,
 * or -1: it is another line, or does not have COUNT_STRETCHES counts. */
int counted_line(const char *line, const char *policy, const char *operation,
                 uint64_t counts[COUNT_STRETCHES]);
