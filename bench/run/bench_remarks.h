/* bench_remarks.h - lines below the tables of a bench: what else grows, and unusual statuses. */
#pragma once

#include "bench.h"

/* Prints one line for each server, workload and remark, to stdout. */
void bench_remarks_print(const struct bench *bench);
