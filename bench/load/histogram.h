/* histogram.h - latencies in HdrHistogram's layout: three significant digits from 1 ns to 1 hour.
 *
 * A value is stored with an error of at most 1/1000. Values above HISTOGRAM_HIGHEST are stored as
 * HISTOGRAM_HIGHEST. One thread at a time; the caller releases a histogram with histogram_destroy.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_DIGITS  3
#define HISTOGRAM_HIGHEST UINT64_C(3600000000000) /* ns */

struct histogram;

struct histogram *histogram_create(void);
void histogram_destroy(struct histogram *histogram); /* NULL: does nothing */
void histogram_clear(struct histogram *histogram);
void histogram_record(struct histogram *histogram, uint64_t value);
/* Adds the counts of `from`. */
void histogram_merge(struct histogram *histogram, const struct histogram *from);

uint64_t histogram_count(const struct histogram *histogram);
/* All figures of an empty histogram are 0. Min and max are exact. */
uint64_t histogram_min(const struct histogram *histogram);
uint64_t histogram_max(const struct histogram *histogram);
double histogram_mean(const struct histogram *histogram);
/* The value at or below which `percentile` (0 to 100) % of all values lie, as HdrHistogram's tools
 * print it: the highest value of its sub-bucket, but at most the maximum. */
uint64_t histogram_percentile(const struct histogram *histogram, double percentile);

/* The percentiles that tables, JSON and objectives use; the last one is the maximum. */
struct percentile {
    const char *name; /* "p99.9" */
    const char *key;  /* "p999_ns" */
    double value;
};
#define PERCENTILES 6
extern const struct percentile percentiles[PERCENTILES];

/* The layout, for writers of HdrHistogram's log format: the counts up to the last one that is not
 * 0, and the lowest value that each index counts. */
size_t histogram_counts_length(const struct histogram *histogram);
uint64_t histogram_count_at_index(const struct histogram *histogram, size_t index);
uint64_t histogram_value_at_index(size_t index);
