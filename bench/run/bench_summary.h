/* bench_summary.h - the tables and notes that a bench prints to stdout at its end. */
#pragma once

#include "bench.h"

void bench_summary_print(const struct bench *bench);
