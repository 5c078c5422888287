/* compare.c - tests, intervals and floors, put together to one word. */
#include "compare.h"

#include "stats_rank.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const compare_method_names[] = {
    [METHOD_NONE] = "none",   [METHOD_EXACT] = "exact", [METHOD_PAIRED] = "in turns",
    [METHOD_APART] = "apart", [METHOD_CLASS] = "class",
};

const char *const compare_outcome_names[] = {
    [OUTCOME_SAME] = "same",
    [OUTCOME_BETTER] = "better",
    [OUTCOME_WORSE] = "worse",
    [OUTCOME_UNKNOWN] = "cannot tell",
};

/* What is compared: both sides, and the pairs of one repetition where runs took turns. */
struct sample {
    const double *before, *after;
    size_t before_count, after_count;
    double pair_before[STATS_VALUES_MAX], pair_after[STATS_VALUES_MAX];
    size_t pair_count;
};

static size_t repetition_find(const struct measurement_series *series, uint64_t repetition,
                              uint64_t seed)
{
    for (size_t i = 0; i < series->count; i++)
        if (series->repetitions[i] == repetition && series->seeds[i] == seed)
            return i;
    return series->count;
}

static void pairs_fill(struct sample *sample, const struct measurement_series *before,
                       const struct measurement_series *after)
{
    for (size_t i = 0; i < before->count; i++) {
        size_t other = repetition_find(after, before->repetitions[i], before->seeds[i]);
        if (other == after->count)
            continue;
        sample->pair_before[sample->pair_count] = before->values[i];
        sample->pair_after[sample->pair_count++] = after->values[other];
    }
}

static bool is_one_value(const double *values, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (values[i] < values[0] || values[i] > values[0])
            return false;
    return count > 1;
}

static bool all_above_zero(const struct sample *sample)
{
    for (size_t i = 0; i < sample->before_count; i++)
        if (sample->before[i] <= 0)
            return false;
    for (size_t i = 0; i < sample->after_count; i++)
        if (sample->after[i] <= 0)
            return false;
    return true;
}

static void exact_fill(struct comparison *comparison, const struct sample *sample)
{
    double before = sample->before[0], after = sample->after[0];
    double change = comparison->has_ratio ? after / before : after - before;
    comparison->method = METHOD_EXACT;
    comparison->change = (struct stats_interval){change, change, change};
    comparison->is_sure = true;
    comparison->effect = after > before ? 1 : after < before ? 0 : 0.5;
}

static void paired_fill(struct comparison *comparison, const struct sample *sample)
{
    double differences[STATS_VALUES_MAX];
    for (size_t i = 0; i < sample->pair_count; i++)
        differences[i] = comparison->has_ratio ? log(sample->pair_after[i] / sample->pair_before[i])
                                               : sample->pair_after[i] - sample->pair_before[i];
    struct stats_test test = stats_signed_rank(differences, sample->pair_count);
    struct stats_interval shift =
        stats_shift_interval(differences, sample->pair_count, STATS_CONFIDENCE_FIGURE);
    comparison->method = METHOD_PAIRED;
    comparison->p = test.p;
    comparison->effect = test.effect;
    comparison->is_sure =
        stats_signed_rank_least(sample->pair_count) <= 1 - STATS_CONFIDENCE_FIGURE;
    if (comparison->has_ratio)
        shift = (struct stats_interval){exp(shift.value), exp(shift.low), exp(shift.high)};
    comparison->change = shift;
}

static void apart_fill(struct comparison *comparison, const struct sample *sample, uint64_t seed)
{
    struct stats_test test = stats_mann_whitney(sample->before, sample->before_count, sample->after,
                                                sample->after_count);
    comparison->method = METHOD_APART;
    comparison->p = test.p;
    comparison->effect = test.effect;
    comparison->is_sure =
        sample->before_count >= STATS_BOOTSTRAP_MIN && sample->after_count >= STATS_BOOTSTRAP_MIN;
    comparison->change = (comparison->has_ratio ? stats_ratio_interval : stats_difference_interval)(
        sample->before, sample->before_count, sample->after, sample->after_count, seed);
}

static void floor_fill(struct comparison *comparison, const struct measurement_series *before,
                       const struct measurement_series *after, const struct compare_setup *setup)
{
    const struct figure *figure = comparison->figure;
    double known = fmax(before->floor, after->floor);
    comparison->floor_is_known = true;
    comparison->floor = figure->floor;
    if (figure->kind == KIND_SPEED) {
        comparison->floor_is_known = known >= 0 || setup->floor >= 0;
        comparison->floor *= setup->in_turns ? FIGURE_FLOOR_IN_TURNS : FIGURE_FLOOR_APART;
        if (known >= 0)
            comparison->floor = known;
        if (setup->floor >= 0)
            comparison->floor = setup->floor;
    }
    if (!comparison->has_ratio && figure->kind != KIND_SLOPE)
        comparison->floor *= fmax(fabs(comparison->before.value), fabs(comparison->after.value));
}

