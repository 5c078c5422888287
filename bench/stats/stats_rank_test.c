/* stats_rank_test.c - chances counted one by one, and intervals that miss no more than they say. */
#include "stats_rank.h"

#include "random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#define ROUNDS 60
#define SEEDS  400

static double normal(struct random *random)
{
    double sum = -6; /* twelve uniforms (the central limit) */
    for (int i = 0; i < 12; i++)
        sum += (double)(random_next(random) >> 11) * 0x1p-53;
    return sum;
}

static void near(double value, double wanted)
{
    assert_true(fabs(value - wanted) < 1e-9);
}

/* Pairs in which the second is larger, a tie counting half; `second` has a bit for each value. */
static double pairs_larger(const double *values, size_t count, unsigned second)
{
    double larger = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            if ((second >> i & 1) && !(second >> j & 1))
                larger += values[i] > values[j] ? 1 : values[i] < values[j] ? 0 : 0.5;
    return larger;
}

/* Every way to deal the values out to two samples of these sizes. */
static double dealt_p(const double *values, size_t count, unsigned second)
{
    double seen = pairs_larger(values, count, second), below = 0, above = 0, all = 0;
    for (unsigned dealt = 0; dealt < 1U << count; dealt++) {
        if (__builtin_popcount(dealt) != __builtin_popcount(second))
            continue;
        double larger = pairs_larger(values, count, dealt);
        all++;
        below += larger <= seen;
        above += larger >= seen;
    }
    return fmin(1, 2 * fmin(below, above) / all);
}

static void the_rank_sum_agrees_with_dealing(void **state)
{
    struct random random;
    random_seed(&random, 1);
    for (int round = 0; round < ROUNDS; round++) {
        double values[9];
        size_t n = 1 + random_below(&random, 4), m = 1 + random_below(&random, 5);
        uint64_t kinds = round % 2 == 0 ? 1000000 : 5; /* with ties and without */
        for (size_t i = 0; i < n + m; i++)
            values[i] = (double)random_below(&random, kinds);
        unsigned second = ((1U << m) - 1) << n;
        struct stats_test test = stats_mann_whitney(values, n, values + n, m);
        near(test.statistic, pairs_larger(values, n + m, second));
        near(test.effect, pairs_larger(values, n + m, second) / (double)(n * m));
        near(test.p, dealt_p(values, n + m, second));
        assert_true(test.exact);
    }
}

