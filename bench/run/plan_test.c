/* plan_test.c - how long runs are, what is measured, and which limits a policy gets. */
#include "plan.h"

#include "server_under_test.h"

#include "units.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

static struct plan plan_of(struct bench_options options)
{
    struct plan plan;
    struct error error;
    assert_int_equal(plan_make(&plan, &options, &error), 0);
    return plan;
}

static void the_default_is_memory_of_three_workloads_and_speed_under_one(void **state)
{
    struct bench_options options = bench_options_default;
    struct plan plan = plan_of(options);
    assert_int_equal(plan.subjects.count, 8);
    assert_int_equal(plan.workloads.count, 3);
    for (size_t i = 0; i < plan.workloads.count; i++) {
        assert_int_equal(plan.workloads.list[i].requests, 150000);
        assert_int_equal(plan.workloads.list[i].speed,
                         strcmp(plan.workloads.list[i].name, "zipf") == 0);
    }
    assert_int_equal(plan.repeats, 1);
    assert_true(plan.speed_least == 4 && plan.speed_most == 8);
    options.quick = true;
    plan = plan_of(options);
    assert_int_equal(plan.workloads.count, 2);
    assert_true(plan.speed_least == 3 && plan.speed_most == 3);
    options.policies = "all";
    assert_int_equal(plan_of(options).subjects.count, policies_count);
}

static void speed_is_measured_under_each_given_workload_but_bursts(void **state)
{
    struct bench_options options = bench_options_default;
    options.workloads = "random,burst,zipf:1.0:50k";
    struct plan plan = plan_of(options);
    assert_true(plan.workloads.list[0].speed && plan.workloads.list[2].speed);
    assert_false(plan.workloads.list[1].speed);
    assert_string_equal(plan.workloads.list[2].ids, "zipf:1.0:50k");
    options.speed = 0;
    plan = plan_of(options);
    assert_true(plan.speed_least == 0 && plan.speed_most == 0);
    options.speed = BENCH_AUTO;
    options.precision = 0.02;
    plan = plan_of(options);
    assert_true(plan.speed_least == 4 && plan.speed_most == 100);
}

/* The cache fills and turns over three times within the first half. */
static void a_run_has_the_requests_that_its_verdict_needs(void **state)
{
    struct bench_options options = bench_options_default;
    struct plan plan = plan_of(options);
    struct workload *workload = &plan.workloads.list[1];
    plan_set_lengths(&plan, workload, 0.4);
    assert_int_equal(workload->requests, 200000);
    assert_int_equal(workload->warmup, 50000);
    plan_set_lengths(&plan, workload, 1);
    assert_int_equal(workload->requests, 150000);
    plan_set_lengths(&plan, workload, 0);
    assert_int_equal(workload->requests, 150000);
    assert_int_equal(workload->warmup, 10000);
    plan_set_lengths(&plan, workload, 1e-6);
    assert_int_equal(workload->requests, 4000000);
    options.quick = true;
    plan = plan_of(options);
    plan_set_lengths(&plan, &plan.workloads.list[1], 0.5);
    assert_int_equal(plan.workloads.list[1].requests, 60000);
    options.requests = 3000;
    plan = plan_of(options);
    plan_set_lengths(&plan, workload, 0.4);
    assert_int_equal(workload->requests, 3000);
    assert_int_equal(workload->warmup, 3000);
}

static void a_run_ends_by_requests_or_by_time(void **state)
{
    const struct subject ours = {.policy = policy_find("lru")}, foreign = {.command = "x"};
    struct bench_options options = bench_options_default;
    struct plan plan = plan_of(options);
    assert_int_equal(plan_duration(&plan, &ours), 0);
    assert_int_equal(plan_duration(&plan, &foreign), 30 * NS_PER_SECOND);
    assert_int_equal(plan_sample_requests(&plan, &plan.workloads.list[0]), 150000 / 64 + 1);
    options.requests = 1000;
    plan = plan_of(options);
    assert_int_equal(plan_duration(&plan, &foreign), 0);
    options.duration_ns = 3 * NS_PER_SECOND;
    plan = plan_of(options);
    assert_int_equal(plan.workloads.list[0].requests, 1000);
    assert_int_equal(plan_duration(&plan, &ours), 3 * NS_PER_SECOND);
    options.requests = BENCH_AUTO;
    plan = plan_of(options);
    plan_set_lengths(&plan, &plan.workloads.list[0], 1);
    assert_int_equal(plan.workloads.list[0].requests, 0);
    assert_int_equal(plan_duration(&plan, &foreign), 3 * NS_PER_SECOND);
    assert_int_equal(plan_sample_requests(&plan, &plan.workloads.list[0]), 0);
}

static void a_run_lasts_for_a_ttl_plateau(void **state)
{
    struct bench_options options = bench_options_default;
    struct plan plan = plan_of(options);
    assert_int_equal(plan_least_ns(&plan, policy_find("ttl")), 6 * plan.ttl_ns);
    assert_int_equal(plan_least_ns(&plan, policy_find("lru")), 0);
    assert_int_equal(plan_least_ns(&plan, NULL), 0);
    for (uint64_t ns = NS_PER_SECOND / 2; ns < 100 * NS_PER_SECOND; ns *= 2) {
        options.duration_ns = ns;
        plan = plan_of(options);
        assert_true(plan.ttl_ns * 3 < plan.duration_ns);
        assert_true(plan.duration_ns / plan.interval_ns >= 30);
        assert_true(plan.interval_ns <= 100 * NS_PER_MS);
    }
}

