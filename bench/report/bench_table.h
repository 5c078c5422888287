/* bench_table.h - the table of a bench: one row per workload and variant. */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include "result.h"

#include <stdio.h>

/* Prints the workloads in the order of the first result that has them, the variants in the order
 * given. Their summaries must have been made. */
void comparison_print(struct result *const *results, size_t count, FILE *out);

#endif
