/* stats_moments_test.c - Welch's t agrees with published values. */
#include "stats_moments.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>

static bool is_near(double value, double right, double precision)
{
    return fabs(value - right) <= precision;
}

/* Fisher's two soporifics (Student 1908), as two independent samples: t = -1.8608, 17.776 degrees
 * of freedom, p = 0.07939, interval -3.3655 to 0.2055. Degrees are rounded down here, to 17. */
static void sleep_data(void **state)
{
    static const double one[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
    static const double two[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
    const struct stats_moments first = stats_moments_of(one, 10),
                               second = stats_moments_of(two, 10);
    double p;
    assert_true(is_near(first.mean, 0.75, 1e-12) && is_near(first.deviation, 1.78901, 1e-5));
    struct stats_interval change = stats_moments_compare(&first, &second, false, &p);
    assert_true(is_near(p, 0.0794, 0.001));
    assert_true(is_near(change.value, 1.58, 1e-9));
    assert_true(is_near(change.low, -0.2055, 0.01) && is_near(change.high, 3.3655, 0.01));
}

static void a_ratio_has_an_interval(void **state)
{
    const struct stats_moments first = {100, 1, 10}, second = {200, 2, 10};
    double p;
    struct stats_interval change = stats_moments_compare(&first, &second, true, &p);
    assert_true(is_near(change.value, 2, 1e-12));
    /* Each mean is known to 1 % / sqrt(10), their ratio to 0.447 %: 2.101 of those. */
    assert_true(is_near(change.low, 2 * exp(-0.009396), 1e-4));
    assert_true(is_near(change.high, 2 * exp(0.009396), 1e-4));
    assert_true(p < 1e-9);
}

static void too_few_values_tell_nothing(void **state)
{
    const struct stats_moments few = {100, 1, 2}, many = {200, 2, 10}, bare = {100, NAN, 10};
    double p = 0;
    assert_true(stats_moments_compare(&few, &many, true, &p).high == 2 && p == 1);
    assert_true(stats_moments_compare(&bare, &many, false, &p).low == 100 && p == 1);
    assert_true(stats_mean_interval(&few).low == 100);
    assert_true(isnan(stats_moments_of((const double[]){5}, 1).deviation));
}

static void no_scatter_is_certain(void **state)
{
    const struct stats_moments one = {100, 0, 5}, two = {101, 0, 5};
    double p;
    stats_moments_compare(&one, &two, false, &p);
    assert_true(p < 1e-6);
    stats_moments_compare(&one, &one, false, &p);
    assert_true(p == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sleep_data),
        cmocka_unit_test(a_ratio_has_an_interval),
        cmocka_unit_test(too_few_values_tell_nothing),
        cmocka_unit_test(no_scatter_is_certain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
