/* stats_slope_test.c - known slopes, and how often intervals miss the truth. */
#include "stats_slope.h"

#include "random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>

#define SEEDS 400

static double uniform(struct random *random)
{
    return (double)(random_next(random) >> 11) * 0x1p-53;
}

/* Standard normal (Box & Muller 1958). */
static double normal(struct random *random)
{
    return sqrt(-2 * log(uniform(random) + 1e-18)) * cos(6.283185307179586 * uniform(random));
}

/* A line of the given slope with AR(1) noise of standard deviation 1; with a memory of 1 a random
 * walk in steps of 1. */
static void points_fill(struct stats_points *points, size_t count, double slope, double memory,
                        uint64_t seed)
{
    struct random random;
    random_seed(&random, seed);
    double noise = normal(&random), fresh = memory < 1 ? sqrt(1 - memory * memory) : 1;
    points->count = count;
    for (size_t i = 0; i < count; i++) {
        noise = memory * noise + fresh * normal(&random);
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
        assert_true(interval.low <= interval.value && interval.value <= interval.high);
        missed += interval.low > slope || interval.high < slope;
    }
    return missed;
}

static void an_interval_holds_the_slope_whatever_the_noise_remembers(void **state)
{
    for (size_t count = 8; count <= STATS_POINTS_MAX; count *= 2) {
        assert_in_range(misses_count(count, 0, 0), 0, SEEDS / 100);
        assert_in_range(misses_count(count, 3, 0.5), 0, SEEDS / 100);
        assert_in_range(misses_count(count, -2, 0.9), 0, SEEDS / 100);
        assert_in_range(misses_count(count, 0, 0.95), 0, SEEDS / 100);
        assert_in_range(misses_count(count, 0, 1), 0, SEEDS / 100);
    }
}

static void an_interval_is_no_wider_than_it_needs_to_be(void **state)
{
    struct stats_points points;
    points_fill(&points, 64, 1, 0, 7);
    struct stats_interval interval = stats_slope(&points);
    assert_true(interval.low > 0.9 && interval.high < 1.1);
    points_fill(&points, 64, 3, 1, 7);
    interval = stats_slope(&points);
    assert_true(interval.low > 2 && interval.high < 4);
}

static void the_memory_of_noise_is_told(void **state)
{
    struct stats_points points;
    points_fill(&points, 64, 1, 1, 7);
    assert_true(stats_line(&points, STATS_SLOPE_ALPHA).memory == 1);
    points_fill(&points, 64, 1, 0, 7);
    assert_true(stats_line(&points, STATS_SLOPE_ALPHA).memory < 0.7);
}

static void a_smaller_error_widens_the_interval(void **state)
{
    struct stats_points points;
    points_fill(&points, 40, 1, 0.3, 5);
    struct stats_interval once = stats_line(&points, 1e-3).slope;
    struct stats_interval often = stats_line(&points, 1e-5).slope;
    assert_true(often.low < once.low && often.high > once.high && often.value == once.value);
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
        cmocka_unit_test(an_interval_holds_the_slope_whatever_the_noise_remembers),
        cmocka_unit_test(an_interval_is_no_wider_than_it_needs_to_be),
        cmocka_unit_test(the_memory_of_noise_is_told),
        cmocka_unit_test(a_smaller_error_widens_the_interval),
        cmocka_unit_test(outliers_do_not_move_a_slope),
        cmocka_unit_test(what_has_no_slope_gives_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
