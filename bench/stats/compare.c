/* compare.c - decides from tests, intervals and noise floors whether a figure changed. */
#include "compare.h"

#include "blocks.h"
#include "judgement_parts.h"
#include "stats_rank.h"
#include "xmalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char generator_lack[] = "slices were limited by the load generator";

const char *const compare_method_names[] = {
    [METHOD_NONE] = "none",         [METHOD_EXACT] = "exact",   [METHOD_TOLERANCE] = "tolerance",
    [METHOD_INTERVAL] = "interval", [METHOD_BLOCKS] = "blocks", [METHOD_UNPAIRED] = "unpaired",
    [METHOD_MOMENTS] = "moments",   [METHOD_CLASS] = "class",
};

const char *const compare_outcome_names[] = {
    [OUTCOME_SAME] = "same",
    [OUTCOME_BETTER] = "better",
    [OUTCOME_WORSE] = "worse",
    [OUTCOME_UNKNOWN] = "cannot tell",
};

static bool all_above_zero(const struct measurement_series *series)
{
    if (series->count == 0 && series->moments.count > 0)
        return series->moments.mean > 0;
    for (size_t i = 0; i < series->count; i++)
        if (series->values[i] <= 0)
            return false;
    return true;
}

static enum compare_outcome direction_outcome(const struct comparison *comparison, bool rose)
{
    return rose == (comparison->figure->direction == MORE_IS_BETTER) ? OUTCOME_BETTER
                                                                     : OUTCOME_WORSE;
}

/* From the nearest to the farthest values of both sides. */
static struct stats_interval difference_of(const struct comparison *comparison)
{
    const struct stats_interval *before = &comparison->before, *after = &comparison->after;
    return (struct stats_interval){.value = after->value - before->value,
                                   .low = after->low - before->high,
                                   .high = after->high - before->low};
}

static struct stats_interval ratio_of(const struct comparison *comparison)
{
    const struct stats_interval *before = &comparison->before, *after = &comparison->after;
    return (struct stats_interval){.value = after->value / before->value,
                                   .low = after->low / before->high,
                                   .high = after->high / before->low};
}

static void change_fill(struct comparison *comparison)
{
    comparison->change = comparison->has_ratio ? ratio_of(comparison) : difference_of(comparison);
    comparison->is_sure = true;
    comparison->floor_is_known = true;
}

/* Hits that print alike are the same, as in a judgement. */
static bool is_same_value(const struct comparison *comparison)
{
    if (comparison->figure->unit == UNIT_SHARE)
        return judged_hits_steps(comparison->before.value) ==
               judged_hits_steps(comparison->after.value);
    return fabs(comparison->after.value - comparison->before.value) <= 0;
}

static void exact_fill(struct comparison *comparison)
{
    comparison->method = METHOD_EXACT;
    change_fill(comparison);
    comparison->outcome =
        is_same_value(comparison)
            ? OUTCOME_SAME
            : direction_outcome(comparison, comparison->after.value > comparison->before.value);
}

double compare_tolerance(const struct figure *figure, double value)
{
    double more = figure->kind == KIND_MEMORY ? FIGURE_MEMORY_BYTES : 0;
    return figure->floor * fabs(value) + more;
}

static void tolerance_fill(struct comparison *comparison)
{
    char tolerance[UNITS_TEXT_BYTES];
    struct stats_interval difference = difference_of(comparison);
    comparison->method = METHOD_TOLERANCE;
    change_fill(comparison);
    comparison->floor = compare_tolerance(
        comparison->figure, fmax(fabs(comparison->before.value), fabs(comparison->after.value)));
    double different = COMPARE_DIFFERENT * comparison->floor;
    if (fabs(difference.value) <= comparison->floor && difference.low >= -different &&
        difference.high <= different)
        comparison->outcome = OUTCOME_SAME;
    else if (difference.low > different || difference.high < -different)
        comparison->outcome = direction_outcome(comparison, difference.value > 0);
    else {
        comparison->outcome = OUTCOME_UNKNOWN;
        snprintf(comparison->reason, sizeof comparison->reason,
                 "two runs of one program may differ by %s",
                 figure_format(tolerance, comparison->figure, comparison->floor));
    }
}

