/* bench_judgement.h - the results of a bench, handed to its judge. */
#pragma once

#include "bench.h"
#include "judgement.h"

/* Which servers are judged together. */
enum bench_side { SIDE_OURS, SIDE_OTHER, SIDE_BOTH };

/* Fills in the results of a side; returns their number. */
size_t bench_results_of(const struct bench *bench, enum bench_side side,
                        struct result *selected[SUBJECTS_MAX]);
/* What bench/stats says about them; the bench must outlive it. The caller calls
 * judgement_destroy. */
struct judgement *bench_judge(const struct bench *bench, enum bench_side side);
