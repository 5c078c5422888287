/* zipf.c - Zipf's law by an alias table over ranges of ranks, with rejection inside a range.
 *
 * The ranks are divided into ranges that are 1/128 as wide as their first rank (the first 255 ranks
 * are ranges of their own). Walker's alias method (Vose 1991) draws a range, as if all its ranks
 * were as likely as its first; then a rank in it is drawn uniformly, and accepted with the ratio of
 * its probability to that of the first. This is exact, and rejects less than alpha/128 of the
 * draws. The ratio is computed only if the lowest ratio of the range does not decide.
 */
#include "zipf.h"

#include "xmalloc.h"

#include <math.h>
#include <stdlib.h>

#define WIDTH_SHIFT 7

struct range {
    uint64_t threshold; /* a fraction below it selects this range, any other its alias */
    uint64_t first;     /* rank, from 1 */
    uint64_t width;
    uint64_t accepted; /* a fraction up to it accepts any rank of the range */
    uint64_t alias;
};

struct zipf {
    double alpha;
    size_t ranges;
    struct range range[];
};

static uint64_t width_at(uint64_t first, uint64_t count)
{
    uint64_t width = first >> WIDTH_SHIFT ? first >> WIDTH_SHIFT : 1;
    return width < count - first + 1 ? width : count - first + 1;
}

static size_t count_ranges(uint64_t count)
{
    size_t ranges = 0;
    for (uint64_t first = 1; first <= count; first += width_at(first, count))
        ranges++;
    return ranges;
}

/* A probability as a fraction of 2^64. */
static uint64_t to_fraction(double probability)
{
    return probability >= 1 ? UINT64_MAX : (uint64_t)ldexp(probability, 64);
}

/* The probability of a rank, relative to that of the first of its range. */
static double acceptance(const struct zipf *zipf, const struct range *range, uint64_t rank)
{
    return pow((double)range->first / (double)rank, zipf->alpha);
}

static double cut_ranges(struct zipf *zipf, uint64_t count, double *weights)
{
    double total = 0;
    uint64_t first = 1;
    for (size_t i = 0; i < zipf->ranges; i++) {
        struct range *range = &zipf->range[i];
        range->first = first;
        range->width = width_at(first, count);
        range->accepted = to_fraction(acceptance(zipf, range, first + range->width - 1));
        range->alias = i;
        range->threshold = UINT64_MAX;
        weights[i] = (double)range->width * pow((double)first, -zipf->alpha);
        total += weights[i];
        first += range->width;
    }
    return total;
}

/* Vose's algorithm: each range with less than the mean weight is filled up by one with more. */
static void pair_ranges(struct zipf *zipf, double *weights, double mean, size_t *stack)
{
    size_t light = 0, heavy = zipf->ranges; /* two stacks, from both ends */
    for (size_t i = 0; i < zipf->ranges; i++) {
        weights[i] /= mean;
        stack[weights[i] < 1 ? light++ : --heavy] = i;
    }
    while (light > 0 && heavy < zipf->ranges) {
        size_t small = stack[--light], large = stack[heavy++];
        zipf->range[small].threshold = to_fraction(weights[small]);
        zipf->range[small].alias = large;
        weights[large] -= 1 - weights[small];
        stack[weights[large] < 1 ? light++ : --heavy] = large;
    }
}

struct zipf *zipf_create(double alpha, uint64_t count)
{
    size_t ranges = count_ranges(count);
    struct zipf *zipf = xcalloc(1, sizeof *zipf + ranges * sizeof zipf->range[0]);
    double *weights = xcalloc(ranges, sizeof *weights);
    size_t *stack = xcalloc(ranges, sizeof *stack);
    zipf->alpha = alpha;
    zipf->ranges = ranges;
    pair_ranges(zipf, weights, cut_ranges(zipf, count, weights) / (double)ranges, stack);
    free(weights);
    free(stack);
    return zipf;
}

void zipf_destroy(struct zipf *zipf)
{
    free(zipf);
}

uint64_t zipf_draw(const struct zipf *zipf, struct random *random)
{
    for (;;) {
        uint64_t fraction;
        uint64_t i = random_split(random, zipf->ranges, &fraction);
        const struct range *range = &zipf->range[i];
        range = &zipf->range[fraction < range->threshold ? i : range->alias];
        uint64_t rank = range->first + random_split(random, range->width, &fraction);
        if (fraction <= range->accepted || fraction < to_fraction(acceptance(zipf, range, rank)))
            return rank - 1;
    }
}