static void nothing_explain(struct comparison *comparison)
{
    snprintf(comparison->reason, sizeof comparison->reason, "%s",
             comparison->left_out > 0 ? "the generator was the bottleneck" : "there is no value");
}

static void sides_fill(struct comparison *comparison, const struct measurement_series *before,
                       const struct measurement_series *after, uint64_t seed)
{
    comparison->figure = before->figure;
    snprintf(comparison->workload, sizeof comparison->workload, "%s", before->workload);
    comparison->left_out = before->left_out + after->left_out;
    comparison->p = comparison->p_together = 1;
    comparison->effect = 0.5;
    comparison->before_count = before->count;
    comparison->after_count = after->count;
    comparison->own_low = after->low;
    comparison->own_high = after->high;
    comparison->before = stats_median_interval(before->values, before->count, seed);
    comparison->after = stats_median_interval(after->values, after->count, seed);
}

static bool is_exact(const struct measurement_series *before,
                     const struct measurement_series *after)
{
    bool counts = before->figure->kind == KIND_COUNT || before->figure->kind == KIND_SLOPE;
    return counts && is_one_value(before->values, before->count) &&
           is_one_value(after->values, after->count);
}

void compare_series(struct comparison *comparison, const struct measurement_series *before,
                    const struct measurement_series *after, const struct compare_setup *setup)
{
    struct sample sample = {.before = before->values,
                            .after = after->values,
                            .before_count = before->count,
                            .after_count = after->count};
    sides_fill(comparison, before, after, setup->seed);
    if (before->count == 0 || after->count == 0) {
        nothing_explain(comparison);
        return;
    }
    comparison->has_ratio = before->figure->kind != KIND_SLOPE && all_above_zero(&sample);
    if (setup->in_turns)
        pairs_fill(&sample, before, after);
    comparison->pair_count = sample.pair_count;
    if (is_exact(before, after))
        exact_fill(comparison, &sample);
    else if (sample.pair_count > 0)
        paired_fill(comparison, &sample);
    else
        apart_fill(comparison, &sample, setup->seed);
    floor_fill(comparison, before, after, setup);
}

/* From harmless to grave; those between which no one leaks are told apart, too. */
static int gravity(enum verdict_class class)
{
    if (verdict_is_leak(class))
        return 2;
    return class == VERDICT_FRAGMENTATION || class == VERDICT_NOT_RETURNED;
}

/* Why its class cannot be relied on; NULL: it can. */
static const char *verdict_doubt(const struct measured_verdict *verdict)
{
    if (verdict->judged == 0)
        return "there is no verdict";
    if (verdict->agreed < verdict->decided)
        return "the runs do not agree";
    return 2 * verdict->agreed > verdict->judged ? NULL : "it is undecided";
}

void compare_verdicts(struct comparison *comparison, const struct measured_verdict *before,
                      const struct measured_verdict *after)
{
    int worse = gravity(after->class) - gravity(before->class);
    const char *doubt = verdict_doubt(after);
    if (doubt == NULL)
        doubt = verdict_doubt(before);
    comparison->method = METHOD_CLASS;
    comparison->p = comparison->p_together = 1;
    comparison->effect = 0.5;
    snprintf(comparison->workload, sizeof comparison->workload, "%s", before->workload);
    comparison->before_class = before->class;
    comparison->after_class = after->class;
    comparison->before_count = before->judged;
    comparison->after_count = after->judged;
    comparison->outcome = doubt != NULL ? OUTCOME_UNKNOWN
                          : worse > 0   ? OUTCOME_WORSE
                          : worse < 0   ? OUTCOME_BETTER
                                        : OUTCOME_SAME;
    snprintf(comparison->reason, sizeof comparison->reason, "%s", doubt != NULL ? doubt : "");
}

bool compare_is_tested(const struct comparison *comparison)
{
    return comparison->method == METHOD_PAIRED || comparison->method == METHOD_APART;
}

double compare_change(const struct comparison *comparison)
{
    return comparison->change.value - (comparison->has_ratio ? 1 : 0);
}

/* Of a ratio, both ways alike: 1 + floor, and its inverse. */
static double distance_of(const struct comparison *comparison, double change)
{
    return comparison->has_ratio ? fabs(log(change)) : fabs(change);
}

static double floor_distance(const struct comparison *comparison)
{
    return comparison->has_ratio ? log1p(comparison->floor) : comparison->floor;
}

/* Of benches apart all of the interval: it tells how the runs of each scatter, the floor how far
 * the machine may have drifted in between, and the two add up. */
