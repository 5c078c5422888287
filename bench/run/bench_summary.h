/* bench_summary.h - the tables and notes that a bench prints to stdout at its end. */
#pragma once

#include "bench.h"

void bench_summary_print(const struct bench *bench);
/* True: requests/s and CPU time of the row are known to the plan's precision. */
bool bench_is_precise(const struct bench *bench, size_t subject, size_t workload);
