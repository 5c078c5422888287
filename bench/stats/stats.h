/* stats.h - medians, intervals and slopes; pure, and the same for the same seed. */
#ifndef STATS_H
#define STATS_H

#include <stddef.h>
#include <stdint.h>

#define STATS_CONFIDENCE_FIGURE 0.95
#define STATS_CONFIDENCE_SLOPE  0.999

struct stats_interval {
    double value, low, high;
};

/* Both reorder the values; 0 for none. */
double stats_median(double *values, size_t count);
/* Between neighbours it interpolates; percentile from 0 to 100. */
double stats_percentile(double *values, size_t count, double percentile);

/* The median and its bootstrap interval at STATS_CONFIDENCE_FIGURE. Of few values (under
 * STATS_BOOTSTRAP_MIN) the interval is their range. Looks at no more than STATS_VALUES_MAX. */
#define STATS_BOOTSTRAP_MIN 6
#define STATS_VALUES_MAX    256
struct stats_interval stats_median_interval(const double *values, size_t count, uint64_t seed);

/* What a slope is drawn through. */
#define STATS_POINTS_MAX 64
struct stats_points {
    double x[STATS_POINTS_MAX], y[STATS_POINTS_MAX];
    size_t count;
};

/* The median slope between all pairs (Theil 1950, Sen 1968), and its interval at
 * STATS_CONFIDENCE_SLOPE. The interval holds for samples that hang together: it is that of a
 * line whose errors are AR(1), with the memory that the residuals show. x must not fall. With
 * fewer than STATS_SLOPE_MIN points, or no two different x, all is 0. */
#define STATS_SLOPE_MIN 5
struct stats_interval stats_slope(const struct stats_points *points);

#endif
