/* speed_part.h - the part of a bench that measures what a request costs: randomised blocks. */
#pragma once

#include "bench.h"

/* Repeats with fresh servers until the plan's precision or the most repetitions are reached or the
 * budget is spent, and saves the results. */
void speed_part_run(struct bench *bench);
