/* bench_table.h - the tables of a bench: one for each workload, a row for each variant. */
#pragma once

#include "result.h"

#include <stdio.h>

/* At most 100 columns wide. Below a table stand notes on runs that failed, were stopped, or
 * disagree. Prints the workloads in the order of the first result that has them, and the variants
 * in the order given. The results must have their summaries. */
void bench_table_print(struct result *const *results, size_t count, FILE *out);
