/* memory_points.h - the samples of a run in one order, and the three that are shown. */
#pragma once

#include "result.h"

/* Samples under load, then those after a burst. */
size_t memory_sample_count(const struct result_run *run);
const struct result_sample *memory_sample(const struct result_run *run, size_t i);

/* The peak is the sample with the largest RSS. */
enum memory_point { MEMORY_START, MEMORY_PEAK, MEMORY_END, MEMORY_POINTS };
const struct result_sample *memory_point_sample(const struct result_run *run,
                                                enum memory_point point);
