/* stats_rank.h - whether two samples differ, by how much, and how sure that is; pure.
 *
 * Of runs that were taken in turns, the pairs are what to look at: what drifts is in both of a pair
 * and not in their ratio. Their test is Wilcoxon's, their estimate Hodges and Lehmann's, and its
 * interval is that of the same test turned round, so that the three never contradict each other.
 * Of runs that were not, the test is Mann and Whitney's, and the ratio is that of the medians. None
 * of these asks for normal noise.
 */
#ifndef STATS_RANK_H
#define STATS_RANK_H

#include "stats.h"

#include <stdbool.h>

/* Of so few values p is exact, ties or not; of more it is that of the normal curve, corrected for
 * ties and for steps. */
#define STATS_EXACT_PAIRS 50
#define STATS_EXACT_EACH  20

struct stats_test {
    double statistic; /* U, of pairs in which the second is larger; or W+ */
    double p;         /* two-sided; 1 where there is nothing to compare */
    double effect;    /* chance that the second is larger (Vargha & Delaney's A); 0.5 is none */
    bool exact;
};

/* Whether the second sample tends to be larger (Mann & Whitney 1947). No more than
 * STATS_VALUES_MAX of each. */
struct stats_test stats_mann_whitney(const double *first, size_t first_count, const double *second,
                                     size_t second_count);
/* Whether differences lie around 0 (Wilcoxon 1945). Those of 0 are left out. effect: W+ as a share
 * of all ranks. No more than STATS_VALUES_MAX. */
struct stats_test stats_signed_rank(const double *differences, size_t count);

/* The least p that so many values can give, however far apart they are. */
double stats_mann_whitney_least(size_t first_count, size_t second_count);
double stats_signed_rank_least(size_t count);

/* Makes of the p-values of several tests those that hold for all of them together (Holm 1979). No
 * more than a chance of alpha that any is at most alpha without a cause. */
void stats_holm(double *p, size_t count);

/* The pseudomedian of the differences (Hodges & Lehmann 1963) with the interval that
 * stats_signed_rank would not reject at 1 - confidence. Of fewer than that needs, their range. */
struct stats_interval stats_shift_interval(const double *differences, size_t count,
                                           double confidence);
/* The ratio of the second's median to the first's, and its bootstrap interval at
 * STATS_CONFIDENCE_FIGURE. Where a sample has fewer than STATS_BOOTSTRAP_MIN, all that the ratio of
 * any two values could be. All values must be above 0. */
struct stats_interval stats_ratio_interval(const double *first, size_t first_count,
                                           const double *second, size_t second_count,
                                           uint64_t seed);
/* The same of the difference of the medians, for values of any sign. */
struct stats_interval stats_difference_interval(const double *first, size_t first_count,
                                                const double *second, size_t second_count,
                                                uint64_t seed);

#endif
