/* compare.c - decides from tests, intervals and noise floors whether a figure changed. */
#include "compare.h"

#include "stats_rank.h"
#include "xmalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const compare_method_names[] = {
    [METHOD_NONE] = "none",         [METHOD_EXACT] = "exact", [METHOD_PAIRED] = "paired",
    [METHOD_UNPAIRED] = "unpaired", [METHOD_CLASS] = "class",
};

const char *const compare_outcome_names[] = {
    [OUTCOME_SAME] = "same",
    [OUTCOME_BETTER] = "better",
    [OUTCOME_WORSE] = "worse",
    [OUTCOME_UNKNOWN] = "cannot tell",
};

/* The values of both sides, and where runs alternated also the pairs of equal repetition. */
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

static void unpaired_fill(struct comparison *comparison, const struct sample *sample, uint64_t seed)
{
    struct stats_test test = stats_mann_whitney(sample->before, sample->before_count, sample->after,
                                                sample->after_count);
    comparison->method = METHOD_UNPAIRED;
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
        comparison->floor *= setup->interleaved ? FIGURE_FLOOR_PAIRED : FIGURE_FLOOR_UNPAIRED;
        if (known >= 0)
            comparison->floor = known;
        if (setup->floor >= 0)
            comparison->floor = setup->floor;
    }
    if (!comparison->has_ratio && figure->kind != KIND_SLOPE)
        comparison->floor *= fmax(fabs(comparison->before.value), fabs(comparison->after.value));
}

static void no_value_explain(struct comparison *comparison)
{
    snprintf(comparison->reason, sizeof comparison->reason, "%s",
             comparison->left_out > 0 ? "the generator was the bottleneck"
                                      : "one side has no value");
}

static void sides_fill(struct comparison *comparison, const struct measurement_series *before,
                       const struct measurement_series *after, uint64_t seed)
{
    comparison->figure = before->figure;
    snprintf(comparison->workload, sizeof comparison->workload, "%s", before->workload);
    comparison->left_out = before->left_out + after->left_out;
    comparison->p = comparison->p_corrected = 1;
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
        no_value_explain(comparison);
        return;
    }
    comparison->has_ratio = before->figure->kind != KIND_SLOPE && all_above_zero(&sample);
    if (setup->interleaved)
        pairs_fill(&sample, before, after);
    comparison->pair_count = sample.pair_count;
    if (is_exact(before, after))
        exact_fill(comparison, &sample);
    else if (sample.pair_count > 0)
        paired_fill(comparison, &sample);
    else
        unpaired_fill(comparison, &sample, setup->seed);
    floor_fill(comparison, before, after, setup);
}

/* 0: no problem, 1: pages are not returned, 2: a leak. */
static int gravity(enum verdict_class class)
{
    if (verdict_is_leak(class))
        return 2;
    return class == VERDICT_FRAGMENTATION || class == VERDICT_NOT_RETURNED;
}

/* Why the class is not certain; NULL: it is. */
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
    comparison->p = comparison->p_corrected = 1;
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
    return comparison->method == METHOD_PAIRED || comparison->method == METHOD_UNPAIRED;
}

/* The relative change (0.05: it rose by 5 %), or the difference where there is no ratio. */
static double change_of(const struct comparison *comparison)
{
    return comparison->change.value - (comparison->has_ratio ? 1 : 0);
}

/* Distance from "no change". Ratios are measured by their logarithm, so that x and 1/x are equally
 * far away. */
static double distance_of(const struct comparison *comparison, double change)
{
    return comparison->has_ratio ? fabs(log(change)) : fabs(change);
}

static double floor_distance(const struct comparison *comparison)
{
    return comparison->has_ratio ? log1p(comparison->floor) : comparison->floor;
}

/* Without alternation both ends of the interval must lie beyond the floor, too: the interval shows
 * how the runs scatter, the floor how far the machine may have drifted between the two benches, and
 * the two add up. */
