/* compare_test.c - what is called a difference, and how often nothing is. */
#include "compare.h"

#include "judgement_parts.h"
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#define ROUNDS  400
#define FIGURES 4
#define REPEATS 12

static const struct compare_setup in_turns = {.interleaved = true,
                                              .floor = MEASUREMENTS_FLOOR_NONE};
static const struct compare_setup separate = {.floor = MEASUREMENTS_FLOOR_NONE};

static double normal(struct random *random)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += (double)(random_next(random) >> 11) * 0x1p-53;
    return sum;
}

static void series_begin(struct measurement_series *series, const char *figure)
{
    memset(series, 0, sizeof *series);
    strcpy(series->workload, "zipf");
    series->figure = figure_find(figure, strlen(figure), SOURCE_RESULT);
    series->floor = MEASUREMENTS_FLOOR_NONE;
    assert_non_null(series->figure);
}

static void value_add(struct measurement_series *series, double value)
{
    series->repetitions[series->count] = series->count + 1;
    series->values[series->count++] = value;
}

static struct comparison compared(const struct measurement_series *before,
                                  const struct measurement_series *after,
                                  const struct compare_setup *setup)
{
    struct comparison comparison = {.method = METHOD_NONE};
    compare_series(&comparison, before, after, setup);
    compare_decide(&comparison, 1);
    return comparison;
}

/* Alternating runs on a machine whose speed drifts by about 10 %, with autocorrelated noise that is
 * distributed alike for both sides. `factor`: by how much the second is really slower. */
static void runs_make(struct measurement_series *before, struct measurement_series *after,
                      size_t repeats, double factor, double noise, struct random *random)
{
    double drift = 0;
    for (size_t i = 0; i < repeats; i++)
        for (int side = 0; side < 2; side++) {
            drift = 0.9 * drift + 0.04 * normal(random);
            double value = 10 * exp(drift + noise * normal(random));
            value_add(side == 0 ? before : after, side == 0 ? value : factor * value);
        }
}

/* The number of rounds in which any figure was called different. */
static size_t alarms_count(const struct compare_setup *setup, size_t figures_tried, double factor)
{
    static const char *const names[FIGURES] = {"cpu", "req/s", "p50", "p99"};
    struct random random;
    size_t alarms = 0;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        struct measurement_series before[FIGURES], after[FIGURES];
        struct comparison comparisons[FIGURES] = {{.method = METHOD_NONE}};
        bool alarm = false;
        random_seed(&random, round);
        for (size_t i = 0; i < figures_tried; i++) {
            series_begin(&before[i], names[i]);
            series_begin(&after[i], names[i]);
            before[i].floor = setup->interleaved ? MEASUREMENTS_FLOOR_NONE : 0;
            runs_make(&before[i], &after[i], REPEATS, factor, 0.02, &random);
            compare_series(&comparisons[i], &before[i], &after[i], setup);
        }
        compare_decide(comparisons, figures_tried);
        for (size_t i = 0; i < figures_tried; i++)
            alarm |=
                comparisons[i].outcome == OUTCOME_BETTER || comparisons[i].outcome == OUTCOME_WORSE;
        alarms += alarm;
    }
    return alarms;
}

/* At most 5 % of the rounds: of 400 twenty, 33 are three standard deviations more. In turns that
 * holds for each figure, between benches for all figures at once. */
static void what_is_the_same_is_seldom_called_different(void **state)
{
    assert_in_range(alarms_count(&in_turns, 1, 1), 1, 33);
    assert_in_range(alarms_count(&separate, FIGURES, 1), 0, 33);
}

static void a_real_difference_is_found(void **state)
{
    assert_in_range(alarms_count(&in_turns, 1, 1.15), ROUNDS * 9 / 10, ROUNDS);
}

static void turns_see_through_what_drifts(void **state)
{
    struct random random;
    struct measurement_series before, after;
    random_seed(&random, 3);
    series_begin(&before, "cpu");
    series_begin(&after, "cpu");
    for (size_t i = 0; i < REPEATS; i++) {
        double drift = 1 + 0.1 * (double)i; /* doubles, in the end */
        value_add(&before, 10 * drift * (1 + 0.002 * normal(&random)));
        value_add(&after, 10.8 * drift * (1 + 0.002 * normal(&random)));
    }
    struct comparison seen = compared(&before, &after, &in_turns);
    assert_int_equal(seen.method, METHOD_BLOCKS);
    assert_int_equal(seen.outcome, OUTCOME_WORSE);
    assert_true(fabs(seen.change.value - 1.08) < 0.005);
    seen = compared(&before, &after, &separate);
    assert_int_equal(seen.method, METHOD_UNPAIRED);
    assert_int_equal(seen.outcome, OUTCOME_UNKNOWN);
    assert_true(seen.repeats_needed > REPEATS || seen.reason[0] != '\0');
}

