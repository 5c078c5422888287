/* burst_test.c - the end of a burst, its peak, and what is left later. */
#include "burst.h"

#include "units.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>

#define MIB (UINT64_C(1) << 20)

/* Ten samples a second. Each adds a thousand requests and 1 MiB until the burst's ids have been
 * requested; then each second takes 1 MiB away. */
static struct result *result_of(uint64_t ids, size_t samples, size_t loaded)
{
    struct result *result = result_create("lru", "lru");
    struct result_run *run = result_run_add(result);
    result_burst_add(result, run)->ids = ids;
    for (uint64_t i = 0; i < samples; i++) {
        uint64_t requests = 1000 * i, peak = ids / 1000;
        uint64_t grown = i <= peak ? i : peak - (i - peak) / 10;
        result_sample_add(result, run,
                          &(struct result_sample){.time_ns = i * NS_PER_SECOND / 10,
                                                  .requests = requests,
                                                  .rss_bytes = (10 + grown) * MIB,
                                                  .resident_bytes = (5 + grown) * MIB});
    }
    result_burst_samples(result, run, loaded);
    burst_fill(run);
    return result;
}

static void memory_returned_is_reported_for_sampled_times(void **state)
{
    struct result *result = result_of(20000, 80, 60);
    const struct result_burst *burst = result->runs[0]->burst;
    assert_int_equal(result->runs[0]->sample_count, 60);
    assert_int_equal(burst->sample_count, 20);
    assert_int_equal(burst->end_ns, 2 * NS_PER_SECOND);
    assert_int_equal(burst->peak_rss_bytes, 30 * MIB);
    assert_int_equal(burst->peak_resident_bytes, 25 * MIB);
    assert_int_equal(burst->after_count, 3);
    assert_true(burst->after[0].seconds == 0.1 && burst->after[0].returned_share == 0);
    assert_int_equal(burst->after[1].rss_bytes, 29 * MIB);
    assert_true(fabs(burst->after[1].returned_share - 1.0 / 20) < 1e-9);
    assert_true(fabs(burst->after[2].resident_returned_share - 5.0 / 20) < 1e-9);
    result_destroy(result);
}

static void the_end_is_interpolated_between_samples(void **state)
{
    struct result *result = result_of(20500, 30, 30);
    assert_int_equal(result->runs[0]->burst->end_ns, 2050 * NS_PER_MS);
    result_destroy(result);
}

static void an_unfinished_burst_reports_nothing(void **state)
{
    struct result *result = result_of(20000, 10, 10);
    assert_int_equal(result->runs[0]->burst->end_ns, 0);
    assert_int_equal(result->runs[0]->burst->after_count, 0);
    result_destroy(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_returned_is_reported_for_sampled_times),
        cmocka_unit_test(the_end_is_interpolated_between_samples),
        cmocka_unit_test(an_unfinished_burst_reports_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
