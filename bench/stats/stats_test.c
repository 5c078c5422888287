/* stats_test.c - known answers, and how often intervals miss the truth. */
#include "stats.h"

#include "random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <stdbool.h>

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

/* A line of the given slope with AR(1) noise of standard deviation 1. */
static void points_fill(struct stats_points *points, size_t count, double slope, double memory,
                        uint64_t seed)
{
    struct random random;
    random_seed(&random, seed);
    double noise = normal(&random);
    points->count = count;
    for (size_t i = 0; i < count; i++) {
        noise = memory * noise + sqrt(1 - memory * memory) * normal(&random);
        points->x[i] = (double)i;
        points->y[i] = slope * (double)i + noise;
    }
}

static size_t misses_count(size_t count, double slope, double memory)
{
    struct stats_points points;
    size_t missed = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        points_fill(&points, count, slope, memory, seed);
        struct stats_interval interval = stats_slope(&points);
        missed += interval.low > slope || interval.high < slope;
    }
    return missed;
}

static void a_slope_is_found_and_held_by_its_interval(void **state)
{
    assert_in_range(misses_count(20, 0, 0), 0, SEEDS * 3 / 100);
    assert_in_range(misses_count(20, 3, 0.5), 0, SEEDS * 5 / 100);
    assert_in_range(misses_count(64, -2, 0.5), 0, SEEDS * 3 / 100);
    assert_in_range(misses_count(64, 0, 0.8), 0, SEEDS * 4 / 100);
    assert_in_range(misses_count(64, 0, 0.9), 0, SEEDS * 6 / 100);
}

static void an_interval_is_no_wider_than_it_needs_to_be(void **state)
{
    struct stats_points points;
    points_fill(&points, 64, 1, 0, 7);
    struct stats_interval interval = stats_slope(&points);
    assert_true(interval.low > 0.9 && interval.high < 1.1);
}

static void outliers_do_not_move_a_slope(void **state)
{
    struct stats_points points;
    points_fill(&points, 40, 2, 0, 3);
    for (size_t i = 0; i < 40; i += 8)
        points.y[i] += 1000;
    double slope = stats_slope(&points).value;
    assert_true(slope > 1.5 && slope < 2.5);
}

static void what_has_no_slope_gives_none(void **state)
{
    struct stats_points points = {.count = 20};
    assert_true(stats_slope(&points).value == 0);
    assert_true(stats_slope(&points).high == 0);
    points.count = 1;
    assert_true(stats_slope(&points).value == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(medians_and_percentiles_are_those_of_the_sorted),
        cmocka_unit_test(selection_agrees_with_counting),
        cmocka_unit_test(an_interval_holds_the_median),
        cmocka_unit_test(few_values_give_their_range),
        cmocka_unit_test(a_slope_is_found_and_held_by_its_interval),
        cmocka_unit_test(an_interval_is_no_wider_than_it_needs_to_be),
        cmocka_unit_test(outliers_do_not_move_a_slope),
        cmocka_unit_test(what_has_no_slope_gives_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
