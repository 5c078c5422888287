/* stats_rank.c - rank tests, exact for small samples. */
#include "stats_rank.h"

#include "random.h"
#include "xmalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RESAMPLES   999
#define BOTH_MAX    (2 * STATS_VALUES_MAX)
#define CHOSEN_SUM  (2 * STATS_EXACT_EACH * (2 * STATS_EXACT_EACH + 1))
#define CHOSEN_ROW  (CHOSEN_SUM + 1)
#define EXACT_SLACK 1e-9 /* against rounding */

static size_t at_most(size_t count, size_t most)
{
    return count < most ? count : most;
}

struct ranked {
    double value;
    size_t place; /* among those given */
};

static int ranked_order(const void *left, const void *right)
{
    double a = ((const struct ranked *)left)->value, b = ((const struct ranked *)right)->value;
    return (a > b) - (a < b);
}

/* Fills in twice the rank of each value, so that the mean of tied ranks is a whole number. Returns
 * the sum of t^3 - t over the groups of ties. */
static double ranks_fill(const double *values, size_t count, size_t *doubled)
{
    struct ranked sorted[BOTH_MAX] = {{0, 0}};
    double ties = 0;
    for (size_t i = 0; i < count; i++)
        sorted[i] = (struct ranked){values[i], i};
    qsort(sorted, count, sizeof sorted[0], ranked_order);
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from; to < count && sorted[to].value <= sorted[from].value; to++)
            ;
        for (size_t i = from; i < to; i++)
            doubled[sorted[i].place] = from + to + 1;
        double tied = (double)(to - from);
        ties += tied * tied * tied - tied;
    }
    return ties;
}

/* The two-sided p of a statistic at this distance from its mean, with a continuity correction. */
static double normal_p(double distance, double variance)
{
    if (variance <= 0)
        return 1;
    return erfc(fmax(0, fabs(distance) - 0.5) / sqrt(2 * variance));
}

static double two_sided(double below, double above, double all)
{
    return fmin(1, 2 * fmin(below, above) / all);
}

/* The two-sided p of a sum of `chosen` ranks, counted over all ways to choose them. */
static double chosen_p(const size_t *doubled, size_t count, size_t chosen, size_t sum)
{
    double *ways = xcalloc((STATS_EXACT_EACH + 1) * CHOSEN_ROW, sizeof *ways);
    double below = 0, above = 0, all = 0;
    ways[0] = 1;
    for (size_t i = 0; i < count; i++)
        for (size_t k = at_most(i + 1, chosen); k > 0; k--)
            for (size_t s = CHOSEN_SUM; s >= doubled[i]; s--)
                ways[k * CHOSEN_ROW + s] += ways[(k - 1) * CHOSEN_ROW + s - doubled[i]];
    for (size_t s = 0; s <= CHOSEN_SUM; s++) {
        double here = ways[chosen * CHOSEN_ROW + s];
        all += here;
        below += s <= sum ? here : 0;
        above += s >= sum ? here : 0;
    }
    free(ways);
    return two_sided(below, above, all);
}

struct stats_test stats_mann_whitney(const double *first, size_t first_count, const double *second,
                                     size_t second_count)
{
    double both[BOTH_MAX];
    size_t doubled[BOTH_MAX] = {0}, sum = 0;
    size_t n = at_most(first_count, STATS_VALUES_MAX), m = at_most(second_count, STATS_VALUES_MAX);
    if (n == 0 || m == 0)
        return (struct stats_test){.p = 1, .effect = 0.5};
    memcpy(both, second, m * sizeof *both);
    memcpy(both + m, first, n * sizeof *both);
    double ties = ranks_fill(both, n + m, doubled);
    for (size_t i = 0; i < m; i++)
        sum += doubled[i];
    double of_first = (double)n, of_second = (double)m, all = of_first + of_second;
    double u = (double)sum / 2 - of_second * (of_second + 1) / 2;
    double variance = of_first * of_second / 12 * (all + 1 - ties / (all * (all - 1)));
    bool exact = n <= STATS_EXACT_EACH && m <= STATS_EXACT_EACH;
    return (struct stats_test){.statistic = u,
                               .p = exact ? chosen_p(doubled, n + m, m, sum)
                                          : normal_p(u - of_first * of_second / 2, variance),
                               .effect = u / (of_first * of_second),
                               .exact = exact};
}