/* Ten runs of each that scatter by a quarter; the medians are 18 % apart, one end of the interval
 * is nearer than the floor. */
static void without_alternation_the_whole_interval_must_pass_the_floor(void **state)
{
    struct measurement_series before, after;
    series_begin(&before, "cpu");
    series_begin(&after, "cpu");
    for (int i = 0; i < 10; i++) {
        value_add(&before, 10 + 0.25 * (i * 7 % 10));
        value_add(&after, 11.8 + 0.3 * (i * 3 % 10));
    }
    struct comparison seen = compared(&before, &after, &separate);
    assert_true(seen.p < 0.01 && seen.change.value > 1.15 && seen.change.low < 1.1);
    assert_int_equal(seen.outcome, OUTCOME_UNKNOWN);
    assert_int_equal(compared(&before, &after, &in_turns).outcome, OUTCOME_WORSE);
}

static void too_few_repetitions_tell_nothing(void **state)
{
    struct measurement_series before, after;
    series_begin(&before, "cpu");
    series_begin(&after, "cpu");
    for (int i = 0; i < 3; i++) {
        value_add(&before, 10 + 0.001 * i);
        value_add(&after, 20 + 0.001 * (i * i));
    }
    struct comparison seen = compared(&before, &after, &separate);
    assert_int_equal(seen.outcome, OUTCOME_UNKNOWN);
    assert_int_equal(seen.repeats_needed, 6);
    assert_non_null(strstr(seen.reason, "only 3 repetitions; at least 6 are needed"));
    assert_int_equal(compared(&before, &after, &in_turns).outcome, OUTCOME_WORSE);
    before.count = after.count = 2;
    seen = compared(&before, &after, &in_turns);
    assert_int_equal(seen.outcome, OUTCOME_UNKNOWN);
    assert_int_equal(seen.repeats_needed, 3);
    assert_int_equal(compare_repeats_least(100), 8);
}

/* Ten runs around each of two values, so close together that the test is sure. */
static struct comparison around(const char *figure, double first, double second, double floor,
                                const struct compare_setup *setup)
{
    struct measurement_series before, after;
    series_begin(&before, figure);
    series_begin(&after, figure);
    before.floor = floor;
    for (int i = 0; i < 10; i++) {
        value_add(&before, first * (1 + 0.0001 * (i * 7 % 10)));
        value_add(&after, second * (1 + 0.0001 * (i * 3 % 10)));
    }
    return compared(&before, &after, setup);
}

/* One run each. */
static struct comparison once(const char *figure, double first, double second)
{
    struct measurement_series before, after;
    series_begin(&before, figure);
    series_begin(&after, figure);
    value_add(&before, first);
    value_add(&after, second);
    return compared(&before, &after, &separate);
}

static void nothing_inside_the_floor_is_a_difference(void **state)
{
    assert_int_equal(around("cpu", 10, 10.2, 0.01, &in_turns).outcome, OUTCOME_WORSE);
    assert_int_equal(around("cpu", 10, 10.2, 0.05, &in_turns).outcome, OUTCOME_SAME);
    assert_int_equal(around("cpu", 10, 10.7, MEASUREMENTS_FLOOR_NONE, &separate).outcome,
                     OUTCOME_SAME);
    assert_int_equal(around("cpu", 10, 11.5, MEASUREMENTS_FLOOR_NONE, &separate).outcome,
                     OUTCOME_WORSE);
    struct compare_setup asked = {.interleaved = true, .floor = 0.2};
    assert_int_equal(around("cpu", 10, 11.5, 0.01, &asked).outcome, OUTCOME_SAME);
}

/* Without a floor of its own, a bench in turns calls the same what is known to be within 3 %. */
static void turns_need_no_floor(void **state)
{
    assert_int_equal(around("cpu", 10, 10.2, MEASUREMENTS_FLOOR_NONE, &in_turns).outcome,
                     OUTCOME_WORSE);
    assert_int_equal(around("cpu", 10, 10, MEASUREMENTS_FLOOR_NONE, &in_turns).outcome,
                     OUTCOME_SAME);
}

