/* gate_test.c - which changes break a condition, and which only look like it. */
#include "gate.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#define REPEATS 12

static struct gate parsed(const char *text)
{
    struct gate gate;
    struct error error;
    if (gate_parse(&gate, text, &error) != 0)
        fail_msg("%s", error.text);
    return gate;
}

/* So many repetitions in turns, the second slower by this share, each off by up to `noise`. */
static struct comparison changed(const char *name, size_t repeats, double first, double share,
                                 double noise)
{
    struct measurement_series before = {.count = repeats, .floor = MEASUREMENTS_FLOOR_NONE},
                              after = before;
    struct comparison comparison = {.method = METHOD_NONE};
    struct compare_setup setup = {.interleaved = true, .floor = MEASUREMENTS_FLOOR_NONE};
    before.figure = after.figure = figure_find(name, strlen(name), SOURCE_RESULT);
    for (size_t i = 0; i < repeats; i++) {
        before.repetitions[i] = after.repetitions[i] = i;
        before.values[i] = first;
        after.values[i] = first * (1 + share + noise * sin((double)(i * i + 1)));
    }
    after.low = after.values[0] - 0.5;
    after.high = after.values[0] + 0.5;
    compare_series(&comparison, &before, &after, &setup);
    compare_decide(&comparison, 1);
    return comparison;
}

/* One run of each side, or one replay. */
static struct comparison once(const char *name, double first, double second)
{
    struct measurement_series before = {.count = 1, .is_exact = true}, after = before;
    struct comparison comparison = {.method = METHOD_NONE};
    struct compare_setup setup = {.interleaved = false, .floor = MEASUREMENTS_FLOOR_NONE};
    before.figure = after.figure = figure_find(name, strlen(name), SOURCE_RESULT);
    if (before.figure->kind != KIND_HITS)
        before.is_exact = after.is_exact = false;
    before.values[0] = first;
    before.low = first - 0.5;
    before.high = first + 0.5;
    after.values[0] = second;
    after.low = second - 0.5;
    after.high = second + 0.5;
    compare_series(&comparison, &before, &after, &setup);
    return comparison;
}

/* Eight values of two benches; all of the second are larger but for a twelfth of the comparisons.
 */
static struct comparison hardly_changed(void)
{
    struct measurement_series before = {.count = 8}, after = before;
    struct comparison comparison = {.method = METHOD_NONE};
    struct compare_setup setup = {.floor = 0};
    before.figure = after.figure = figure_find("cpu", 3, SOURCE_RESULT);
    for (size_t i = 0; i < 7; i++) {
        before.values[i] = 10 + 0.01 * (double)i;
        after.values[i] = 12 + 0.1 * (double)i;
    }
    before.values[7] = 12.35;
    after.values[7] = 9;
    compare_series(&comparison, &before, &after, &setup);
    return comparison;
}

static enum gate_outcome outcome_of(const char *text, const struct comparison *comparison)
{
    struct gate gate = parsed(text);
    struct gate_finding findings[2];
    assert_int_equal(gates_decide(findings, &gate, 1, comparison, 1), 1);
    assert_true(findings[0].reason[0] != '\0');
    return findings[0].outcome;
}

static void expect(const char *text, const char *figure, double share, double noise,
                   enum gate_outcome outcome)
{
    struct comparison comparison = changed(figure, REPEATS, 10, share, noise);
    assert_int_equal(outcome_of(text, &comparison), outcome);
}

static void a_change_beyond_the_limit_fails_if_it_is_established(void **state)
{
    expect("cpu<+2%", "cpu", 0.05, 0.01, GATE_FAILED);
    expect("cpu<+2%", "cpu", 0, 0.01, GATE_PASSED);
    expect("cpu<+2%", "cpu", 0.05, 0.2, GATE_PASSED); /* beyond, but not established */
    expect("cpu<+2%", "cpu", -0.5, 0.01, GATE_PASSED);
    expect("cpu<+10%", "cpu", 0.05, 0.01, GATE_PASSED);
    expect("cpu<+2%", "cpu", 0.025, 0.001, GATE_FAILED);
    expect("requests_per_second>-3%", "req/s", -0.05, 0.01, GATE_FAILED);
    expect("req/s > -3 %", "req/s", 0.05, 0.01, GATE_PASSED);
}

/* One run of each side is enough where a figure hardly differs between runs. */
static void one_run_decides_what_is_no_speed(void **state)
{
    struct comparison hits = once("hits", 0.5, 0.49), grown = once("rss", 12e6, 33e6);
    struct comparison alike = once("rss", 12e6, 12.4e6), leak = once("B/request", 0.1, 400);
    assert_int_equal(outcome_of("hits>-1%", &hits), GATE_FAILED);
    assert_int_equal(outcome_of("hits>-3%", &hits), GATE_PASSED);
    assert_int_equal(outcome_of("steady_hit_ratio>=0.495", &hits), GATE_FAILED);
    assert_int_equal(outcome_of("hits_cold>-1%", &hits), GATE_UNDECIDED); /* another figure */
    assert_int_equal(outcome_of("rss<+5%", &grown), GATE_FAILED);
    assert_int_equal(outcome_of("rss<+2%", &alike), GATE_PASSED); /* runs differ that much */
    assert_int_equal(outcome_of("rss<=32e6", &grown), GATE_PASSED);
    assert_int_equal(outcome_of("rss<=20e6", &grown), GATE_FAILED);
    assert_int_equal(outcome_of("rss<-5%", &alike), GATE_FAILED);
    assert_int_equal(outcome_of("B/request<=1", &leak), GATE_FAILED);
    assert_int_equal(outcome_of("B/request<=400", &leak), GATE_PASSED);
    assert_int_equal(outcome_of("B/request<+5%", &leak), GATE_FAILED);
}