static void growth_fill(struct comparison *comparison, bool are_bounded)
{
    comparison->method = METHOD_INTERVAL;
    change_fill(comparison);
    const struct stats_interval *change = &comparison->change;
    double floor = comparison->floor = comparison->figure->floor;
    bool are_apart = change->low > 0 || change->high < 0;
    if (are_apart && fabs(change->value) >= floor)
        comparison->outcome = direction_outcome(comparison, change->value > 0);
    else if (are_bounded || (change->low >= -floor && change->high <= floor))
        comparison->outcome = OUTCOME_SAME;
    else {
        comparison->outcome = OUTCOME_UNKNOWN;
        snprintf(comparison->reason, sizeof comparison->reason, "%s",
                 are_apart ? "the intervals are apart, but not far enough"
                           : "the intervals overlap; a longer run may tell");
    }
}

static void unpaired_fill(struct comparison *comparison, const struct measurement_series *before,
                          const struct measurement_series *after, uint64_t seed)
{
    struct stats_test test =
        stats_mann_whitney(before->values, before->count, after->values, after->count);
    comparison->method = METHOD_UNPAIRED;
    comparison->p = test.p;
    comparison->effect = test.effect;
    comparison->is_sure =
        before->count >= STATS_BOOTSTRAP_MIN && after->count >= STATS_BOOTSTRAP_MIN;
    comparison->change = (comparison->has_ratio ? stats_ratio_interval : stats_difference_interval)(
        before->values, before->count, after->values, after->count, seed);
}

static struct stats_moments moments_of(const struct measurement_series *series)
{
    return series->count > 0 ? stats_moments_of(series->values, series->count) : series->moments;
}

static void moments_fill(struct comparison *comparison, const struct measurement_series *before,
                         const struct measurement_series *after)
{
    const struct stats_moments first = moments_of(before), second = moments_of(after);
    comparison->method = METHOD_MOMENTS;
    comparison->before = stats_mean_interval(&first);
    comparison->after = stats_mean_interval(&second);
    comparison->before_count = first.count;
    comparison->after_count = second.count;
    comparison->change =
        stats_moments_compare(&first, &second, comparison->has_ratio, &comparison->p);
    comparison->is_sure = stats_moments_suffice(&first) && stats_moments_suffice(&second);
}

static void floor_fill(struct comparison *comparison, const struct measurement_series *before,
                       const struct measurement_series *after, const struct compare_setup *setup)
{
    double known = fmax(before->floor, after->floor);
    comparison->floor_is_known = known >= 0 || setup->floor >= 0;
    comparison->floor = comparison->figure->floor *
                        (setup->interleaved ? FIGURE_FLOOR_PAIRED : FIGURE_FLOOR_UNPAIRED);
    if (known >= 0)
        comparison->floor = known;
    if (setup->floor >= 0)
        comparison->floor = setup->floor;
    if (!comparison->has_ratio)
        comparison->floor *= fmax(fabs(comparison->before.value), fabs(comparison->after.value));
}

static void lack_explain(struct comparison *comparison, const char *reason)
{
    comparison->method = METHOD_NONE;
    comparison->outcome = OUTCOME_UNKNOWN;
    snprintf(comparison->reason, sizeof comparison->reason, "%s", reason);
}

static struct stats_interval side_interval(const struct measurement_series *series, uint64_t seed)
{
    struct stats_interval side = stats_median_interval(series->values, series->count, seed);
    if (series->figure->kind == KIND_GROWTH) {
        side.low = fmin(side.low, series->low);
        side.high = fmax(side.high, series->high);
    }
    return side;
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
    comparison->before = side_interval(before, seed);
    comparison->after = side_interval(after, seed);
}

static struct blocks_series series_of(const struct measurement_series *series)
{
    return (struct blocks_series){series->values, series->repetitions, series->count};
}

static bool has_repetitions(const struct measurement_series *series,
                            const struct measurement_series *base)
{
    struct blocks_series own = series_of(series), wanted = series_of(base);
    return blocks_has_all(&own, &wanted);
}

/* Blocks are complete: a side that lacks a value is not compared. */
static void turns_fill(struct comparison *comparison, const struct measurement_series *before,
                       const struct measurement_series *after)
{
    comparison->base = before;
    comparison->other = after;
    comparison->method = METHOD_BLOCKS;
    if (comparison->left_out > 0)
        lack_explain(comparison, generator_lack);
    else if (!has_repetitions(after, before))
        lack_explain(comparison, judged_lacks[LACK_REPETITIONS]);
    else if (!comparison->has_ratio)
        lack_explain(comparison, "a value of 0 has no ratio");
}

