/* plan_test.c - how a bench divides its time, and which limits a variant gets. */
#include "plan.h"

#include "units.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

static struct plan plan_of(struct plan_options options)
{
    struct plan plan;
    struct error error;
    assert_int_equal(plan_make(&plan, &options, &error), 0);
    return plan;
}

static uint64_t load_ns(const struct plan *plan)
{
    return plan->subject_count * plan->workload_count * plan->repeats * plan->duration_ns;
}

static void all_policies_run_within_the_budget(void **state)
{
    struct plan_options options = plan_options_default;
    (void)state;
    struct plan plan = plan_of(options);
    assert_int_equal(plan.subject_count, policies_count);
    assert_int_equal(plan.workload_count, 4);
    assert_true(load_ns(&plan) <= 200 * NS_PER_SECOND && load_ns(&plan) > 100 * NS_PER_SECOND);
    options.quick = true;
    plan = plan_of(options);
    assert_int_equal(plan.repeats, 1);
    assert_int_equal(plan.workload_count, 2);
    assert_true(load_ns(&plan) <= 20 * NS_PER_SECOND);
}

static void few_runs_repeat_and_many_do_not(void **state)
{
    struct plan_options options = plan_options_default;
    (void)state;
    options.variants = "lru";
    options.workloads = "random,zipf:1.0:50k";
    struct plan plan = plan_of(options);
    assert_int_equal(plan.repeats, 3);
    assert_string_equal(plan.workloads[1].ids, "zipf:1.0:50k");
    options.budget_ns = 3 * NS_PER_SECOND;
    assert_int_equal(plan_of(options).repeats, 1);
    options.repeats = 7;
    options.seconds = 1.5;
    plan = plan_of(options);
    assert_int_equal(plan.repeats, 7);
    assert_int_equal(plan.duration_ns, 1500 * NS_PER_MS);
}

static void a_plateau_of_age_fits_into_a_run_and_so_do_samples(void **state)
{
    struct plan_options options = plan_options_default;
    (void)state;
    for (options.seconds = 0.5; options.seconds < 100; options.seconds *= 2) {
        struct plan plan = plan_of(options);
        assert_true(plan.ttl_ns * 3 < plan.duration_ns);
        assert_true(plan.duration_ns / plan.interval_ns >= 30);
        assert_true(plan.interval_ns <= 100 * NS_PER_MS);
    }
}

static void a_variant_gets_the_limits_that_it_keeps(void **state)
{
    struct plan_options options = plan_options_default;
    (void)state;
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
    assert_true(strncmp(plan.workloads[2].ids, "scan:", 5) == 0);
}

static void a_burst_is_run_for_each_time_that_pages_stay(void **state)
{
    struct plan_options options = plan_options_default;
    struct error error;
    (void)state;
    options.workloads = "zipf,burst,burst:50k:1M";
    struct plan plan = plan_of(options);
    assert_int_equal(plan.workload_count, 3);
    assert_int_equal(plan.workloads[0].burst_ids, 0);
    assert_int_equal(plan.workloads[1].burst_ids, 20000);
    assert_int_equal(plan.workloads[1].dirty_decay_ns, PLAN_DECAY_DEFAULT);
    assert_int_equal(plan.workloads[2].burst_ids, 50000);
    options.dirty_decay = "10s,0";
    plan = plan_of(options);
    assert_int_equal(plan.workload_count, 5);
    assert_string_equal(plan.workloads[0].name, "zipf");
    assert_string_equal(plan.workloads[1].name, "burst@10s");
    assert_string_equal(plan.workloads[2].ids, plan.workloads[1].ids);
    assert_int_equal(plan.workloads[1].dirty_decay_ns, 10 * NS_PER_SECOND);
    assert_int_equal(plan.workloads[2].dirty_decay_ns, 0);
    options.dirty_decay = "10s,soon";
    assert_int_equal(plan_make(&plan, &options, &error), -1);
    assert_non_null(strstr(error.text, "soon"));
}