static void an_improvement_asked_for_has_to_be_established(void **state)
{
    expect("cpu<-5%", "cpu", -0.08, 0.01, GATE_PASSED);
    expect("cpu<-5%", "cpu", -0.08, 0.3, GATE_FAILED);
    expect("cpu<-5%", "cpu", -0.04, 0.01, GATE_FAILED);
    expect("cpu<-5%", "cpu", 0.2, 0.01, GATE_FAILED);
}

static void an_absolute_limit_holds_for_the_new_one_alone(void **state)
{
    expect("bytes_per_request<=0", "B/request", 0, 0.01, GATE_FAILED);
    expect("bytes_per_request<=10", "B/request", 0, 0.01, GATE_PASSED);
    expect("bytes_per_request<=9.8", "B/request", 0, 0.01, GATE_PASSED); /* its own interval */
    expect("p99<9", "p99", 0, 0.01, GATE_FAILED);
    expect("p99<11", "p99", 0, 0.01, GATE_PASSED);
    expect("req/s>=10.2", "req/s", 0, 0.01, GATE_FAILED);
    expect("req/s>=10.05", "req/s", 0, 0.01, GATE_PASSED);
}

static void too_few_repetitions_pass_nothing(void **state)
{
    struct comparison few = changed("cpu", 2, 10, 0, 0.01);
    assert_int_equal(outcome_of("cpu<+2%", &few), GATE_UNDECIDED);
    assert_int_equal(outcome_of("p99<+2%", &few), GATE_UNDECIDED); /* of which there is nothing */
    few = hardly_changed();
    few.before_count = 5; /* of two benches */
    struct gate gate = parsed("cpu<+2%");
    struct gate_finding finding[2];
    assert_int_equal(gates_decide(finding, &gate, 1, &few, 1), 1);
    assert_int_equal(finding[0].outcome, GATE_UNDECIDED);
    assert_non_null(strstr(finding[0].reason, "at least 6 are needed"));
}

static void what_holds_alone_need_not_hold_together(void **state)
{
    struct comparison hardly = hardly_changed();
    struct gate gates[2] = {parsed("cpu<+2%"), parsed("cpu<+4%")};
    struct gate_finding findings[4];
    assert_true(hardly.p > 0.025 && hardly.p <= 0.05);
    assert_int_equal(outcome_of("cpu<+2%", &hardly), GATE_FAILED);
    assert_int_equal(gates_decide(findings, gates, 2, &hardly, 1), 2);
    assert_int_equal(findings[0].outcome, GATE_PASSED);
    assert_non_null(strstr(findings[0].reason, "not established"));
}

static void a_share_of_nothing_is_none(void **state)
{
    struct comparison none = changed("B/request", REPEATS, 0, 0, 0);
    assert_int_equal(outcome_of("B/request<+5%", &none), GATE_UNDECIDED);
    assert_int_equal(outcome_of("B/request<=0.5", &none), GATE_PASSED);
}

static void a_verdict_must_not_become_worse(void **state)
{
    struct measured_verdict bounded = {"zipf", VERDICT_BOUNDED, 3, 3, 3}, leak = bounded;
    struct comparison comparison = {.method = METHOD_NONE};
    leak.class = VERDICT_LEAK_EXPIRED;
    compare_verdicts(&comparison, &bounded, &leak);
    assert_int_equal(outcome_of("verdict", &comparison), GATE_FAILED);
    compare_verdicts(&comparison, &leak, &leak);
    assert_int_equal(outcome_of("verdict", &comparison), GATE_PASSED);
    leak.agreed = 1;
    compare_verdicts(&comparison, &leak, &leak);
    assert_int_equal(outcome_of("verdict", &comparison), GATE_UNDECIDED);
}

static void malformed_conditions_are_refused(void **state)
{
    static const char *const texts[] = {"",         "p99",     "p99=5",     "p99<",      "p99<x",
                                        "p98<+5%",  "p99<nan", "p99<+5%x",  "p99<1e999", "<5",
                                        "p99<+5%%", "p99<0x5", "verdict<1", "p99<=+-5%"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct gate gate;
        struct error error;
        assert_int_equal(gate_parse(&gate, texts[i], &error), -1);
        assert_non_null(strstr(error.text, "--gate: "));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_beyond_the_limit_fails_if_it_is_established),
        cmocka_unit_test(one_run_decides_what_is_no_speed),
        cmocka_unit_test(an_improvement_asked_for_has_to_be_established),
        cmocka_unit_test(an_absolute_limit_holds_for_the_new_one_alone),
        cmocka_unit_test(too_few_repetitions_pass_nothing),
        cmocka_unit_test(what_holds_alone_need_not_hold_together),
        cmocka_unit_test(a_share_of_nothing_is_none),
        cmocka_unit_test(a_verdict_must_not_become_worse),
        cmocka_unit_test(malformed_conditions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
