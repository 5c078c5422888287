/* bench_table.h - the table of a bench: a row for each workload and variant. */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include "result.h"

#include <stdio.h>

/* Prints the workloads in the order of the first result that has them, and the variants in the
 * order given. The results must have their summaries. */
void bench_table_print(struct result *const *results, size_t count, FILE *out);

#endif
