/* burst_table.h - who gave how much of its memory back after a burst, and when. */
#ifndef BURST_TABLE_H
#define BURST_TABLE_H

#include "result.h"

#include <stdio.h>

/* One row per workload with a burst and variant, medians of the runs that did not fail. Nothing
 * where there is none. */
void burst_table_print(struct result *const *results, size_t count, FILE *out);

#endif
