/* stats.c - medians, percentiles and bootstrap intervals. */
#include "stats.h"

#include "random.h"

#include <math.h>
#include <string.h>

#define MEDIAN_RESAMPLES 999

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

double stats_mean(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return stats_ratio(sum, (double)count);
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
