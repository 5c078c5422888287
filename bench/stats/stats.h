/* stats.h - medians, intervals and slopes; pure, and the same for the same seed. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define STATS_CONFIDENCE_FIGURE 0.95
#define STATS_CONFIDENCE_SLOPE  0.999

struct stats_interval {
    double value, low, high;
};

/* part / whole; 0 without a whole. */
static inline double stats_ratio(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

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

/* The points of a curve. */
#define STATS_POINTS_MAX 64
struct stats_points {
    double x[STATS_POINTS_MAX], y[STATS_POINTS_MAX];
    size_t count;
};

/* The median slope between all pairs (Theil 1950, Sen 1968), and its interval at
 * STATS_CONFIDENCE_SLOPE. The interval is valid for autocorrelated points: the errors are taken as
 * AR(1), with the autocorrelation of the residuals. x must not fall. With fewer than
 * STATS_SLOPE_MIN points, or all x equal, everything is 0. */
#define STATS_SLOPE_MIN 5
struct stats_interval stats_slope(const struct stats_points *points);