static void better_is_what_the_figure_says(void **state)
{
    assert_int_equal(around("req/s", 100, 120, MEASUREMENTS_FLOOR_NONE, &in_turns).outcome,
                     OUTCOME_BETTER);
    assert_int_equal(around("req/s", 100, 80, MEASUREMENTS_FLOOR_NONE, &in_turns).outcome,
                     OUTCOME_WORSE);
    assert_int_equal(around("p99", 100, 80, MEASUREMENTS_FLOOR_NONE, &separate).outcome,
                     OUTCOME_BETTER);
    assert_int_equal(once("hits", 0.5, 0.6).outcome, OUTCOME_BETTER);
    assert_int_equal(once("rss", 5e6, 9e6).outcome, OUTCOME_WORSE);
}

/* One run each, whose growth is known to within `half`. */
static struct comparison grown(double first, double second, double half)
{
    struct measurement_series before, after;
    series_begin(&before, "bytes_per_request");
    series_begin(&after, "bytes_per_request");
    value_add(&before, first);
    value_add(&after, second);
    before.low = first - half;
    before.high = first + half;
    after.low = second - half;
    after.high = second + half;
    return compared(&before, &after, &in_turns);
}

static void growth_is_compared_by_the_intervals_of_the_runs(void **state)
{
    struct comparison seen = grown(-1, 435, 3);
    assert_false(seen.has_ratio);
    assert_int_equal(seen.method, METHOD_INTERVAL);
    assert_int_equal(seen.outcome, OUTCOME_WORSE);
    assert_int_equal(grown(435, -1, 3).outcome, OUTCOME_BETTER);
    assert_int_equal(grown(0, 0.3, 0.2).outcome, OUTCOME_SAME);
    seen = grown(0, 2, 1.5); /* they overlap */
    assert_int_equal(seen.outcome, OUTCOME_UNKNOWN);
    assert_non_null(strstr(seen.reason, "overlap"));
    seen = grown(0, 0.7, 0.3); /* apart by less than what counts */
    assert_int_equal(seen.outcome, OUTCOME_UNKNOWN);
    assert_non_null(strstr(seen.reason, "not far enough"));
    assert_int_equal(grown(0, 0.8, 0.3).outcome, OUTCOME_WORSE);
    struct measurement_series one, other; /* both are bounded, within wide intervals */
    series_begin(&one, "bytes_per_request");
    value_add(&one, 0);
    one.low = -3;
    one.high = 3;
    other = one;
    assert_int_equal(compared(&one, &other, &in_turns).outcome, OUTCOME_UNKNOWN);
    one.is_bounded = true;
    assert_int_equal(compared(&one, &other, &in_turns).outcome, OUTCOME_UNKNOWN);
    other.is_bounded = true;
    assert_int_equal(compared(&one, &other, &in_turns).outcome, OUTCOME_SAME);
}

static void memory_differs_beyond_twice_what_two_runs_may_differ_by(void **state)
{
    const struct figure *rss = figure_find("rss", 3, SOURCE_RESULT);
    double first = 10e6, tolerance = compare_tolerance(rss, first);
    assert_int_equal(once("rss", 12 << 20, 32 << 20).outcome, OUTCOME_WORSE);
    assert_int_equal(once("rss", 32 << 20, 12 << 20).outcome, OUTCOME_BETTER);
    assert_int_equal(once("rss", first, first - 0.95 * tolerance).outcome, OUTCOME_SAME);
    assert_int_equal(once("rss", first, first - 2.05 * tolerance).outcome, OUTCOME_BETTER);
    struct comparison seen = once("rss", first, first - 1.5 * tolerance);
    assert_int_equal(seen.outcome, OUTCOME_UNKNOWN);
    assert_non_null(strstr(seen.reason, "two runs of one program may differ by"));
    assert_int_equal(once("cache", 3.0e6, 3.05e6).outcome, OUTCOME_SAME);
    assert_int_equal(once("cache", 3.0e6, 3.2e6).outcome, OUTCOME_WORSE);
    assert_int_equal(once("instructions", 5000, 5040).outcome, OUTCOME_SAME);
    assert_int_equal(once("instructions", 5000, 5200).outcome, OUTCOME_WORSE);
}

