/* confusion_matrix_test.c - what counts as wrong, what is printed of it, and what is expected of
 * whom. */
#include "confusion_matrix.h"

#include "catalogue.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static struct matrix_run run_of(enum verdict_class expected, enum verdict_class given)
{
    struct matrix_run run = {
        .variant = "lru", .scenario = "random", .seed = 7, .expected = expected};
    run.verdict.class = given;
    snprintf(run.verdict.words, sizeof run.verdict.words, "some words");
    return run;
}

static void leaks_missed_mistaken_and_made_up_are_grave(void **state)
{
    static const struct {
        enum verdict_class expected, given;
        bool grave;
    } rows[] = {
        {VERDICT_BOUNDED, VERDICT_LEAK_CONTAINER, true},
        {VERDICT_FRAGMENTATION, VERDICT_LEAK_UNREACHABLE, true},
        {VERDICT_LEAK_CONTAINER, VERDICT_UNDECIDED, true},
        {VERDICT_LEAK_EXPIRED, VERDICT_LEAK_CONTAINER, true},
        {VERDICT_LEAK_EXPIRED, VERDICT_LEAK_EXPIRED, false},
        {VERDICT_BOUNDED, VERDICT_UNDECIDED, false},
        {VERDICT_WARMING, VERDICT_BOUNDED, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct matrix_run run = run_of(rows[i].expected, rows[i].given);
        assert_int_equal(matrix_run_grave(&run), rows[i].grave);
        assert_int_equal(matrix_run_right(&run), rows[i].expected == rows[i].given);
        run.failed = true;
        assert_true(matrix_run_grave(&run) && !matrix_run_right(&run));
    }
}

static void all_runs_are_counted_and_the_wrong_ones_named(void **state)
{
    struct matrix *matrix = matrix_create(5);
    struct matrix_run runs[] = {run_of(VERDICT_BOUNDED, VERDICT_BOUNDED),
                                run_of(VERDICT_BOUNDED, VERDICT_LEAK_CONTAINER),
                                run_of(VERDICT_BOUNDED, VERDICT_UNDECIDED)};
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    (void)state;
    for (size_t i = 0; i < 3; i++)
        matrix_add(matrix, &runs[i]);
    assert_int_equal(matrix_grave(matrix), 1);
    matrix_print(matrix, false, out);
    fclose(out);
    assert_non_null(strstr(text, "1 of 3 verdicts are right; 1 are wrong"));
    assert_non_null(strstr(text, "WRONG lru, random, seed 7: expected bounded, "
                                 "given leak: container: some words"));
    assert_non_null(strstr(text, "off lru, random, seed 7: expected bounded, given undecided"));
    free(text);
    matrix_destroy(matrix);
}

static const struct scenario *scenario_named(const char *name)
{
    for (size_t i = 0; i < scenarios_count; i++)
        if (strcmp(scenarios[i].name, name) == 0)
            return &scenarios[i];
    return NULL;
}

static enum verdict_class expected_of(const char *variant, const char *scenario)
{
    return scenario_expects(scenario_named(scenario), policy_find(variant));
}

static void a_mistake_is_expected_where_it_gets_what_it_needs(void **state)
{
    (void)state;
    assert_int_equal(expected_of("unbounded", "random"), VERDICT_LEAK_CONTAINER);
    assert_int_equal(expected_of("unbounded", "scan"), VERDICT_BOUNDED);
    assert_int_equal(expected_of("cycle", "scan"), VERDICT_LEAK_UNREACHABLE);
    assert_int_equal(expected_of("cycle", "filling"), VERDICT_WARMING);
    assert_int_equal(expected_of("lru", "filling"), VERDICT_WARMING);
    assert_int_equal(expected_of("lru", "random"), VERDICT_BOUNDED);
    assert_int_equal(expected_of("ttl", "swell-kept"), VERDICT_NOT_RETURNED);
    assert_int_equal(expected_of("lru", "swell-kept"), VERDICT_BOUNDED);
}

static void every_scenario_can_be_planned(void **state)
{
    static struct plan plan;
    struct error error;
    (void)state;
    for (size_t i = 0; i < scenarios_count; i++) {
        assert_int_equal(scenario_plan(&scenarios[i], 2, 3, "/tmp", &plan, &error), 0);
        assert_int_equal(plan.workload_count, 1);
        assert_string_equal(plan.workloads[0].name, scenarios[i].name);
        assert_int_equal(plan_limits(&plan, policy_find("lru")).capacity_entries,
                         scenarios[i].capacity_entries);
        assert_int_equal(plan_limits(&plan, policy_find("ttl")).capacity_entries, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaks_missed_mistaken_and_made_up_are_grave),
        cmocka_unit_test(all_runs_are_counted_and_the_wrong_ones_named),
        cmocka_unit_test(a_mistake_is_expected_where_it_gets_what_it_needs),
        cmocka_unit_test(every_scenario_can_be_planned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
