/* histogram.c - HdrHistogram's layout: buckets of doubling range, each cut into equal cells. */
#include "histogram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* 2000 cells resolve three digits in the first bucket; 2048 makes the cell a matter of shifts.
 * Each later bucket covers twice the range of the one before, and only its upper half is new. */
#define CELLS_PER_BUCKET      2048
#define CELLS_PER_BUCKET_BITS 11
#define HALF                  (CELLS_PER_BUCKET / 2)
#define BUCKETS               32 /* 2048 << 31 ns is more than HISTOGRAM_HIGHEST */
#define CELLS                 ((BUCKETS + 1) * HALF)

struct histogram {
    uint64_t count, min, max;
    uint64_t cells[CELLS];
};

static unsigned value_bucket(uint64_t value)
{
    unsigned bits = 64 - (unsigned)__builtin_clzll(value | (CELLS_PER_BUCKET - 1));
    return bits - CELLS_PER_BUCKET_BITS;
}

static size_t value_cell(uint64_t value)
{
    unsigned bucket = value_bucket(value);
    return (size_t)bucket * HALF + (value >> bucket);
}

static unsigned cell_bucket(size_t cell)
{
    return cell < CELLS_PER_BUCKET ? 0 : (unsigned)(cell / HALF - 1);
}

static uint64_t cell_width(size_t cell)
{
    return UINT64_C(1) << cell_bucket(cell);
}

uint64_t histogram_cell_value(size_t cell)
{
    unsigned bucket = cell_bucket(cell);
    return ((uint64_t)cell - (uint64_t)bucket * HALF) << bucket;
}

static uint64_t cell_last(size_t cell)
{
    return histogram_cell_value(cell) + cell_width(cell) - 1;
}

static uint64_t cell_middle(size_t cell)
{
    return histogram_cell_value(cell) + cell_width(cell) / 2;
}

/* Cells from here on are empty. */
static size_t cells_used(const struct histogram *histogram)
{
    return histogram->count ? value_cell(histogram->max) + 1 : 0;
}

struct histogram *histogram_create(void)
{
    struct histogram *histogram = calloc(1, sizeof *histogram);
    if (histogram != NULL)
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
           offsetof(struct histogram, cells) + cells_used(histogram) * sizeof(uint64_t));
    histogram->min = UINT64_MAX;
}

void histogram_record(struct histogram *histogram, uint64_t value)
{
    if (value > HISTOGRAM_HIGHEST)
        value = HISTOGRAM_HIGHEST;
    histogram->cells[value_cell(value)]++;
    histogram->count++;
    if (value < histogram->min)
        histogram->min = value;
    if (value > histogram->max)
        histogram->max = value;
}

void histogram_merge(struct histogram *histogram, const struct histogram *from)
{
    size_t used = cells_used(from);

    for (size_t cell = 0; cell < used; cell++)
        histogram->cells[cell] += from->cells[cell];
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

    for (size_t cell = 0; cell < CELLS; cell++)
        if (histogram->cells[cell])
            sum += (double)histogram->cells[cell] * (double)cell_middle(cell);
    return histogram->count ? sum / (double)histogram->count : 0;
}

double histogram_deviation(const struct histogram *histogram)
{
    double mean = histogram_mean(histogram);
    double squares = 0;

    for (size_t cell = 0; cell < CELLS; cell++) {
        double distance = (double)cell_middle(cell) - mean;
        squares += (double)histogram->cells[cell] * distance * distance;
    }
    return histogram->count ? sqrt(squares / (double)histogram->count) : 0;
}

/* How many values lie at or below the percentile: at least one. */
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
    for (size_t cell = 0; cell < CELLS; cell++) {
        if (histogram->cells[cell] >= left)
            return cell_last(cell) < histogram->max ? cell_last(cell) : histogram->max;
        left -= histogram->cells[cell];
    }
    return histogram->max;
}

size_t histogram_cells(const struct histogram *histogram)
{
    return cells_used(histogram);
}

uint64_t histogram_cell_count(const struct histogram *histogram, size_t cell)
{
    return histogram->cells[cell];
}