static void pairs_stay_together_and_programs_come_last(void **state)
{
    struct plan_options options = plan_options_default;
    (void)state;
    options.variants = "lru,ttl";
    options.against = "elsewhere";
    options.commands = (struct option_texts){{"/usr/bin/python3 service.py {port}"}, 1};
    options.urls = (struct option_texts){{"http://127.0.0.1:{port}/users/{id}"}, 1};
    struct plan plan = plan_of(options);
    assert_int_equal(plan.subject_count, 5);
    assert_string_equal(plan.subjects[4].name, "python3");
    assert_null(plan.subjects[4].policy);
    for (uint64_t repetition = 1; repetition <= 10; repetition++)
        for (size_t i = 0; i < 4; i += 2) {
            assert_int_equal(plan_turn(&plan, repetition, i) / 2, i / 2);
            assert_int_equal(plan_turn(&plan, repetition, i) ^ 1,
                             plan_turn(&plan, repetition, i + 1));
            assert_int_equal(plan_turn(&plan, repetition, 4), 4);
            assert_false(plan.subjects[i].other);
            assert_true(plan.subjects[i + 1].other);
        }
    assert_string_equal(plan.subjects[2].name, plan.subjects[3].name);
}

#define BLOCKS 200

/* In how many of so many blocks of two repetitions the pair begins turned round; it must be the
 * other way round in the second of each. */
static unsigned turned_count(const struct plan *plan, size_t pair, bool turned[BLOCKS])
{
    unsigned count = 0;
    for (uint64_t block = 0; block < BLOCKS; block++) {
        size_t first = plan_turn(plan, 2 * block + 1, 2 * pair);
        assert_int_equal(plan_turn(plan, 2 * block + 2, 2 * pair), first ^ 1);
        turned[block] = first % 2;
        count += turned[block];
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

/* All bounds are five standard deviations wide, and the draws are always the same. */
static void who_of_a_pair_comes_first_is_drawn(void **state)
{
    bool lru[BLOCKS], ttl[BLOCKS], other_seed[BLOCKS], next[BLOCKS] = {false};
    struct plan_options options = plan_options_default;
    (void)state;
    options.variants = "lru,ttl";
    options.against = "elsewhere";
    struct plan plan = plan_of(options);
    assert_in_range(turned_count(&plan, 0, lru), 65, 135);
    assert_in_range(turned_count(&plan, 1, ttl), 65, 135);
    plan.seed++;
    assert_in_range(turned_count(&plan, 0, other_seed), 65, 135);
    memcpy(next, lru + 1, sizeof next - sizeof next[0]);
    assert_in_range(agreement(lru, ttl), 65, 135);
    assert_in_range(agreement(lru, other_seed), 65, 135);
    assert_in_range(agreement(lru, next), 65, 135);
}

static void precise_runs_are_short_and_many(void **state)
{
    struct plan_options options = plan_options_default;
    (void)state;
    options.variants = "lru";
    options.workloads = "random";
    options.precision = 0.02;
    struct plan plan = plan_of(options);
    assert_int_equal(plan.repeats, 100);
    assert_int_equal(plan.duration_ns, NS_PER_SECOND);
}

static void without_ids_there_is_one_workload(void **state)
{
    struct plan_options options = plan_options_default;
    struct plan plan;
    struct error error;
    (void)state;
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
        cmocka_unit_test(a_burst_is_run_for_each_time_that_pages_stay),
        cmocka_unit_test(few_runs_repeat_and_many_do_not),
        cmocka_unit_test(a_plateau_of_age_fits_into_a_run_and_so_do_samples),
        cmocka_unit_test(a_variant_gets_the_limits_that_it_keeps),
        cmocka_unit_test(pairs_stay_together_and_programs_come_last),
        cmocka_unit_test(who_of_a_pair_comes_first_is_drawn),
        cmocka_unit_test(precise_runs_are_short_and_many),
        cmocka_unit_test(without_ids_there_is_one_workload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