/* Runs that differ from each other by more than the tolerance say no more than their range. */
static void runs_that_scatter_are_compared_by_their_range(void **state)
{
    struct measurement_series before, after;
    series_begin(&before, "rss");
    series_begin(&after, "rss");
    for (int i = -1; i <= 1; i++) {
        value_add(&before, 20e6 + 8e6 * i);
        value_add(&after, 24e6);
    }
    assert_int_equal(compared(&before, &after, &separate).outcome, OUTCOME_UNKNOWN);
    before.count = 1; /* 12 MB alone */
    assert_int_equal(compared(&before, &after, &separate).outcome, OUTCOME_WORSE);
}

static void hits_of_a_replay_are_compared_by_value(void **state)
{
    struct measurement_series before, after;
    series_begin(&before, "hits");
    series_begin(&after, "hits");
    value_add(&before, 0.5);
    value_add(&after, 0.501);
    before.is_exact = after.is_exact = true;
    struct comparison seen = compared(&before, &after, &separate);
    assert_int_equal(seen.method, METHOD_EXACT);
    assert_int_equal(seen.outcome, OUTCOME_BETTER);
    assert_int_equal(compared(&before, &before, &separate).outcome, OUTCOME_SAME);
    after.values[0] = 0.5004; /* prints alike */
    assert_int_equal(compared(&before, &after, &separate).outcome, OUTCOME_SAME);
    after.values[0] = 0.501;
    after.seeds[0] = 2; /* other requests: they differ by chance, too */
    assert_int_equal(compared(&before, &after, &separate).outcome, OUTCOME_SAME);
    after.seeds[0] = 0;
    after.is_exact = false; /* over HTTP */
    assert_int_equal(compared(&before, &after, &separate).method, METHOD_TOLERANCE);
}

static void zeros_have_no_ratio(void **state)
{
    struct comparison seen = once("hits", 0, 0.3);
    assert_false(seen.has_ratio);
    assert_int_equal(seen.outcome, OUTCOME_BETTER);
}

static void turns_with_holes_are_not_compared(void **state)
{
    struct measurement_series before, after;
    series_begin(&before, "cpu");
    series_begin(&after, "cpu");
    for (int i = 0; i < 9; i++) {
        value_add(&before, 10);
        value_add(&after, 12 + 0.01 * (i % 3));
    }
    assert_int_equal(compared(&before, &after, &in_turns).outcome, OUTCOME_WORSE);
    after.repetitions[4] = 99;
    struct comparison seen = compared(&before, &after, &in_turns);
    assert_int_equal(seen.method, METHOD_NONE);
    assert_string_equal(seen.reason, judged_lacks[LACK_REPETITIONS]);
    after.left_out = 1;
    seen = compared(&before, &after, &in_turns);
    assert_int_equal(seen.outcome, OUTCOME_UNKNOWN);
    assert_string_equal(seen.reason, "slices were limited by the load generator");
}

#define VARIANTS    5
#define REPETITIONS 6

/* CPU times in turns: variants 0 to 2 are the same, 3 is 2 % slower, 4 is 30 % slower. */
static void results_fill(struct result *results[VARIANTS], uint64_t seed)
{
    static const char *const names[VARIANTS] = {"lru", "fifo", "sieve", "arc", "slow"};
    static const double factors[VARIANTS] = {1, 1, 1, 1.02, 1.3};
    struct random random;
    random_seed(&random, seed);
    for (size_t i = 0; i < VARIANTS; i++)
        results[i] = result_create(names[i], names[i]);
    for (uint64_t repetition = 1; repetition <= REPETITIONS; repetition++) {
        double drift = exp(0.1 * normal(&random));
        for (size_t i = 0; i < VARIANTS; i++) {
            struct result_speed *speed = result_speed_add(results[i]);
            strcpy(speed->workload, "zipf");
            speed->repetition = repetition;
            speed->rounds = 1;
            speed->cpu_us_per_request = 10 * drift * factors[i] * exp(0.01 * normal(&random));
        }
    }
}

static void cpu_series_fill(struct measurement_series *series, const struct result *result)
{
    series_begin(series, "cpu");
    for (size_t i = 0; i < result->speed_count; i++)
        value_add(series, result->speeds[i].cpu_us_per_request);
}

