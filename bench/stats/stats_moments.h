/* stats_moments.h - compares two samples of which only mean and standard deviation are known; pure.
 *
 * By Welch's t, which assumes that means of so many values scatter normally. A ratio is tested on
 * the logarithms of the means.
 */
#pragma once

#include "stats.h"

#include <stdbool.h>

/* With fewer values the deviation says too little. */
#define STATS_MOMENTS_MIN 3

struct stats_moments {
    double mean, deviation; /* the standard deviation, NaN if it is not known */
    uint64_t count;
};

struct stats_moments stats_moments_of(const double *values, size_t count);
/* Whether there are enough values for an interval, and a deviation. */
bool stats_moments_suffice(const struct stats_moments *moments);
/* The mean and its interval at STATS_CONFIDENCE_FIGURE; the mean alone with too few values. */
struct stats_interval stats_mean_interval(const struct stats_moments *moments);
/* The second mean as a ratio to the first, or minus the first, its interval at
 * STATS_CONFIDENCE_FIGURE, and in *p the two-sided probability of such a distance where none is.
 * With fewer than STATS_MOMENTS_MIN values, or without a deviation, the value alone and *p 1. */
struct stats_interval stats_moments_compare(const struct stats_moments *first,
                                            const struct stats_moments *second, bool ratio,
                                            double *p);