double stats_mann_whitney_least(size_t first_count, size_t second_count)
{
    double ways = 1;
    for (size_t i = 1; i <= second_count; i++)
        ways *= (double)(first_count + i) / (double)i;
    return fmin(1, 2 / ways);
}

static int p_order(const void *left, const void *right)
{
    double a = **(double *const *)left, b = **(double *const *)right;
    return (a > b) - (a < b);
}

void stats_holm(double *p, size_t count)
{
    double **sorted = xreallocarray(NULL, count + 1, sizeof *sorted), worst = 0;
    for (size_t i = 0; i < count; i++)
        sorted[i] = &p[i];
    qsort(sorted, count, sizeof *sorted, p_order);
    for (size_t i = 0; i < count; i++) {
        worst = fmax(worst, fmin(1, *sorted[i] * (double)(count - i)));
        *sorted[i] = worst;
    }
    free(sorted);
}

static double quotient(double first, double second)
{
    return second / first;
}

static double difference(double first, double second)
{
    return second - first;
}

static double drawn_median(const double *values, size_t count, struct random *random)
{
    double drawn[STATS_VALUES_MAX];
    for (size_t i = 0; i < count; i++)
        drawn[i] = values[random == NULL ? i : random_below(random, count)];
    return stats_median(drawn, count);
}

static void range_find(const double *values, size_t count, double *least, double *most)
{
    *least = *most = values[0];
    for (size_t i = 1; i < count; i++) {
        *least = fmin(*least, values[i]);
        *most = fmax(*most, values[i]);
    }
}

/* The ratio or difference of the medians; each sample is resampled by itself (Efron 1979). */
static struct stats_interval medians_interval(const double *first, size_t first_count,
                                              const double *second, size_t second_count,
                                              uint64_t seed, double (*between)(double, double))
{
    double drawn[RESAMPLES], tail = (1 - STATS_CONFIDENCE_FIGURE) / 2 * 100, ends[4];
    struct random random;
    size_t n = at_most(first_count, STATS_VALUES_MAX), m = at_most(second_count, STATS_VALUES_MAX);
    if (n == 0 || m == 0)
        return (struct stats_interval){0};
    double value = between(drawn_median(first, n, NULL), drawn_median(second, m, NULL));
    if (n < STATS_BOOTSTRAP_MIN || m < STATS_BOOTSTRAP_MIN) {
        range_find(first, n, &ends[0], &ends[1]);
        range_find(second, m, &ends[2], &ends[3]);
        return (struct stats_interval){value, between(ends[1], ends[2]), between(ends[0], ends[3])};
    }
    random_seed(&random, seed);
    for (size_t i = 0; i < RESAMPLES; i++) {
        double drawn_first = drawn_median(first, n, &random);
        drawn[i] = between(drawn_first, drawn_median(second, m, &random));
    }
    return (struct stats_interval){value, stats_percentile(drawn, RESAMPLES, tail),
                                   stats_percentile(drawn, RESAMPLES, 100 - tail)};
}

struct stats_interval stats_ratio_interval(const double *first, size_t first_count,
                                           const double *second, size_t second_count, uint64_t seed)
{
    return medians_interval(first, first_count, second, second_count, seed, quotient);
}

struct stats_interval stats_difference_interval(const double *first, size_t first_count,
                                                const double *second, size_t second_count,
                                                uint64_t seed)
{
    return medians_interval(first, first_count, second, second_count, seed, difference);
}