static void speed_fill(struct comparison *comparison, const struct measurement_series *before,
                       const struct measurement_series *after, const struct compare_setup *setup)
{
    floor_fill(comparison, before, after, setup);
    if (before->count == 0 || after->count == 0)
        moments_fill(comparison, before, after);
    else if (setup->interleaved)
        turns_fill(comparison, before, after);
    else
        unpaired_fill(comparison, before, after, setup->seed);
}

/* Means alone are compared of speeds only. */
static bool is_measured(const struct measurement_series *series)
{
    return series->count > 0 || (series->moments.count > 0 && series->figure->kind == KIND_SPEED);
}

void compare_series(struct comparison *comparison, const struct measurement_series *before,
                    const struct measurement_series *after, const struct compare_setup *setup)
{
    enum figure_kind kind = before->figure->kind;
    sides_fill(comparison, before, after, setup->seed);
    comparison->has_ratio = kind != KIND_GROWTH && all_above_zero(before) && all_above_zero(after);
    if (!is_measured(before) || !is_measured(after))
        lack_explain(comparison,
                     comparison->left_out > 0 ? generator_lack : "one side has no value");
    else if (before->doubt[0] != '\0' || after->doubt[0] != '\0')
        lack_explain(comparison, before->doubt[0] != '\0' ? before->doubt : after->doubt);
    else if (kind == KIND_SPEED)
        speed_fill(comparison, before, after, setup);
    else if (kind == KIND_GROWTH)
        growth_fill(comparison, before->is_bounded && after->is_bounded);
    else if (before->is_exact && after->is_exact && before->seeds[0] == after->seeds[0])
        exact_fill(comparison);
    else
        tolerance_fill(comparison);
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
    return comparison->method == METHOD_UNPAIRED || comparison->method == METHOD_MOMENTS;
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

/* Both ends of the interval must lie beyond the floor, too: the interval shows how the repetitions
 * scatter, the floor how far the machine may have drifted between the two benches, and the two add
 * up. */
bool compare_is_beyond_floor(const struct comparison *comparison)
{
    const struct stats_interval *change = &comparison->change;
    double floor = floor_distance(comparison);
    return distance_of(comparison, change->low) > floor &&
           distance_of(comparison, change->high) > floor &&
           distance_of(comparison, change->value) > floor;
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

uint64_t compare_repeats_least(size_t tests)
{
    double alpha = COMPARE_ALPHA / (double)(tests > 0 ? tests : 1);
    size_t n = STATS_BOOTSTRAP_MIN;
    while (n < COMPARE_REPEATS_MAX && stats_mann_whitney_least(n, n) > alpha)
        n++;
    return n;
}

static size_t repeats_of(const struct comparison *comparison)
{
    return comparison->before_count < comparison->after_count ? comparison->before_count
                                                              : comparison->after_count;
}

bool compare_repeats_suffice(const struct comparison *comparison, size_t tests)
{
    if (comparison->method == METHOD_BLOCKS || comparison->method == METHOD_MOMENTS)
        return comparison->is_sure;
    return repeats_of(comparison) >= compare_repeats_least(tests);
}

/* How many repetitions make the interval so narrow that `room` is enough. Its width falls with the
 * square root of their number. 0: more than COMPARE_REPEATS_MAX. */
static uint64_t repeats_guess(const struct comparison *comparison, double room)
{
    const struct stats_interval *change = &comparison->change;
    double half =
        (comparison->has_ratio ? log(change->high / change->low) : change->high - change->low) / 2;
    double repeats = (double)repeats_of(comparison);
    double needed = repeats * (half / room) * (half / room);
    if (!(room > 0) || !(needed < COMPARE_REPEATS_MAX))
        return 0;
    return (uint64_t)fmax(ceil(needed), repeats + 1);
}

static void few_explain(struct comparison *comparison, uint64_t least)
{
    size_t repeats = repeats_of(comparison);
    comparison->outcome = OUTCOME_UNKNOWN;
    comparison->repeats_needed = least;
    snprintf(comparison->reason, sizeof comparison->reason,
             "only %zu repetition%s; at least %llu are needed", repeats, repeats == 1 ? "" : "s",
             (unsigned long long)least);
}

static void width_explain(struct comparison *comparison, double room)
{
    comparison->outcome = OUTCOME_UNKNOWN;
    comparison->repeats_needed = repeats_guess(comparison, room);
    if (comparison->repeats_needed > 0)
        snprintf(comparison->reason, sizeof comparison->reason, "about %llu repetitions may tell",
                 (unsigned long long)comparison->repeats_needed);
    else
        snprintf(comparison->reason, sizeof comparison->reason, "needs more than %d repetitions",
                 COMPARE_REPEATS_MAX);
}

static void tested_decide(struct comparison *comparison, size_t tests)
{
    if (is_inside_floor(comparison))
        comparison->outcome = OUTCOME_SAME;
    else if (comparison->p_corrected <= COMPARE_ALPHA && excludes_no_change(comparison) &&
             comparison->is_sure && compare_is_beyond_floor(comparison))
        comparison->outcome = direction_outcome(comparison, change_of(comparison) > 0);
    else if (!compare_repeats_suffice(comparison, tests))
        few_explain(comparison, comparison->method == METHOD_MOMENTS
                                    ? STATS_MOMENTS_MIN
                                    : compare_repeats_least(tests));
    else
        width_explain(comparison, fabs(floor_distance(comparison) -
                                       distance_of(comparison, comparison->change.value)));
}

static void block_decide(struct comparison *comparison, double difference, double half)
{
    double distance = fabs(difference), floor = floor_distance(comparison);
    comparison->is_sure = !isnan(half);
    comparison->change =
        (struct stats_interval){exp(difference), exp(difference - half), exp(difference + half)};
    if (!comparison->is_sure)
        few_explain(comparison, BLOCKS_REPETITIONS_MIN);
    else if (distance > half && (distance > floor || !comparison->floor_is_known))
        comparison->outcome = direction_outcome(comparison, difference > 0);
    else if (distance + half <= floor)
        comparison->outcome = OUTCOME_SAME;
    else
        width_explain(comparison, fmax(distance, floor - distance));
}

static bool is_of_block(const struct comparison *comparison, const struct measurement_series *base)
{
    return comparison->method == METHOD_BLOCKS && comparison->base == base;
}

static bool has_control(const struct measurement_series *series,
                        const struct measurement_series *base)
{
    return series->control != NULL && series->control->left_out == 0 &&
           all_above_zero(series->control) && has_repetitions(series->control, base);
}

/* The series that are compared with one base, which is the first of them. */
struct block {
    struct blocks_series *series, control;
    size_t count;  /* without the control */
    size_t copied; /* the one that has a control; count: none */
};

static void block_add(struct block *block, const struct measurement_series *series,
                      const struct measurement_series *base)
{
    bool had = block->copied < block->count, has = !had && has_control(series, base);
    if (has)
        block->control = series_of(series->control);
    block->series[block->count++] = series_of(series);
    if (!had && !has)
        block->copied = block->count;
}

static struct block block_collect(const struct comparison *comparisons, size_t count,
                                  const struct measurement_series *base)
{
    struct block block = {.series = xcalloc(count + 1, sizeof *block.series)};
    block_add(&block, base, base);
    for (size_t i = 0; i < count; i++)
        if (is_of_block(&comparisons[i], base))
            block_add(&block, comparisons[i].other, base);
    return block;
}

/* Decides all comparisons with this base. */
static void blocks_decide(struct comparison *comparisons, size_t count,
                          const struct measurement_series *base)
{
    struct block block = block_collect(comparisons, count, base);
    struct blocks blocks;
    blocks_compare(&blocks, block.series, block.count, 0,
                   block.copied < block.count ? &block.control : NULL, block.copied);
    for (size_t i = 0, at = 1; i < count; i++)
        if (is_of_block(&comparisons[i], base))
            block_decide(&comparisons[i], blocks.effects[at++] - blocks.effects[0], blocks.half);
    blocks_release(&blocks);
    free(block.series);
}

static bool is_first_of_block(const struct comparison *comparisons, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (is_of_block(&comparisons[i], comparisons[at].base))
            return false;
    return comparisons[at].method == METHOD_BLOCKS;
}

static void tests_decide(struct comparison *comparisons, size_t count)
{
    size_t tests = 0;
    double *corrected = xreallocarray(NULL, count + 1, sizeof *corrected);
    for (size_t i = 0; i < count; i++)
        if (compare_is_tested(&comparisons[i]))
            corrected[tests++] = comparisons[i].p;
    stats_holm(corrected, tests);
    for (size_t i = 0, next = 0; i < count; i++)
        if (compare_is_tested(&comparisons[i])) {
            comparisons[i].p_corrected = corrected[next++];
            tested_decide(&comparisons[i], tests);
        }
    free(corrected);
}

void compare_decide(struct comparison *comparisons, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_first_of_block(comparisons, i))
            blocks_decide(comparisons, count, comparisons[i].base);
    tests_decide(comparisons, count);
}