bool compare_is_beyond_floor(const struct comparison *comparison)
{
    const struct stats_interval *change = &comparison->change;
    double floor = floor_distance(comparison);
    if (comparison->method == METHOD_APART && (distance_of(comparison, change->low) <= floor ||
                                               distance_of(comparison, change->high) <= floor))
        return false;
    return distance_of(comparison, change->value) > floor;
}

static bool is_inside_floor(const struct comparison *comparison)
{
    double floor = floor_distance(comparison);
    return comparison->is_sure && distance_of(comparison, comparison->change.low) <= floor &&
           distance_of(comparison, comparison->change.high) <= floor;
}

static bool leaves_none_out(const struct comparison *comparison)
{
    double none = comparison->has_ratio ? 1 : 0;
    return comparison->change.low > none || comparison->change.high < none;
}

uint64_t compare_repeats_least(enum compare_method method, size_t tests)
{
    double alpha = COMPARE_ALPHA / (double)(tests > 0 ? tests : 1);
    for (size_t n = STATS_BOOTSTRAP_MIN; n < COMPARE_REPEATS_MAX; n++) {
        double least =
            method == METHOD_PAIRED ? stats_signed_rank_least(n) : stats_mann_whitney_least(n, n);
        if (least <= alpha)
            return n;
    }
    return COMPARE_REPEATS_MAX;
}

static size_t repeats_of(const struct comparison *comparison)
{
    if (comparison->method == METHOD_PAIRED)
        return comparison->pair_count;
    return comparison->before_count < comparison->after_count ? comparison->before_count
                                                              : comparison->after_count;
}

bool compare_is_telling(const struct comparison *comparison, size_t tests)
{
    return repeats_of(comparison) >= compare_repeats_least(comparison->method, tests);
}

/* An interval narrows with the root of the repeats. It is to fit into the floor, or beside it. */
static uint64_t repeats_guess(const struct comparison *comparison, size_t repeats)
{
    const struct stats_interval *change = &comparison->change;
    double half =
        (comparison->has_ratio ? log(change->high / change->low) : change->high - change->low) / 2;
    double room = fabs(floor_distance(comparison) - distance_of(comparison, change->value));
    double wanted = (double)repeats * (half / room) * (half / room);
    if (!(room > 0) || !(wanted < COMPARE_REPEATS_MAX))
        return 0;
    return (uint64_t)fmax(ceil(wanted), (double)repeats + 1);
}

static void unknown_explain(struct comparison *comparison, size_t tests)
{
    size_t repeats = repeats_of(comparison);
    uint64_t least = compare_repeats_least(comparison->method, tests);
    comparison->outcome = OUTCOME_UNKNOWN;
    if (repeats < least) {
        comparison->repeats_needed = least;
        snprintf(comparison->reason, sizeof comparison->reason, "%zu repeats, %llu would do",
                 repeats, (unsigned long long)least);
        return;
    }
    comparison->repeats_needed = repeats_guess(comparison, repeats);
    if (comparison->repeats_needed > 0)
        snprintf(comparison->reason, sizeof comparison->reason, "some %llu repeats may tell",
                 (unsigned long long)comparison->repeats_needed);
    else
        snprintf(comparison->reason, sizeof comparison->reason,
                 "more than %d repeats would be needed", COMPARE_REPEATS_MAX);
}

static enum compare_outcome way_of(const struct comparison *comparison)
{
    bool rose = compare_change(comparison) > 0;
    return rose == (comparison->figure->way == MORE_IS_BETTER) ? OUTCOME_BETTER : OUTCOME_WORSE;
}

static void outcome_fill(struct comparison *comparison, size_t tests)
{
    bool is_nothing = fabs(compare_change(comparison)) <= 0;
    if (comparison->method == METHOD_EXACT)
        comparison->outcome = is_nothing ? OUTCOME_SAME : way_of(comparison);
    else if (!compare_is_tested(comparison))
        comparison->outcome = OUTCOME_UNKNOWN;
    else if (is_inside_floor(comparison))
        comparison->outcome = OUTCOME_SAME;
    else if (comparison->p_together <= COMPARE_ALPHA && leaves_none_out(comparison) &&
             comparison->is_sure && compare_is_beyond_floor(comparison))
        comparison->outcome = way_of(comparison);
    else
        unknown_explain(comparison, tests);
}

void compare_decide(struct comparison *comparisons, size_t count)
{
    size_t tests = 0;
    double *together = malloc((count + 1) * sizeof *together);
    if (together == NULL)
        abort();
    for (size_t i = 0; i < count; i++)
        if (compare_is_tested(&comparisons[i]))
            together[tests++] = comparisons[i].p;
    stats_holm(together, tests);
    for (size_t i = 0, next = 0; i < count; i++) {
        if (compare_is_tested(&comparisons[i]))
            comparisons[i].p_together = together[next++];
        if (comparisons[i].method != METHOD_CLASS)
            outcome_fill(&comparisons[i], tests);
    }
    free(together);
}
