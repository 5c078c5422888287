/* noise_test.c - a known scatter gives a known noise; too few pairs give none. */
#include "noise.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>

#define PAIRS 20

static void run_add(struct result *result, double rate, bool bottleneck)
{
    struct result_run *run = result_run_add(result);
    run->load.requests_per_second = rate;
    run->load.bottleneck = bottleneck;
}

static struct result_noise noise_between(double step, size_t pairs, uint64_t repeats)
{
    struct result *one = result_create("", ""), *other = result_create("", "");
    struct result_noise noise;
    for (size_t i = 0; i < pairs; i++) {
        run_add(one, 1000, false);
        run_add(other, 1000 + (i % 2 ? step : 0), false);
    }
    run_add(one, 1000, true);
    run_add(other, 9000, false);
    noise_make(&noise, one, other, repeats, 1);
    result_destroy(one);
    result_destroy(other);
    return noise;
}

static void pairs_that_agree_have_no_noise(void **state)
{
    struct result_noise noise = noise_between(0, PAIRS, 3);
    assert_true(noise.known);
    assert_int_equal(noise.pairs, PAIRS);
    assert_true(noise.figures[FIGURE_REQUESTS_PER_SECOND] == 0);
}

static void noise_is_the_difference_by_the_smaller(void **state)
{
    struct result_noise noise = noise_between(50, PAIRS, 1);
    assert_float_equal(noise.figures[FIGURE_REQUESTS_PER_SECOND], 0.05, 1e-9);
    noise = noise_between(-200, PAIRS, 1);
    assert_float_equal(noise.figures[FIGURE_REQUESTS_PER_SECOND], 0.25, 1e-9);
}

static void few_pairs_tell_nothing(void **state)
{
    struct result_noise noise = noise_between(50, NOISE_PAIRS_LEAST - 1, 3);
    assert_true(isnan(noise.figures[FIGURE_REQUESTS_PER_SECOND]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_that_agree_have_no_noise),
        cmocka_unit_test(noise_is_the_difference_by_the_smaller),
        cmocka_unit_test(few_pairs_tell_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
