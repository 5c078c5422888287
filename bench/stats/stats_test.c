/* stats_test.c - known answers, and how often intervals miss the truth. */
#include "stats.h"

#include "random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>

#define SEEDS 300

static double uniform(struct random *random)
{
    return (double)(random_next(random) >> 11) * 0x1p-53;
}

/* Standard normal (Box & Muller 1958). */
static double normal(struct random *random)
{
    return sqrt(-2 * log(uniform(random) + 1e-18)) * cos(6.283185307179586 * uniform(random));
}

static void medians_and_percentiles_are_those_of_the_sorted(void **state)
{
    double values[] = {9, 1, 8, 2, 7, 3, 6, 4, 5};
    assert_true(stats_median(values, 9) == 5);
    assert_true(stats_percentile(values, 9, 0) == 1);
    assert_true(stats_percentile(values, 9, 100) == 9);
    assert_true(stats_percentile(values, 9, 25) == 3);
    assert_true(stats_median((double[]){4, 1, 3, 2}, 4) == 2.5);
    assert_true(stats_median((double[]){7, 7, 7}, 3) == 7);
    assert_true(stats_median(NULL, 0) == 0);
}

static void selection_agrees_with_counting(void **state)
{
    struct random random;
    random_seed(&random, 1);
    for (size_t round = 0; round < 500; round++) {
        double values[40];
        size_t count = 1 + random_below(&random, 40), rank = random_below(&random, count),
               below = 0;
        size_t equal = 0;
        for (size_t i = 0; i < count; i++)
            values[i] = (double)random_below(&random, 12);
        double found = stats_percentile(
            values, count, count == 1 ? 0 : 100.0 * (double)rank / (double)(count - 1));
        for (size_t i = 0; i < count; i++) {
            below += values[i] < found - 1e-9;
            equal += fabs(values[i] - found) < 1e-9;
        }
        assert_true(below <= rank + 1);
        assert_true(below + equal >= rank || equal == 0);
    }
}

static void an_interval_holds_the_median(void **state)
{
    struct random random;
    size_t missed = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        double values[20];
        random_seed(&random, seed);
        for (size_t i = 0; i < 20; i++)
            values[i] = 10 + normal(&random);
        struct stats_interval interval = stats_median_interval(values, 20, seed);
        assert_true(interval.low <= interval.value && interval.value <= interval.high);
        missed += interval.low > 10 || interval.high < 10;
    }
    assert_in_range(missed, 1, SEEDS / 10);
}

static void few_values_give_their_range(void **state)
{
    struct stats_interval interval = stats_median_interval((double[]){3, 1, 2}, 3, 0);
    assert_true(interval.value == 2 && interval.low == 1 && interval.high == 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(medians_and_percentiles_are_those_of_the_sorted),
        cmocka_unit_test(selection_agrees_with_counting),
        cmocka_unit_test(an_interval_holds_the_median),
        cmocka_unit_test(few_values_give_their_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
