/* histogram.h - latencies in HdrHistogram's layout: three significant digits from 1 ns to an hour.
 *
 * A value is stored with an error of at most one part in a thousand. Larger values than the range
 * count as its end. One thread at a time; handles are released with histogram_destroy.
 */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_DIGITS  3
#define HISTOGRAM_HIGHEST UINT64_C(3600000000000) /* ns */

struct histogram;

struct histogram *histogram_create(void);            /* NULL: out of memory */
void histogram_destroy(struct histogram *histogram); /* NULL is fine */
void histogram_clear(struct histogram *histogram);
void histogram_record(struct histogram *histogram, uint64_t value);
/* Adds what `from` holds. */
void histogram_merge(struct histogram *histogram, const struct histogram *from);

uint64_t histogram_count(const struct histogram *histogram);
/* All figures of an empty histogram are 0. Min and max are exact to the layout's resolution. */
uint64_t histogram_min(const struct histogram *histogram);
uint64_t histogram_max(const struct histogram *histogram);
double histogram_mean(const struct histogram *histogram);
double histogram_deviation(const struct histogram *histogram);
/* The highest value that is equivalent to the one below which `percentile` (0 to 100) of all lie:
 * what HdrHistogram's own tools print. */
uint64_t histogram_percentile(const struct histogram *histogram, double percentile);

/* The layout, for writers of its log format: cell i holds counts of values that begin at
 * histogram_cell_value(i). */
size_t histogram_cells(const struct histogram *histogram);
uint64_t histogram_cell_count(const struct histogram *histogram, size_t cell);
uint64_t histogram_cell_value(size_t cell);

#endif
