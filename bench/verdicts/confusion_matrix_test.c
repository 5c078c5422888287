/* confusion_matrix_test.c - which verdicts are wrong, what is printed, and what is expected. */
#include "confusion_matrix.h"

#include "catalogue.h"
#include "units.h"
#include "xmalloc.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static struct matrix_run run_of(enum verdict_class expected, enum verdict_class given)
{
    struct matrix_run run = {
        .policy = "lru", .scenario = "random", .seed = 7, .expected = expected};
    run.verdict.class = given;
    snprintf(run.verdict.words, sizeof run.verdict.words, "some words");
    return run;
}

static void only_clear_errors_are_wrong(void **state)
{
    static const struct {
        enum verdict_class expected, given;
        double low; /* of the interval, bytes per request */
        enum matrix_outcome outcome;
    } rows[] = {
        {VERDICT_BOUNDED, VERDICT_LEAK_CONTAINER, 2, MATRIX_WRONG},
        {VERDICT_BOUNDED, VERDICT_LEAK_CONTAINER, 0.5, MATRIX_UNDECIDED},
        {VERDICT_FRAGMENTATION, VERDICT_LEAK_UNREACHABLE, 2, MATRIX_WRONG},
        {VERDICT_LEAK_CONTAINER, VERDICT_BOUNDED, 0, MATRIX_WRONG},
        {VERDICT_LEAK_CONTAINER, VERDICT_UNDECIDED, 0, MATRIX_UNDECIDED},
        {VERDICT_LEAK_EXPIRED, VERDICT_LEAK_CONTAINER, 2, MATRIX_WRONG},
        {VERDICT_LEAK_EXPIRED, VERDICT_LEAK_CONTAINER, 0.5, MATRIX_UNDECIDED},
        {VERDICT_LEAK_EXPIRED, VERDICT_LEAK_EXPIRED, 0, MATRIX_RIGHT},
        {VERDICT_BOUNDED, VERDICT_UNDECIDED, 2, MATRIX_UNDECIDED},
        {VERDICT_WARMING, VERDICT_BOUNDED, 0, MATRIX_UNDECIDED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct matrix_run run = run_of(rows[i].expected, rows[i].given);
        run.verdict.low = rows[i].low;
        assert_int_equal(matrix_outcome_of(&run), rows[i].outcome);
        run.failed = true;
        assert_int_equal(matrix_outcome_of(&run), MATRIX_FAILED);
    }
}

static void all_runs_are_counted_and_those_not_right_are_named(void **state)
{
    struct matrix matrix = {.count = 0};
    struct matrix_run runs[] = {run_of(VERDICT_BOUNDED, VERDICT_BOUNDED),
                                run_of(VERDICT_BOUNDED, VERDICT_LEAK_CONTAINER),
                                run_of(VERDICT_BOUNDED, VERDICT_UNDECIDED)};
    char *text;
    size_t bytes;
    FILE *out = xmemstream(&text, &bytes);
    runs[1].verdict.low = 10;
    for (size_t i = 0; i < 3; i++)
        matrix_add(&matrix, &runs[i]);
    assert_int_equal(matrix_count(&matrix, MATRIX_WRONG), 1);
    matrix_print(&matrix, false, out);
    fclose(out);
    assert_non_null(
        strstr(text, "1 of 3 verdicts are right, 1 are undecided, 1 are wrong; 0 runs failed"));
    assert_non_null(strstr(text, "WRONG: lru, random, seed 7: expected bounded, "
                                 "given leak: container: some words"));
    assert_non_null(
        strstr(text, "undecided: lru, random, seed 7: expected bounded, given undecided"));
    free(text);
    matrix_free(&matrix);
}

static const struct scenario *scenario_named(const char *name)
{
    for (size_t i = 0; i < scenarios_count; i++)
        if (strcmp(scenarios[i].name, name) == 0)
            return &scenarios[i];
    return NULL;
}

static enum verdict_class expected_of(const char *policy, const char *scenario)
{
    return scenario_expects(scenario_named(scenario), policy_find(policy));
}

static void a_mistake_is_expected_where_it_shows(void **state)
{
    assert_int_equal(expected_of("unbounded", "random"), VERDICT_LEAK_CONTAINER);
    assert_int_equal(expected_of("unbounded", "scan"), VERDICT_BOUNDED);
    assert_int_equal(expected_of("cycle", "scan"), VERDICT_LEAK_UNREACHABLE);
    assert_int_equal(expected_of("cycle", "filling"), VERDICT_WARMING);
    assert_int_equal(expected_of("lru", "filling"), VERDICT_WARMING);
    assert_int_equal(expected_of("lru", "random"), VERDICT_BOUNDED);
    assert_int_equal(expected_of("ttl", "large-burst-kept"), VERDICT_NOT_RETURNED);
    assert_int_equal(expected_of("lru", "large-burst-kept"), VERDICT_BOUNDED);
}

static void every_scenario_can_be_planned(void **state)
{
    static struct plan plan;
    struct error error;
    for (size_t i = 0; i < scenarios_count; i++) {
        assert_int_equal(scenario_plan(&scenarios[i], 2 * NS_PER_SECOND, 3, "/tmp", &plan, &error),
                         0);
        assert_int_equal(plan.workloads.count, 1);
        assert_string_equal(plan.workloads.list[0].name, scenarios[i].name);
        assert_int_equal(plan_limits(&plan, policy_find("lru")).capacity_entries,
                         scenarios[i].capacity_entries);
        assert_int_equal(plan_limits(&plan, policy_find("ttl")).capacity_entries, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_clear_errors_are_wrong),
        cmocka_unit_test(all_runs_are_counted_and_those_not_right_are_named),
        cmocka_unit_test(a_mistake_is_expected_where_it_shows),
        cmocka_unit_test(every_scenario_can_be_planned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
