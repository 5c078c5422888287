/* stats.c - medians, bootstrap intervals and robust slopes. */
#include "stats.h"

#include "random.h"

#include <math.h>
#include <string.h>

#define MEDIAN_RESAMPLES 999
#define PAIRS_MAX        (STATS_POINTS_MAX * (STATS_POINTS_MAX - 1) / 2)
/* the highest autocorrelation; with more, no length of run tells noise from a leak */
#define AUTOCORRELATION_MAX 0.99
#define STATS_SLOPE_Z       3.2905 /* the normal quantile of STATS_CONFIDENCE_SLOPE */

static void swap(double *a, double *b)
{
    double kept = *a;
    *a = *b;
    *b = kept;
}

/* The value that sorting would put at `rank`, put there (Hoare 1961). */
static double value_select(double *values, size_t count, size_t rank)
{
    ptrdiff_t low = 0, high = (ptrdiff_t)count - 1, target = (ptrdiff_t)rank;
    while (low < high) {
        double pivot = values[target];
        ptrdiff_t i = low, j = high;
        while (i <= j) {
            while (values[i] < pivot)
                i++;
            while (pivot < values[j])
                j--;
            if (i <= j)
                swap(&values[i++], &values[j--]);
        }
        if (j < target)
            low = i;
        if (target < i)
            high = j;
    }
    return values[rank];
}

double stats_percentile(double *values, size_t count, double percentile)
{
    if (count == 0)
        return 0;
    double position = percentile / 100 * (double)(count - 1);
    size_t below = (size_t)position;
    double value = value_select(values, count, below);
    if (below + 1 == count)
        return value;
    return value + (position - (double)below) * (value_select(values, count, below + 1) - value);
}

double stats_median(double *values, size_t count)
{
    return stats_percentile(values, count, 50);
}

static struct stats_interval interval_around(double value, double *resampled, size_t count,
                                             double confidence)
{
    double tail = (1 - confidence) / 2 * 100;
    return (struct stats_interval){
        .value = value,
        .low = stats_percentile(resampled, count, tail),
        .high = stats_percentile(resampled, count, 100 - tail),
    };
}

struct stats_interval stats_median_interval(const double *values, size_t count, uint64_t seed)
{
    double drawn[STATS_VALUES_MAX], medians[MEDIAN_RESAMPLES];
    struct random random;
    count = count < STATS_VALUES_MAX ? count : STATS_VALUES_MAX;
    memcpy(drawn, values, count * sizeof *values);
    double median = stats_median(drawn, count);
    if (count < STATS_BOOTSTRAP_MIN)
        return (struct stats_interval){median, stats_percentile(drawn, count, 0),
                                       stats_percentile(drawn, count, 100)};
    random_seed(&random, seed);
    for (size_t i = 0; i < MEDIAN_RESAMPLES; i++) {
        for (size_t j = 0; j < count; j++)
            drawn[j] = values[random_below(&random, count)];
        medians[i] = stats_median(drawn, count);
    }
    return interval_around(median, medians, MEDIAN_RESAMPLES, STATS_CONFIDENCE_FIGURE);
}

static double mean(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return count == 0 ? 0 : sum / (double)count;
}

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
    double centre = mean(residuals, points->count);
    for (size_t i = 0; i < points->count; i++)
        residuals[i] -= centre;
}

/* The autocorrelation of the residuals, taken as AR(1). Residuals of a fitted line underestimate
 * it, so it is corrected for a line of n points (Kendall 1954), and by one standard error more,
 * since a value that is too low makes noise look like a leak. */
static double memory_estimate(const double *residuals, size_t count)
{
    double together = 0, alone = 0;
    for (size_t i = 0; i < count; i++)
        alone += residuals[i] * residuals[i];
    for (size_t i = 1; i < count; i++)
        together += residuals[i] * residuals[i - 1];
    double seen = alone > 0 ? together / alone : 0;
    double corrected = seen + (2 + 4 * seen) / (double)count;
    corrected += sqrt((1 - seen * seen) / (double)count);
    return corrected < 0 ? 0 : corrected > AUTOCORRELATION_MAX ? AUTOCORRELATION_MAX : corrected;
}

/* Variance of the innovations: of what a residual does not take from the one before. */
static double innovation_variance(const double *residuals, size_t count, double memory)
{
    double sum = 0;
    for (size_t i = 1; i < count; i++) {
        double fresh = residuals[i] - memory * residuals[i - 1];
        sum += fresh * fresh;
    }
    return sum / (double)(count > 3 ? count - 3 : 1);
}

/* Standard error of a least-squares slope whose errors are AR(1). */
static double slope_error(const struct stats_points *points, const double *residuals)
{
    double memory = memory_estimate(residuals, points->count);
    double centre = mean(points->x, points->count), spread = 0, sum = 0;
    for (size_t i = 0; i < points->count; i++)
        spread += (points->x[i] - centre) * (points->x[i] - centre);
    for (size_t i = 0; i < points->count; i++)
        for (size_t j = 0; j < points->count; j++)
            sum += (points->x[i] - centre) * (points->x[j] - centre) *
                   pow(memory, fabs((double)i - (double)j));
    double variance = innovation_variance(residuals, points->count, memory) / (1 - memory * memory);
    return sqrt(variance * sum) / spread;
}

/* Student's t at STATS_CONFIDENCE_SLOPE, two-sided (Fisher & Cornish 1960). */
static double student_quantile(double freedom)
{
    double z = STATS_SLOPE_Z, z3 = z * z * z, z5 = z3 * z * z;
    return z + (z3 + z) / (4 * freedom) + (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom * freedom);
}

struct stats_interval stats_slope(const struct stats_points *points)
{
    double residuals[STATS_POINTS_MAX];
    size_t count = points->count;
    if (count < STATS_SLOPE_MIN || points->x[count - 1] <= points->x[0])
        return (struct stats_interval){0};
    double slope = slope_median(points->x, points->y, count);
    residuals_fill(residuals, points, slope);
    double half = student_quantile((double)count - 3) * slope_error(points, residuals);
    return (struct stats_interval){slope, slope - half, slope + half};
}
