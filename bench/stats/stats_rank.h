/* stats_rank.h - whether two samples differ, by how much, and how certain that is; pure.
 *
 * Two benches, one after the other, are tested by Mann and Whitney's U, and their ratio is that of
 * the medians. Neither assumes normal noise.
 */
#pragma once

#include "stats.h"

#include <stdbool.h>

/* Up to this many values p is exact, with ties, too; beyond that it is the normal approximation,
 * corrected for ties and continuity. */
#define STATS_EXACT_EACH 20

struct stats_test {
    double statistic; /* U: the number of pairs in which the second is larger */
    double p;         /* two-sided; 1 without values */
    double
        effect; /* probability that the second is larger (Vargha & Delaney's A); 0.5: no effect */
    bool exact;
};

/* Whether the second sample tends to be larger (Mann & Whitney 1947). Values after
 * STATS_VALUES_MAX are ignored. */
struct stats_test stats_mann_whitney(const double *first, size_t first_count, const double *second,
                                     size_t second_count);
/* The smallest p that this many values can give. */
double stats_mann_whitney_least(size_t first_count, size_t second_count);

/* Corrects the p-values of several tests (Holm 1979): the probability that any of them is at most
 * alpha although nothing differs is at most alpha. */
void stats_holm(double *p, size_t count);

/* The ratio of the second median to the first, and its bootstrap interval at
 * STATS_CONFIDENCE_FIGURE. With fewer than STATS_BOOTSTRAP_MIN values in a sample, the range of the
 * ratios of all pairs. All values must be above 0. */
struct stats_interval stats_ratio_interval(const double *first, size_t first_count,
                                           const double *second, size_t second_count,
                                           uint64_t seed);
/* The same for the difference of the medians, for values of any sign. */
struct stats_interval stats_difference_interval(const double *first, size_t first_count,
                                                const double *second, size_t second_count,
                                                uint64_t seed);