/* What the judgement says of a variant and the reference. */
static enum compare_outcome judged_outcome(const struct judgement *judgement, const char *variant)
{
    const struct judged_workload *workload = &judgement->workloads[0];
    const struct judged_row *row = judged_row_find(workload, variant);
    const struct judged_row *reference = judged_row_find(workload, judgement->reference);
    return judged_is_cheaper(&workload->speed, row, reference)   ? OUTCOME_BETTER
           : judged_is_cheaper(&workload->speed, reference, row) ? OUTCOME_WORSE
                                                                 : OUTCOME_UNKNOWN;
}

static void compared_as_judged(struct result *results[VARIANTS], size_t decided[2])
{
    struct judgement_setup setup = {.results = results, .count = VARIANTS};
    struct judgement *judgement = judgement_make(&setup);
    struct measurement_series series[VARIANTS];
    struct comparison comparisons[VARIANTS] = {{.method = METHOD_NONE}};
    for (size_t i = 0; i < VARIANTS; i++) {
        cpu_series_fill(&series[i], results[i]);
        if (i > 0)
            compare_series(&comparisons[i], &series[0], &series[i], &in_turns);
    }
    compare_decide(comparisons, VARIANTS);
    for (size_t i = 1; i < VARIANTS; i++) {
        enum compare_outcome outcome = comparisons[i].outcome;
        enum compare_outcome judged = judged_outcome(judgement, results[i]->variant);
        assert_int_equal(outcome == OUTCOME_SAME ? OUTCOME_UNKNOWN : outcome, judged);
        decided[judged != OUTCOME_UNKNOWN]++;
        assert_true(
            fabs(comparisons[i].change.low -
                 judged_row_find(&judgement->workloads[0], results[i]->variant)->cpu_ratio.low) <
            1e-9);
    }
    judgement_destroy(judgement);
}

static void in_turns_it_decides_as_a_judgement(void **state)
{
    size_t decided[2] = {0};
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct result *results[VARIANTS];
        results_fill(results, seed);
        compared_as_judged(results, decided);
        for (size_t i = 0; i < VARIANTS; i++)
            result_destroy(results[i]);
    }
    assert_true(decided[0] > 50 && decided[1] > 50); /* both happen */
}

static void verdicts_are_compared_by_gravity(void **state)
{
    struct measured_verdict bounded = {"zipf", VERDICT_BOUNDED, 3, 3, 3}, leak = bounded,
                            torn = bounded, dull = bounded, warming = bounded;
    struct comparison comparison = {.method = METHOD_NONE};
    leak.class = VERDICT_LEAK_CONTAINER;
    torn.agreed = 2;
    dull.agreed = dull.decided = 1;
    warming.class = VERDICT_WARMING;
    compare_verdicts(&comparison, &bounded, &leak);
    assert_int_equal(comparison.outcome, OUTCOME_WORSE);
    compare_verdicts(&comparison, &leak, &bounded);
    assert_int_equal(comparison.outcome, OUTCOME_BETTER);
    compare_verdicts(&comparison, &warming, &bounded);
    assert_int_equal(comparison.outcome, OUTCOME_SAME);
    compare_verdicts(&comparison, &bounded, &torn);
    assert_string_equal(comparison.reason, "the runs do not agree");
    compare_verdicts(&comparison, &dull, &bounded);
    assert_int_equal(comparison.outcome, OUTCOME_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_the_same_is_seldom_called_different),
        cmocka_unit_test(a_real_difference_is_found),
        cmocka_unit_test(turns_see_through_what_drifts),
        cmocka_unit_test(without_alternation_the_whole_interval_must_pass_the_floor),
        cmocka_unit_test(too_few_repetitions_tell_nothing),
        cmocka_unit_test(nothing_inside_the_floor_is_a_difference),
        cmocka_unit_test(turns_need_no_floor),
        cmocka_unit_test(in_turns_it_decides_as_a_judgement),
        cmocka_unit_test(better_is_what_the_figure_says),
        cmocka_unit_test(growth_is_compared_by_the_intervals_of_the_runs),
        cmocka_unit_test(memory_differs_beyond_twice_what_two_runs_may_differ_by),
        cmocka_unit_test(runs_that_scatter_are_compared_by_their_range),
        cmocka_unit_test(hits_of_a_replay_are_compared_by_value),
        cmocka_unit_test(zeros_have_no_ratio),
        cmocka_unit_test(turns_with_holes_are_not_compared),
        cmocka_unit_test(verdicts_are_compared_by_gravity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
