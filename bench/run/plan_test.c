/* plan_test.c - how a bench divides its time, and which limits a policy gets. */
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

static uint64_t load_ns(const struct plan *plan)
{
    return plan->subjects.count * plan->workloads.count * plan->repeats * plan->duration_ns;
}

static void all_policies_run_within_the_budget(void **state)
{
    struct bench_options options = bench_options_default;
    struct plan plan = plan_of(options);
    assert_int_equal(plan.subjects.count, policies_count);
    assert_int_equal(plan.workloads.count, 4);
    assert_true(load_ns(&plan) <= 200 * NS_PER_SECOND && load_ns(&plan) > 100 * NS_PER_SECOND);
    options.quick = true;
    plan = plan_of(options);
    assert_int_equal(plan.repeats, 1);
    assert_int_equal(plan.workloads.count, 2);
    assert_true(load_ns(&plan) <= 20 * NS_PER_SECOND);
}

static void few_runs_repeat_and_many_do_not(void **state)
{
    struct bench_options options = bench_options_default;
    options.policies = "lru";
    options.workloads = "random,zipf:1.0:50k";
    struct plan plan = plan_of(options);
    assert_int_equal(plan.repeats, 3);
    assert_string_equal(plan.workloads.list[1].ids, "zipf:1.0:50k");
    options.budget_ns = 3 * NS_PER_SECOND;
    assert_int_equal(plan_of(options).repeats, 1);
    options.repeats = 7;
    options.duration_ns = 1500 * NS_PER_MS;
    plan = plan_of(options);
    assert_int_equal(plan.repeats, 7);
    assert_int_equal(plan.duration_ns, 1500 * NS_PER_MS);
}

static void a_run_is_long_enough_for_a_ttl_plateau_and_30_samples(void **state)
{
    struct bench_options options = bench_options_default;
    for (uint64_t ns = NS_PER_SECOND / 2; ns < 100 * NS_PER_SECOND; ns *= 2) {
        options.duration_ns = ns;
        struct plan plan = plan_of(options);
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
    assert_true(strncmp(plan.workloads.list[2].ids, "scan:", 5) == 0);
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
    for (uint64_t repetition = 1; repetition <= 10; repetition++)
        for (size_t i = 0; i < 4; i += 2) {
            assert_int_equal(plan_turn(&plan, repetition, i) / 2, i / 2);
            assert_int_equal(plan_turn(&plan, repetition, i) ^ 1,
                             plan_turn(&plan, repetition, i + 1));
            assert_int_equal(plan_turn(&plan, repetition, 4), 4);
            assert_false(plan.subjects.list[i].other);
            assert_true(plan.subjects.list[i + 1].other);
        }
    assert_string_equal(plan.subjects.list[2].name, plan.subjects.list[3].name);
}

#define BLOCKS 200

/* Counts the blocks of two repetitions in which the pair begins swapped, and checks that the second
 * repetition of each block has the other order. */
static unsigned swapped_count(const struct plan *plan, size_t pair, bool swapped[BLOCKS])
{
    unsigned count = 0;
    for (uint64_t block = 0; block < BLOCKS; block++) {
        size_t first = plan_turn(plan, 2 * block + 1, 2 * pair);
        assert_int_equal(plan_turn(plan, 2 * block + 2, 2 * pair), first ^ 1);
        swapped[block] = first % 2;
        count += swapped[block];
    }
    return count;
}

static unsigned agreement(const bool first[BLOCKS], const bool second[BLOCKS])
{
    unsigned count = 0;
    for (size_t i = 0; i < BLOCKS; i++)
        count += first[i] == second[i];
    return count;
}

/* All bounds are five standard deviations wide; the seeds are fixed. */
static void the_order_within_a_pair_is_random(void **state)
{
    bool lru[BLOCKS], ttl[BLOCKS], other_seed[BLOCKS], next[BLOCKS] = {false};
    struct bench_options options = bench_options_default;
    options.policies = "lru,ttl";
    options.against = "elsewhere";
    struct plan plan = plan_of(options);
    assert_in_range(swapped_count(&plan, 0, lru), 65, 135);
    assert_in_range(swapped_count(&plan, 1, ttl), 65, 135);
    plan.seed++;
    assert_in_range(swapped_count(&plan, 0, other_seed), 65, 135);
    memcpy(next, lru + 1, sizeof next - sizeof next[0]);
    assert_in_range(agreement(lru, ttl), 65, 135);
    assert_in_range(agreement(lru, other_seed), 65, 135);
    assert_in_range(agreement(lru, next), 65, 135);
}

static void precise_runs_are_short_and_many(void **state)
{
    struct bench_options options = bench_options_default;
    options.policies = "lru";
    options.workloads = "random";
    options.precision = 0.02;
    struct plan plan = plan_of(options);
    assert_int_equal(plan.repeats, 100);
    assert_int_equal(plan.duration_ns, NS_PER_SECOND);
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
        cmocka_unit_test(all_policies_run_within_the_budget),
        cmocka_unit_test(a_burst_is_run_for_each_dirty_decay),
        cmocka_unit_test(few_runs_repeat_and_many_do_not),
        cmocka_unit_test(a_run_is_long_enough_for_a_ttl_plateau_and_30_samples),
        cmocka_unit_test(a_policy_gets_the_limits_that_it_keeps),
        cmocka_unit_test(a_wrong_generator_or_url_is_refused_before_anything_runs),
        cmocka_unit_test(pairs_stay_together_and_programs_come_last),
        cmocka_unit_test(the_order_within_a_pair_is_random),
        cmocka_unit_test(precise_runs_are_short_and_many),
        cmocka_unit_test(without_ids_there_is_one_workload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