/* What R and scipy print for them. */
static void published_values_are_found(void **state)
{
    static const double x[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
    static const double y[] = {1.15, 0.88, 0.90, 0.74, 1.21};
    struct stats_test test = stats_mann_whitney(y, 5, x, 10); /* Hollander & Wolfe 1973, p. 69 */
    near(test.statistic, 35);
    assert_true(fabs(test.p - 0.2544) < 5e-5);
    near(stats_mann_whitney((double[]){1, 2, 3}, 3, (double[]){4, 5, 6}, 3).p, 0.1);
}

/* In how many ways n and m values give u, by which sample the largest value belongs to. */
#define COUNTED 22
static double ways_of(double known[COUNTED + 1][COUNTED + 1][COUNTED * COUNTED + 1], size_t n,
                      size_t m, size_t u)
{
    if (n == 0 || m == 0)
        return u == 0;
    if (u > n * m)
        return 0;
    double *ways = &known[n][m][u];
    if (*ways < 0)
        *ways = (u >= m ? ways_of(known, n - 1, m, u - m) : 0) + ways_of(known, n, m - 1, u);
    return *ways;
}

static void the_normal_curve_is_near_what_is_counted(void **state)
{
    static double known[COUNTED + 1][COUNTED + 1][COUNTED * COUNTED + 1];
    double first[COUNTED], second[COUNTED], all = 0, tail = 0;
    for (size_t i = 0; i < sizeof known / sizeof(double); i++)
        (&known[0][0][0])[i] = -1;
    for (size_t i = 0; i < COUNTED; i++) {
        first[i] = (double)i;
        second[i] = (double)i + 6.5;
    }
    struct stats_test test = stats_mann_whitney(first, COUNTED, second, COUNTED);
    assert_false(test.exact);
    for (size_t u = 0; u <= COUNTED * COUNTED; u++) {
        double ways = ways_of(known, COUNTED, COUNTED, u);
        all += ways;
        tail += (double)u >= test.statistic ? ways : 0;
    }
    assert_true(fabs(test.p - 2 * tail / all) < 1e-3); /* and on the safe side: */
    assert_true(test.p > 2 * tail / all && test.p < 0.01);
}

static void ties_widen_the_normal_curve_rightly(void **state)
{
    double first[40], second[40];
    for (size_t i = 0; i < 40; i++) {
        first[i] = (double)(i % 2);
        second[i] = (double)(i % 4 != 0);
    }
    /* U = 1000 of a mean of 800; 30 zeros and 50 ones are tied. */
    double variance = 1600.0 / 12 * (81 - (30.0 * 30 * 30 - 30 + 50.0 * 50 * 50 - 50) / (80 * 79));
    struct stats_test test = stats_mann_whitney(first, 40, second, 40);
    near(test.statistic, 1000);
    near(test.p, erfc(199.5 / sqrt(2 * variance)));
    near(stats_mann_whitney(first, 40, first, 40).p, 1);
}

static void so_few_values_cannot_tell(void **state)
{
    near(stats_mann_whitney_least(3, 3), 0.1);
    near(stats_mann_whitney_least(4, 4), 2.0 / 70);
    near(stats_mann_whitney_least(1, 1), 1);
    near(stats_mann_whitney_least(0, 5), 1);
    near(stats_mann_whitney(NULL, 0, NULL, 0).p, 1);
}

static void holm_steps_down(void **state)
{
    double p[] = {0.01, 0.04, 0.03, 0.005}, one[] = {0.2, 0.9, 0.9};
    stats_holm(p, 4);
    near(p[0], 0.03);
    near(p[1], 0.06);
    near(p[2], 0.06);
    near(p[3], 0.02);
    stats_holm(one, 3);
    near(one[0], 0.6);
    near(one[1], 1);
    stats_holm(NULL, 0);
}

static void a_ratio_is_held_by_its_interval(void **state)
{
    struct random random;
    size_t missed = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        double first[15], second[15];
        random_seed(&random, seed);
        for (size_t i = 0; i < 15; i++) {
            first[i] = 100 * exp(0.05 * normal(&random));
            second[i] = 110 * exp(0.05 * normal(&random));
        }
        struct stats_interval interval = stats_ratio_interval(first, 15, second, 15, seed);
        missed += interval.low > 1.1 || interval.high < 1.1;
        assert_true(interval.high - interval.low < 0.25);
    }
    assert_in_range(missed, SEEDS / 200, SEEDS * 9 / 100);
}

static void few_values_give_all_that_can_be(void **state)
{
    struct stats_interval interval =
        stats_ratio_interval((double[]){10, 20}, 2, (double[]){30, 40}, 2, 0);
    near(interval.low, 1.5);
    near(interval.high, 4);
    interval = stats_difference_interval((double[]){10, 20}, 2, (double[]){30, 40}, 2, 0);
    near(interval.value, 20);
    near(interval.low, 10);
    near(interval.high, 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rank_sum_agrees_with_dealing),
        cmocka_unit_test(published_values_are_found),
        cmocka_unit_test(the_normal_curve_is_near_what_is_counted),
        cmocka_unit_test(ties_widen_the_normal_curve_rightly),
        cmocka_unit_test(so_few_values_cannot_tell),
        cmocka_unit_test(holm_steps_down),
        cmocka_unit_test(a_ratio_is_held_by_its_interval),
        cmocka_unit_test(few_values_give_all_that_can_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
