/* summary_test.c - which runs count, and what they say together. */
#include "summary.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct result_run *run_plant(struct result *result, const char *workload, double rate,
                                    enum verdict_class class)
{
    struct result_run *run = result_run_add(result);
    snprintf(run->workload, sizeof run->workload, "%s", workload);
    snprintf(run->verdict.words, sizeof run->verdict.words, "at %.0f", rate);
    run->verdict.bytes_per_request = rate;
    run->verdict.class = class;
    return run;
}

static struct result_speed *speed_plant(struct result *result, const char *workload, double rate)
{
    struct result_speed *speed = result_speed_add(result);
    snprintf(speed->workload, sizeof speed->workload, "%s", workload);
    speed->requests_per_second = rate;
    speed->p99_ns = 10 * (uint64_t)rate;
    return speed;
}

static void runs_of_a_workload_stand_together(void **state)
{
    struct result *result = result_create("lru", "lru");
    run_plant(result, "random", 30, VERDICT_BOUNDED);
    run_plant(result, "scan", 99, VERDICT_LEAK_CONTAINER);
    run_plant(result, "random", 10, VERDICT_BOUNDED);
    struct result_run *last = run_plant(result, "random", 20, VERDICT_BOUNDED);
    last->load.requests_per_second = 1e9; /* of a run that measures memory: not a speed */
    speed_plant(result, "random", 30);
    speed_plant(result, "scan", 99);
    speed_plant(result, "random", 10);
    speed_plant(result, "random", 20);
    result_sample_add(result, last, &(struct result_sample){.rss_bytes = 5});
    result_sample_add(result, last, &(struct result_sample){.rss_bytes = 9});
    result_sample_add(result, last, &(struct result_sample){.rss_bytes = 7, .entries = 3});
    summary_make(result);
    summary_make(result); /* anew, not once more */
    assert_int_equal(result->summary_count, 2);
    const struct result_summary *random = &result->summaries[0];
    assert_string_equal(random->workload, "random");
    assert_int_equal(random->runs, 3);
    struct result_figure rate = random->figures[FIGURE_REQUESTS_PER_SECOND];
    assert_true(rate.median == 20 && rate.low == 10 && rate.high == 30 && rate.n == 3);
    assert_true(random->figures[FIGURE_P99_NS].median == 200);
    assert_true(random->figures[FIGURE_RSS_START_BYTES].high == 5);
    assert_true(random->figures[FIGURE_RSS_PEAK_BYTES].high == 9);
    assert_true(random->figures[FIGURE_RSS_END_BYTES].high == 7);
    assert_string_equal(random->words, "at 20");
    assert_int_equal(result->summaries[1].class, VERDICT_LEAK_CONTAINER);
    result_destroy(result);
}

static void failed_runs_give_no_number(void **state)
{
    struct result *result = result_create("lru", "lru");
    run_plant(result, "random", 1e9, VERDICT_LEAK_CONTAINER)->status = RUN_FAILED;
    summary_make(result);
    assert_int_equal(result->summaries[0].failed, 1);
    assert_int_equal(result->summaries[0].figures[FIGURE_REQUESTS_PER_SECOND].n, 0);
    assert_int_equal(result->summaries[0].verdicts[VERDICT_LEAK_CONTAINER], 0);
    assert_string_equal(result->summaries[0].words, "");
    result_destroy(result);
}

static void a_bottlenecked_generator_says_nothing_about_speed(void **state)
{
    struct result *result = result_create("lru", "lru");
    run_plant(result, "random", 100, VERDICT_BOUNDED);
    run_plant(result, "random", 900, VERDICT_BOUNDED);
    speed_plant(result, "random", 100);
    speed_plant(result, "random", 900)->bottleneck = true;
    speed_plant(result, "scan", 900)->bottleneck = true;
    summary_make(result);
    assert_int_equal(result->summaries[0].bottlenecked, 1);
    assert_true(result->summaries[0].figures[FIGURE_REQUESTS_PER_SECOND].high == 100);
    assert_int_equal(result->summaries[0].figures[FIGURE_CPU_US_PER_REQUEST].n, 2);
    assert_int_equal(result->summaries[0].figures[FIGURE_BYTES_PER_REQUEST].n, 2);
    result_destroy(result);
}

static void most_runs_decide_and_of_equals_the_most_severe(void **state)
{
    struct result *result = result_create("lru", "lru");
    run_plant(result, "random", 1, VERDICT_BOUNDED);
    run_plant(result, "random", 2, VERDICT_LEAK_CONTAINER);
    summary_make(result);
    assert_int_equal(result->summaries[0].class, VERDICT_LEAK_CONTAINER);
    run_plant(result, "random", 3, VERDICT_BOUNDED);
    summary_make(result);
    assert_int_equal(result->summaries[0].class, VERDICT_BOUNDED);
    result_destroy(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_of_a_workload_stand_together),
        cmocka_unit_test(failed_runs_give_no_number),
        cmocka_unit_test(a_bottlenecked_generator_says_nothing_about_speed),
        cmocka_unit_test(most_runs_decide_and_of_equals_the_most_severe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
