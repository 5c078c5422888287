/* burst_table.h - the table of a burst: how much memory was returned, and when. */
#pragma once

#include "result.h"

#include <stdio.h>

/* Prints a row for each workload with a burst and each variant: medians of the runs that did not
 * fail. Prints nothing if there is no burst. */
void burst_table_print(struct result *const *results, size_t count, FILE *out);
