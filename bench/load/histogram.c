/* histogram.c - HdrHistogram's layout: buckets of doubling range, each of 2048 sub-buckets. */
#include "histogram.h"

#include "xmalloc.h"

#include <stdlib.h>
#include <string.h>

/* Three digits need 2000 sub-buckets; with 2048 the index is computed by shifts. Each bucket covers
 * twice the range of the one before it, and only its upper half is new, as in HdrHistogram.
 * Example: 1,000,000 ns is in bucket 9, whose sub-buckets are 512 ns wide, at index 11169. */
#define SUB_BUCKETS      2048
#define SUB_BUCKET_BITS  11
#define SUB_BUCKETS_HALF (SUB_BUCKETS / 2)
#define BUCKETS          32 /* 2048 << 31 ns is more than HISTOGRAM_HIGHEST */
#define COUNTS           ((BUCKETS + 1) * SUB_BUCKETS_HALF)

const struct percentile percentiles[PERCENTILES] = {
    {"p50", "p50_ns", 50},      {"p90", "p90_ns", 90},         {"p99", "p99_ns", 99},
    {"p99.9", "p999_ns", 99.9}, {"p99.99", "p9999_ns", 99.99}, {"max", "max_ns", 100},
};

struct histogram {
    uint64_t count, min, max;
    uint64_t counts[COUNTS];
};

static unsigned bucket_of_value(uint64_t value)
{
    unsigned bits = 64 - (unsigned)__builtin_clzll(value | (SUB_BUCKETS - 1));
    return bits - SUB_BUCKET_BITS;
}

static size_t index_of_value(uint64_t value)
{
    unsigned bucket = bucket_of_value(value);
    return (size_t)bucket * SUB_BUCKETS_HALF + (value >> bucket);
}

static unsigned bucket_of_index(size_t index)
{
    return index < SUB_BUCKETS ? 0 : (unsigned)(index / SUB_BUCKETS_HALF - 1);
}

static uint64_t width_at_index(size_t index)
{
    return UINT64_C(1) << bucket_of_index(index);
}

uint64_t histogram_value_at_index(size_t index)
{
    unsigned bucket = bucket_of_index(index);
    return ((uint64_t)index - (uint64_t)bucket * SUB_BUCKETS_HALF) << bucket;
}

static uint64_t last_value_at_index(size_t index)
{
    return histogram_value_at_index(index) + width_at_index(index) - 1;
}

static uint64_t middle_at_index(size_t index)
{
    return histogram_value_at_index(index) + width_at_index(index) / 2;
}

/* All counts from this index on are 0. */
static size_t counts_used(const struct histogram *histogram)
{
    return histogram->count ? index_of_value(histogram->max) + 1 : 0;
}

struct histogram *histogram_create(void)
{
    struct histogram *histogram = xcalloc(1, sizeof *histogram);
    histogram->min = UINT64_MAX;
    return histogram;
}

void histogram_destroy(struct histogram *histogram)
{
    free(histogram);
}

void histogram_clear(struct histogram *histogram)
{
    memset(histogram, 0,
           offsetof(struct histogram, counts) + counts_used(histogram) * sizeof(uint64_t));
    histogram->min = UINT64_MAX;
}

void histogram_record(struct histogram *histogram, uint64_t value)
{
    if (value > HISTOGRAM_HIGHEST)
        value = HISTOGRAM_HIGHEST;
    histogram->counts[index_of_value(value)]++;
    histogram->count++;
    if (value < histogram->min)
        histogram->min = value;
    if (value > histogram->max)
        histogram->max = value;
}

void histogram_merge(struct histogram *histogram, const struct histogram *from)
{
    size_t used = counts_used(from);
    for (size_t i = 0; i < used; i++)
        histogram->counts[i] += from->counts[i];
    histogram->count += from->count;
    if (from->min < histogram->min)
        histogram->min = from->min;
    if (from->max > histogram->max)
        histogram->max = from->max;
}

uint64_t histogram_count(const struct histogram *histogram)
{
    return histogram->count;
}

uint64_t histogram_min(const struct histogram *histogram)
{
    return histogram->count ? histogram->min : 0;
}

uint64_t histogram_max(const struct histogram *histogram)
{
    return histogram->max;
}

double histogram_mean(const struct histogram *histogram)
{
    double sum = 0;
    for (size_t index = 0; index < COUNTS; index++)
        if (histogram->counts[index])
            sum += (double)histogram->counts[index] * (double)middle_at_index(index);
    return histogram->count ? sum / (double)histogram->count : 0;
}

/* The number of values at or below the percentile: at least one. */
static uint64_t percentile_rank(const struct histogram *histogram, double percentile)
{
    double share = percentile < 0 ? 0 : percentile > 100 ? 100 : percentile;
    double rank = share / 100 * (double)histogram->count;
    uint64_t whole = (uint64_t)(rank + 0.5);
    return whole < 1 ? 1 : whole;
}

uint64_t histogram_percentile(const struct histogram *histogram, double percentile)
{
    uint64_t left = percentile_rank(histogram, percentile);
    if (histogram->count == 0)
        return 0;
    for (size_t index = 0; index < COUNTS; index++) {
        if (histogram->counts[index] >= left)
            return last_value_at_index(index) < histogram->max ? last_value_at_index(index)
                                                               : histogram->max;
        left -= histogram->counts[index];
    }
    return histogram->max;
}

size_t histogram_counts_length(const struct histogram *histogram)
{
    return counts_used(histogram);
}

uint64_t histogram_count_at_index(const struct histogram *histogram, size_t index)
{
    return histogram->counts[index];
}