static void a_policy_gets_the_limits_that_it_keeps(void **state)
{
    struct bench_options options = bench_options_default;
    struct plan plan = plan_of(options);
    for (size_t i = 0; i < policies_count; i++) {
        struct result_limits limits = plan_limits(&plan, policies[i]);
        bool aged = policies[i]->limits & KEEPS_AGE;
        bool capped = !aged && (policies[i]->limits & KEEPS_CAPACITY);
        assert_int_equal(limits.ttl_ns, aged ? plan.ttl_ns : 0);
        assert_int_equal(limits.capacity_entries, capped ? 10000 : 0);
    }
    options.capacity.bytes = 1 << 20;
    plan = plan_of(options);
    struct result_limits limits = plan_limits(&plan, policy_find("ttl"));
    assert_int_equal(limits.capacity_bytes, 1 << 20);
    assert_int_equal(limits.capacity_entries, 0);
    assert_true(strncmp(plan.workloads.list[2].ids, "burst:", 6) == 0);
}

static void a_burst_is_run_for_each_dirty_decay(void **state)
{
    struct bench_options options = bench_options_default;
    struct error error;
    options.workloads = "zipf,burst,burst:50k:1M";
    struct plan plan = plan_of(options);
    assert_int_equal(plan.workloads.count, 3);
    assert_int_equal(plan.workloads.list[0].burst_ids, 0);
    assert_int_equal(plan.workloads.list[1].burst_ids, 20000);
    assert_int_equal(plan.workloads.list[1].dirty_decay_ns, SERVER_DECAY_DEFAULT);
    assert_int_equal(plan.workloads.list[2].burst_ids, 50000);
    options.dirty_decay = "10s,0";
    plan = plan_of(options);
    assert_int_equal(plan.workloads.count, 5);
    assert_string_equal(plan.workloads.list[0].name, "zipf");
    assert_string_equal(plan.workloads.list[1].name, "burst@10s");
    assert_string_equal(plan.workloads.list[2].ids, plan.workloads.list[1].ids);
    assert_int_equal(plan.workloads.list[1].dirty_decay_ns, 10 * NS_PER_SECOND);
    assert_int_equal(plan.workloads.list[2].dirty_decay_ns, 0);
    options.dirty_decay = "10s,soon";
    assert_int_equal(plan_make(&plan, &options, &error), -1);
    assert_non_null(strstr(error.text, "soon"));
}

static void a_wrong_generator_or_url_is_refused_before_anything_runs(void **state)
{
    struct bench_options options = bench_options_default;
    struct plan plan;
    struct error error;
    (void)state;
    options.workloads = "random,zipf:x";
    assert_int_equal(plan_make(&plan, &options, &error), -1);
    assert_non_null(strstr(error.text, "--workloads: zipf:x: not of the form zipf:ALPHA:IDS"));
    options.workloads = NULL;
    options.commands = (struct option_texts){{"serve {port}"}, 1};
    options.urls = (struct option_texts){{"ftp://127.0.0.1:{port}/{id}"}, 1};
    assert_int_equal(plan_make(&plan, &options, &error), -1);
    assert_non_null(strstr(error.text, "--url: the URL must begin with http://"));
}

static void pairs_stay_together_and_programs_come_last(void **state)
{
    struct bench_options options = bench_options_default;
    options.policies = "lru,ttl";
    options.against = "elsewhere";
    options.commands = (struct option_texts){{"/usr/bin/python3 service.py {port}"}, 1};
    options.urls = (struct option_texts){{"http://127.0.0.1:{port}/users/{id}"}, 1};
    struct plan plan = plan_of(options);
    assert_int_equal(plan.subjects.count, 5);
    assert_string_equal(plan.subjects.list[4].name, "python3");
    assert_null(plan.subjects.list[4].policy);
    for (size_t i = 0; i < 4; i += 2) {
        assert_false(plan.subjects.list[i].other);
        assert_true(plan.subjects.list[i + 1].other);
    }
    assert_string_equal(plan.subjects.list[2].name, plan.subjects.list[3].name);
}

static void without_ids_there_is_one_workload(void **state)
{
    struct bench_options options = bench_options_default;
    struct plan plan;
    struct error error;
    options.commands = (struct option_texts){{"x {port}"}, 1};
    options.urls = (struct option_texts){{"http://127.0.0.1:{port}/"}, 1};
    assert_int_equal(plan_make(&plan, &options, &error), -1);
    assert_non_null(strstr(error.text, "--workloads random"));
    options.workloads = "random";
    assert_int_equal(plan_make(&plan, &options, &error), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_default_is_memory_of_three_workloads_and_speed_under_one),
        cmocka_unit_test(speed_is_measured_under_each_given_workload_but_bursts),
        cmocka_unit_test(a_run_has_the_requests_that_its_verdict_needs),
        cmocka_unit_test(a_run_ends_by_requests_or_by_time),
        cmocka_unit_test(a_run_lasts_for_a_ttl_plateau),
        cmocka_unit_test(a_burst_is_run_for_each_dirty_decay),
        cmocka_unit_test(a_policy_gets_the_limits_that_it_keeps),
        cmocka_unit_test(a_wrong_generator_or_url_is_refused_before_anything_runs),
        cmocka_unit_test(pairs_stay_together_and_programs_come_last),
        cmocka_unit_test(without_ids_there_is_one_workload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