bool compare_is_beyond_floor(const struct comparison *comparison)
{
    const struct stats_interval *change = &comparison->change;
    double floor = floor_distance(comparison);
    if (comparison->method == METHOD_UNPAIRED && (distance_of(comparison, change->low) <= floor ||
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

static bool excludes_no_change(const struct comparison *comparison)
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

bool compare_repeats_suffice(const struct comparison *comparison, size_t tests)
{
    return repeats_of(comparison) >= compare_repeats_least(comparison->method, tests);
}

/* How many repeats make the interval fit inside the floor, or outside of it. Its width falls with
 * the square root of the repeats. 0: more than COMPARE_REPEATS_MAX. */
static uint64_t repeats_guess(const struct comparison *comparison, size_t repeats)
{
    const struct stats_interval *change = &comparison->change;
    double half =
        (comparison->has_ratio ? log(change->high / change->low) : change->high - change->low) / 2;
    double room = fabs(floor_distance(comparison) - distance_of(comparison, change->value));
    double needed = (double)repeats * (half / room) * (half / room);
    if (!(room > 0) || !(needed < COMPARE_REPEATS_MAX))
        return 0;
    return (uint64_t)fmax(ceil(needed), (double)repeats + 1);
}

static void unknown_explain(struct comparison *comparison, size_t tests)
{
    size_t repeats = repeats_of(comparison);
    uint64_t least = compare_repeats_least(comparison->method, tests);
    comparison->outcome = OUTCOME_UNKNOWN;
    if (repeats < least) {
        comparison->repeats_needed = least;
        snprintf(comparison->reason, sizeof comparison->reason,
                 "only %zu repeat%s; at least %llu are needed", repeats, repeats == 1 ? "" : "s",
                 (unsigned long long)least);
        return;
    }
    comparison->repeats_needed = repeats_guess(comparison, repeats);
    if (comparison->repeats_needed > 0)
        snprintf(comparison->reason, sizeof comparison->reason, "about %llu repeats may tell",
                 (unsigned long long)comparison->repeats_needed);
    else
        snprintf(comparison->reason, sizeof comparison->reason, "needs more than %d repeats",
                 COMPARE_REPEATS_MAX);
}

static enum compare_outcome direction_outcome(const struct comparison *comparison)
{
    bool rose = change_of(comparison) > 0;
    return rose == (comparison->figure->direction == MORE_IS_BETTER) ? OUTCOME_BETTER
                                                                     : OUTCOME_WORSE;
}

static void outcome_fill(struct comparison *comparison, size_t tests)
{
    bool is_nothing = fabs(change_of(comparison)) <= 0;
    if (comparison->method == METHOD_EXACT)
        comparison->outcome = is_nothing ? OUTCOME_SAME : direction_outcome(comparison);
    else if (!compare_is_tested(comparison))
        comparison->outcome = OUTCOME_UNKNOWN;
    else if (is_inside_floor(comparison))
        comparison->outcome = OUTCOME_SAME;
    else if (comparison->p_corrected <= COMPARE_ALPHA && excludes_no_change(comparison) &&
             comparison->is_sure && compare_is_beyond_floor(comparison))
        comparison->outcome = direction_outcome(comparison);
    else
        unknown_explain(comparison, tests);
}

void compare_decide(struct comparison *comparisons, size_t count)
{
    size_t tests = 0;
    double *corrected = xreallocarray(NULL, count + 1, sizeof *corrected);
    for (size_t i = 0; i < count; i++)
        if (compare_is_tested(&comparisons[i]))
            corrected[tests++] = comparisons[i].p;
    stats_holm(corrected, tests);
    for (size_t i = 0, next = 0; i < count; i++) {
        if (compare_is_tested(&comparisons[i]))
            comparisons[i].p_corrected = corrected[next++];
        if (comparisons[i].method != METHOD_CLASS)
            outcome_fill(&comparisons[i], tests);
    }
    free(corrected);
}
