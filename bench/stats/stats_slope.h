/* stats_slope.h - the slope of a curve whose noise is autocorrelated, and its interval. Pure. */
#pragma once

#include "stats.h"

#include <stdbool.h>

/* Two-sided: a curve without a slope has one above the interval's lower end with half of it. */
#define STATS_SLOPE_ALPHA 0.001

/* The points of a curve. */
#define STATS_POINTS_MAX 64
struct stats_points {
    double x[STATS_POINTS_MAX], y[STATS_POINTS_MAX];
    size_t count;
};

struct stats_line {
    struct stats_interval slope;
    double memory; /* how much of its noise a point keeps from the point before: 0 to 1 */
};

/* The slope is the median of those between all pairs (Theil 1950, Sen 1968), which outliers do not
 * move. The interval, at 1 - alpha, is valid whether the noise returns to the line or wanders off
 * as a random walk: it is one of generalised least squares with AR(1) errors, whose coefficient is
 * corrected for its bias and taken as 1 where it is near 1 (Roy & Fuller 2001, Perron & Yabu 2009).
 * x must not fall. With fewer than STATS_SLOPE_MIN points, or all x equal, everything is 0. */
#define STATS_SLOPE_MIN 5
struct stats_line stats_line(const struct stats_points *points, double alpha);
/* The slope of the same line at STATS_SLOPE_ALPHA. */
struct stats_interval stats_slope(const struct stats_points *points);
