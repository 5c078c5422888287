/* stats.h - medians and their intervals; pure, and the same for the same seed. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define STATS_CONFIDENCE_FIGURE 0.95

struct stats_interval {
    double value, low, high;
};

/* part / whole; 0 without a whole. */
static inline double stats_ratio(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

/* 0 without values. */
double stats_mean(const double *values, size_t count);
/* Both reorder the values, and return 0 without values. */
double stats_median(double *values, size_t count);
/* percentile: 0 to 100; interpolates between neighbours. */
double stats_percentile(double *values, size_t count, double percentile);

/* The median and its bootstrap interval at STATS_CONFIDENCE_FIGURE. With fewer than
 * STATS_BOOTSTRAP_MIN values the interval is their range. Values after STATS_VALUES_MAX are
 * ignored. */
#define STATS_BOOTSTRAP_MIN 6
#define STATS_VALUES_MAX    256
struct stats_interval stats_median_interval(const double *values, size_t count, uint64_t seed);
