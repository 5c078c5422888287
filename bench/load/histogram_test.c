/* histogram_test.c - percentiles against a sorted array, the layout against HdrHistogram's. */
#include "histogram.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define VALUES 20000

static uint64_t random_draw(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* From 1 ns to minutes, log-uniform. */
static uint64_t latency_draw(uint64_t *state)
{
    unsigned bits = (unsigned)(random_draw(state) % 39) + 1;
    return random_draw(state) >> (64 - bits);
}

static int value_compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static void assert_close(uint64_t found, uint64_t exact)
{
    assert_true(found >= exact);
    assert_true(found - exact <= exact / 1000);
}

static void percentiles_match_a_sorted_array(void **unused)
{
    static const double points[] = {0.1, 1, 10, 25, 50, 75, 90, 99, 99.9, 99.99};
    struct histogram *histogram = histogram_create();
    uint64_t *values = calloc(VALUES, sizeof *values);
    uint64_t state = 42;
    for (size_t i = 0; i < VALUES; i++)
        histogram_record(histogram, values[i] = latency_draw(&state));
    qsort(values, VALUES, sizeof *values, value_compare);
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        size_t rank = (size_t)(points[i] / 100 * VALUES + 0.5);
        assert_close(histogram_percentile(histogram, points[i]), values[rank - 1]);
    }
    assert_int_equal(histogram_percentile(histogram, 100), values[VALUES - 1]);
    assert_int_equal(histogram_min(histogram), values[0]);
    assert_int_equal(histogram_max(histogram), values[VALUES - 1]);
    free(values);
    histogram_destroy(histogram);
}

static void the_mean_matches(void **unused)
{
    struct histogram *histogram = histogram_create();
    double sum = 0;
    for (uint64_t value = 100000; value < 101000; value++) {
        histogram_record(histogram, value);
        sum += (double)value;
    }
    assert_true(fabs(histogram_mean(histogram) - sum / 1000) < 100);
    histogram_destroy(histogram);
}

static void an_empty_histogram_is_all_zero(void **unused)
{
    struct histogram *histogram = histogram_create();
    assert_int_equal(histogram_count(histogram), 0);
    assert_int_equal(histogram_min(histogram), 0);
    assert_int_equal(histogram_max(histogram), 0);
    assert_int_equal(histogram_percentile(histogram, 99), 0);
    assert_true(histogram_mean(histogram) == 0);
    assert_int_equal(histogram_counts_length(histogram), 0);
    histogram_destroy(histogram);
}

static void merging_adds(void **unused)
{
    struct histogram *one = histogram_create(), *two = histogram_create();
    histogram_record(one, 5);
    histogram_record(two, 3);
    histogram_record(two, 900000);
    histogram_merge(one, two);
    assert_int_equal(histogram_count(one), 3);
    assert_int_equal(histogram_min(one), 3);
    assert_int_equal(histogram_max(one), 900000);
    assert_int_equal(histogram_percentile(one, 50), 5);
    histogram_clear(one);
    histogram_merge(one, two);
    assert_int_equal(histogram_count(one), 2);
    assert_int_equal(histogram_min(one), 3);
    histogram_destroy(one);
    histogram_destroy(two);
}

static void values_beyond_the_range_count_as_its_end(void **unused)
{
    struct histogram *histogram = histogram_create();
    histogram_record(histogram, UINT64_MAX);
    histogram_record(histogram, 0);
    assert_int_equal(histogram_max(histogram), HISTOGRAM_HIGHEST);
    assert_int_equal(histogram_min(histogram), 0);
    assert_int_equal(histogram_count(histogram), 2);
    histogram_destroy(histogram);
}

/* HdrHistogram: the index of value v is (bucket + 1) * 1024 + (v >> bucket) - 1024. */
static void counts_follow_the_published_layout(void **unused)
{
    static const struct {
        uint64_t value, begins;
        size_t index;
    } known[] = {{0, 0, 0},          {2047, 2047, 2047}, {2048, 2048, 2048},
                 {2049, 2048, 2048}, {4095, 4094, 3071}, {4096, 4096, 3072},
                 {4099, 4096, 3072}, {8191, 8188, 4095}, {1000000, 999936, 11169}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct histogram *histogram = histogram_create();
        histogram_record(histogram, known[i].value);
        assert_int_equal(histogram_counts_length(histogram), known[i].index + 1);
        assert_int_equal(histogram_count_at_index(histogram, known[i].index), 1);
        assert_int_equal(histogram_value_at_index(known[i].index), known[i].begins);
        histogram_destroy(histogram);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_match_a_sorted_array),
        cmocka_unit_test(the_mean_matches),
        cmocka_unit_test(an_empty_histogram_is_all_zero),
        cmocka_unit_test(merging_adds),
        cmocka_unit_test(values_beyond_the_range_count_as_its_end),
        cmocka_unit_test(counts_follow_the_published_layout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
