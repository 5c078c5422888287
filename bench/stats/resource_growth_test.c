/* resource_growth_test.c - what grows steadily is named; steps, ends and slowing growth are not. */
#include "resource_growth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#define SAMPLES 200
#define EACH    500 /* requests between two samples */

/* Each curve: descriptors after so many requests. */
static struct resource_growth growth_of(double (*curve)(double requests))
{
    struct result_sample samples[SAMPLES];
    for (size_t i = 0; i < SAMPLES; i++)
        samples[i] = (struct result_sample){.requests = i * EACH,
                                            .descriptors = (uint64_t)curve((double)(i * EACH))};
    return resource_growth_find(samples, SAMPLES, RESOURCE_DESCRIPTORS);
}

static double steady(double requests)
{
    return 7 + floor(requests / 100);
}

static double slow(double requests)
{
    return 7 + floor(requests / 5000);
}

static double level(double requests)
{
    return 7 + fmod(floor(requests / EACH), 3);
}

static double one_step(double requests)
{
    return requests < 70000 ? 7 : 1007;
}

static double ends(double requests)
{
    return 7 + fmin(requests, 70000) / 100;
}

static double slowing(double requests)
{
    return 100 * log(1 + requests);
}

static double falling(double requests)
{
    return 2000 - requests / 100;
}

static void steady_growth_is_found_and_described(void **state)
{
    char words[RESULT_WORDS_BYTES];
    struct resource_growth growth = growth_of(steady);
    assert_true(growth.grows);
    assert_string_equal(
        resource_growth_describe(&growth, RESOURCE_DESCRIPTORS, "request", 1, words),
        "open descriptors grow by 1 per 100 requests, now 1,002");
    assert_string_equal(resource_growth_describe(&growth, RESOURCE_THREADS, "second", 0.01, words),
                        "threads grow by 1.0 per second, now 1,002");
    growth.per_request = 2048;
    assert_string_equal(
        resource_growth_describe(&growth, RESOURCE_PAGE_TABLES, "request", 1, words),
        "page tables grow by 2 KiB per request, now 1002 B");
    assert_true(growth_of(slow).grows);
}

static void other_curves_do_not_grow(void **state)
{
    static double (*const curves[])(double) = {level, one_step, ends, slowing, falling};
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++)
        if (growth_of(curves[i]).grows)
            fail_msg("curve %zu", i);
}

/* The load may stand still for a while: growth counts by requests. */
static void uneven_load_does_not_hide_growth(void **state)
{
    struct result_sample samples[SAMPLES];
    uint64_t requests = 0;
    for (size_t i = 0; i < SAMPLES; i++) {
        requests += i % 50 < 10 ? EACH : EACH / 50;
        samples[i] = (struct result_sample){.requests = requests,
                                            .descriptors = (uint64_t)steady((double)requests)};
    }
    assert_true(resource_growth_find(samples, SAMPLES, RESOURCE_DESCRIPTORS).grows);
}

static void too_few_samples_say_nothing(void **state)
{
    struct result_sample samples[9];
    for (size_t i = 0; i < 9; i++)
        samples[i] = (struct result_sample){.requests = i, .threads = 100 * i};
    assert_false(resource_growth_find(samples, 9, RESOURCE_THREADS).grows);
    assert_false(resource_growth_find(samples, 0, RESOURCE_THREADS).grows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steady_growth_is_found_and_described),
        cmocka_unit_test(other_curves_do_not_grow),
        cmocka_unit_test(uneven_load_does_not_hide_growth),
        cmocka_unit_test(too_few_samples_say_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
