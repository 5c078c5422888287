/* stats_slope.c - generalised least squares with AR(1) errors, around a robust slope. */
#include "stats_slope.h"

#include "quantile.h"

#include <math.h>

#define PAIRS_MAX (STATS_POINTS_MAX * (STATS_POINTS_MAX - 1) / 2)
/* The memory is taken for so many standard errors more than it is seen, and noise that is within
 * 1 / sqrt(n) of a random walk for one. A value that is too low makes noise look like a slope. */
#define MEMORY_ERRORS 3
/* Lags over which the innovations may still depend on each other. */
#define LAGS 2

static double slope_median(const double *x, const double *y, size_t count)
{
    double slopes[PAIRS_MAX];
    size_t pairs = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            if (x[j] > x[i])
                slopes[pairs++] = (y[j] - y[i]) / (x[j] - x[i]);
    return stats_median(slopes, pairs);
}

/* The residuals of the line through the points, with mean 0. */
static void residuals_fill(double *residuals, const struct stats_points *points, double slope)
{
    for (size_t i = 0; i < points->count; i++)
        residuals[i] = points->y[i] - slope * points->x[i];
    double centre = stats_mean(residuals, points->count);
    for (size_t i = 0; i < points->count; i++)
        residuals[i] -= centre;
}

/* The share that residuals have in common with those `lag` before. */
static double autocorrelation(const double *residuals, size_t count, size_t lag)
{
    double together = 0, alone = 0;
    for (size_t i = 0; i < count; i++)
        alone += residuals[i] * residuals[i];
    for (size_t i = lag; i < count; i++)
        together += residuals[i] * residuals[i - lag];
    return alone > 0 ? together / alone : 0;
}

/* Residuals of a fitted line underestimate the memory, so it is corrected for a line of n points
 * (Kendall 1954). */
static double memory_estimate(const double *residuals, size_t count)
{
    double seen = autocorrelation(residuals, count, 1), n = (double)count;
    double corrected = seen + (2 + 4 * seen) / n + MEMORY_ERRORS * sqrt((1 - seen * seen) / n);
    return corrected >= 1 - 1 / sqrt(n) ? 1 : fmax(0, corrected);
}

/* A regression of y on x and a constant, each less `memory` times the point before. */
struct transformed {
    double x[STATS_POINTS_MAX], y[STATS_POINTS_MAX], one[STATS_POINTS_MAX];
    size_t count;
};

/* The first point is weighted (Prais & Winsten 1954); of a random walk it says nothing. */
static void transform(struct transformed *out, const struct stats_points *points, double memory)
{
    double first = sqrt(1 - memory * memory);
    const double *x = points->x, *y = points->y;
    out->count = 0;
    if (first > 0) {
        out->x[0] = first * x[0];
        out->y[0] = first * y[0];
        out->one[out->count++] = first;
    }
    for (size_t i = 1; i < points->count; i++) {
        out->x[out->count] = x[i] - memory * x[i - 1];
        out->y[out->count] = y[i] - memory * y[i - 1];
        out->one[out->count++] = 1 - memory;
    }
}

/* Takes the part along `by` out of `from`. */
static void project_out(double *from, const double *by, size_t count)
{
    double together = 0, alone = 0;
    for (size_t i = 0; i < count; i++) {
        together += from[i] * by[i];
        alone += by[i] * by[i];
    }
    for (size_t i = 0; i < count && alone > 0; i++)
        from[i] -= together / alone * by[i];
}

/* How many times the variance of their mean exceeds that of independent innovations (Newey & West
 * 1987); not below 1. */
static double dependence(const double *innovations, size_t count)
{
    double factor = 1;
    for (size_t lag = 1; lag <= LAGS; lag++)
        factor += 2 * (1 - (double)lag / (LAGS + 1)) * autocorrelation(innovations, count, lag);
    return fmax(1, factor);
}

/* The slope of least squares over transformed points, and its standard error. */
static double slope_fit(struct transformed *points, double *error)
{
    double together = 0, spread = 0, left = 0;
    size_t count = points->count;
    project_out(points->x, points->one, count);
    project_out(points->y, points->one, count);
    for (size_t i = 0; i < count; i++) {
        together += points->x[i] * points->y[i];
        spread += points->x[i] * points->x[i];
    }
    double slope = together / spread;
    project_out(points->y, points->x, count);
    for (size_t i = 0; i < count; i++)
        left += points->y[i] * points->y[i];
    *error = sqrt(left / (double)(count - 2) * dependence(points->y, count) / spread);
    return slope;
}

struct stats_line stats_line(const struct stats_points *points, double alpha)
{
    double residuals[STATS_POINTS_MAX], error;
    struct transformed transformed;
    size_t count = points->count;
    if (count < STATS_SLOPE_MIN || points->x[count - 1] <= points->x[0])
        return (struct stats_line){0};
    double slope = slope_median(points->x, points->y, count);
    residuals_fill(residuals, points, slope);
    double memory = memory_estimate(residuals, count);
    transform(&transformed, points, memory);
    double fitted = slope_fit(&transformed, &error);
    double half = quantile_student(1 - alpha, (unsigned)count - 3) * error;
    struct stats_interval interval = {slope, fmin(slope, fitted) - half,
                                      fmax(slope, fitted) + half};
    return (struct stats_line){interval, memory};
}

struct stats_interval stats_slope(const struct stats_points *points)
{
    return stats_line(points, STATS_SLOPE_ALPHA).slope;
}
