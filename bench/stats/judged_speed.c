/* judged_speed.c - compares CPU per request over randomised complete blocks. */
#include "judgement_parts.h"

#include "blocks.h"
#include "provenance.h"
#include "sentence.h"
#include "xmalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MOST 3

const char *const judged_lacks[JUDGED_LACKS] = {
    [LACK_NOTHING] = "",
    [LACK_SPEEDS] = "it was not measured",
    [LACK_REFERENCE] = "the reference was not measured",
    [LACK_TURNS] = "its runs took no turns with others",
    [LACK_BENCH] = "it is of another bench than the reference",
    [LACK_REPETITIONS] = "repetitions are missing",
};

/* The CPU time per request in each repetition. */
struct cpu_series {
    double values[STATS_VALUES_MAX];
    uint64_t repetitions[STATS_VALUES_MAX];
    struct blocks_series series;
};

static void cpu_fill(struct cpu_series *cpu, const struct result *result, const char *workload)
{
    size_t count = 0;
    for (size_t i = 0; i < result->speed_count && count < STATS_VALUES_MAX; i++) {
        const struct result_speed *speed = &result->speeds[i];
        if (strcmp(speed->workload, workload) != 0 || !isfinite(speed->cpu_us_per_request) ||
            speed->cpu_us_per_request <= 0)
            continue;
        cpu->values[count] = speed->cpu_us_per_request;
        cpu->repetitions[count++] = speed->repetition;
    }
    cpu->series = (struct blocks_series){cpu->values, cpu->repetitions, count};
}

/* Why the variant cannot be compared with the reference, NULL: there is none. */
static enum judged_lack lack_of(const struct result *result, const struct blocks_series *series,
                                const struct result *reference, const struct blocks_series *base)
{
    if (series->count == 0)
        return LACK_SPEEDS;
    if (reference == NULL || base->count == 0)
        return LACK_REFERENCE;
    if (result->runs_as_speeds)
        return LACK_TURNS;
    if (!made_by_one_bench(&result->made_by, &reference->made_by))
        return LACK_BENCH;
    return blocks_has_all(series, base) ? LACK_NOTHING : LACK_REPETITIONS;
}

static struct stats_interval ratio_of(double difference, double half)
{
    return (struct stats_interval){exp(difference), exp(difference - half), exp(difference + half)};
}

bool judged_is_cheaper(const struct judged_speed *speed, const struct judged_row *one,
                       const struct judged_row *other)
{
    return other->effect - one->effect > speed->half;
}

static void ranks_fill(struct judged_workload *workload)
{
    struct judged_speed *speed = &workload->speed;
    double widest = 0;
    for (size_t i = 0; i < workload->served_count; i++) {
        struct judged_row *row = &workload->rows[i];
        row->cpu_rank = row->lack == LACK_NOTHING;
        for (size_t j = 0; j < workload->served_count && row->cpu_rank > 0; j++) {
            const struct judged_row *other = &workload->rows[j];
            row->cpu_rank += judged_is_cheaper(speed, other, row);
            if (other->lack == LACK_NOTHING && j != i)
                widest = fmax(widest, fabs(other->effect - row->effect) + speed->half);
        }
        speed->resolved |= row->cpu_rank > 1;
    }
    speed->widest = exp(widest) - 1;
}

static void rows_compare(struct judged_workload *workload, const struct judged_row *reference)
{
    struct judged_speed *speed = &workload->speed;
    for (size_t i = 0; i < workload->served_count; i++) {
        struct judged_row *row = &workload->rows[i];
        if (row->lack != LACK_NOTHING)
            continue;
        row->cpu_ratio = ratio_of(row->effect - reference->effect, speed->half);
        if (row == reference)
            row->cpu_ratio = (struct stats_interval){1, 1, 1};
    }
    if (!isnan(speed->half))
        ranks_fill(workload);
}

static void effects_fill(struct judged_workload *workload, const struct blocks *blocks)
{
    size_t at = 0;
    for (size_t i = 0; i < workload->served_count; i++)
        if (workload->rows[i].lack == LACK_NOTHING)
            workload->rows[i].effect = blocks->effects[at++];
}

static void rounds_fill(struct judged_speed *speed, const struct result *result,
                        const char *workload)
{
    for (size_t i = 0; i < result->speed_count; i++)
        if (strcmp(result->speeds[i].workload, workload) == 0 &&
            (speed->rounds == 0 || result->speeds[i].rounds < speed->rounds))
            speed->rounds = result->speeds[i].rounds;
}

static void fit_take(struct judged_workload *workload, const struct blocks *blocks,
                     const struct judged_row *reference)
{
    struct judged_speed *speed = &workload->speed;
    speed->half = blocks->half;
    speed->deviation = blocks->deviation;
    speed->freedom = blocks->freedom;
    speed->outliers = blocks->outliers;
    if (speed->has_control) {
        speed->control = ratio_of(blocks->control, blocks->half_one);
        speed->control_differs = fabs(blocks->control) > blocks->half_one;
    }
    effects_fill(workload, blocks);
    rows_compare(workload, reference);
}

/* all: of each row, then of the control. */
static void blocks_judge(struct judged_workload *workload, const struct judged_row *reference,
                         const struct cpu_series *all)
{
    struct judged_speed *speed = &workload->speed;
    struct blocks_series *compared = xcalloc(speed->variants + 1, sizeof *compared);
    struct blocks blocks;
    size_t count = 0, base = 0;
    for (size_t i = 0; i < workload->served_count; i++) {
        const struct judged_row *row = &workload->rows[i];
        if (row->lack != LACK_NOTHING)
            continue;
        if (row == reference)
            base = count;
        compared[count++] = all[i].series;
        rounds_fill(speed, row->result, workload->name);
    }
    blocks_compare(&blocks, compared, count, base,
                   speed->has_control ? &all[workload->served_count].series : NULL, base);
    fit_take(workload, &blocks, reference);
    blocks_release(&blocks);
    free(compared);
}

void judge_speed(struct judged_workload *workload, const char *reference_name,
                 const struct result *control)
{
    struct judged_speed *speed = &workload->speed;
    size_t served = workload->served_count;
    const struct judged_row *reference = judged_row_find(workload, reference_name);
    const struct result *base = reference != NULL ? reference->result : NULL;
    struct cpu_series *all = xcalloc(served + 2, sizeof *all), *of_base = &all[served + 1];
    *speed = (struct judged_speed){
        .half = NAN, .deviation = NAN, .widest = NAN, .control = {NAN, NAN, NAN}};
    if (base != NULL)
        cpu_fill(of_base, base, workload->name);
    for (size_t i = 0; i < served; i++) {
        struct judged_row *row = &workload->rows[i];
        cpu_fill(&all[i], row->result, workload->name);
        row->lack = lack_of(row->result, &all[i].series, base, &of_base->series);
        speed->variants += row->lack == LACK_NOTHING;
    }
    speed->repetitions = of_base->series.count;
    speed->known = speed->variants > 1 && reference != NULL && reference->lack == LACK_NOTHING;
    if (speed->known && control != NULL && strcmp(control->variant, reference_name) == 0) {
        cpu_fill(&all[served], control, workload->name);
        speed->has_control =
            lack_of(control, &all[served].series, base, &of_base->series) == LACK_NOTHING;
    }
    if (speed->known)
        blocks_judge(workload, reference, all);
    free(all);
}

/* Digits behind the point of a value that is known to +-half: 0.04 has 2, 0.4 has 1. */
static int digits_of(double half)
{
    int digits = (int)ceil(-log10(half));
    return half <= 0 || digits > DIGITS_MOST ? DIGITS_MOST : digits < 0 ? 0 : digits;
}

const char *judged_cpu_text(const struct judgement *judgement, const struct judged_row *row,
                            char text[JUDGEMENT_TEXT_BYTES])
{
    const struct stats_interval *ratio = &row->cpu_ratio;
    double half = fmax(ratio->high - ratio->value, ratio->value - ratio->low);
    if (isnan(ratio->value))
        snprintf(text, JUDGEMENT_TEXT_BYTES, "-");
    else if (strcmp(row->variant, judgement->reference) == 0)
        snprintf(text, JUDGEMENT_TEXT_BYTES, "1");
    else if (isnan(ratio->low))
        snprintf(text, JUDGEMENT_TEXT_BYTES, "~%.2f", ratio->value);
    else
        snprintf(text, JUDGEMENT_TEXT_BYTES, "%.*f +-%.*f", digits_of(half), ratio->value,
                 digits_of(half), half);
    return text;
}

/* The sentence. */

/* Whether the row is established as different from the reference. */
static bool is_different(const struct judged_speed *speed, const struct judged_row *row,
                         const struct judged_row *reference)
{
    return row->lack == LACK_NOTHING &&
           (judged_is_cheaper(speed, row, reference) || judged_is_cheaper(speed, reference, row));
}

/* "8 % (5 to 11) less" */
static void difference_print(FILE *out, const struct judged_row *row)
{
    const struct stats_interval *ratio = &row->cpu_ratio;
    bool less = ratio->value < 1;
    double low = less ? 1 - ratio->high : ratio->low - 1;
    double high = less ? 1 - ratio->low : ratio->high - 1;
    /* An established difference has no end at 0 %. */
    int digits = sentence_digits(fmin((high - low) / 2, 2 * low));
    fprintf(out, "%.*f %% (%.*f to %.*f) %s", digits, 100 * fabs(ratio->value - 1), digits,
            100 * low, digits, 100 * high, less ? "less" : "more");
}

/* The largest difference that is possible among those like the reference. Returns their number. */
static size_t others_bound(const struct judged_workload *workload,
                           const struct judged_row *reference, double *widest)
{
    const struct judged_speed *speed = &workload->speed;
    double least = INFINITY, most = -INFINITY;
    size_t count = 0;
    for (size_t i = 0; i < workload->served_count; i++) {
        const struct judged_row *row = &workload->rows[i];
        if (row->lack != LACK_NOTHING || is_different(speed, row, reference))
            continue;
        least = fmin(least, row->effect);
        most = fmax(most, row->effect);
        count++;
    }
    *widest = exp(most - least + speed->half) - 1;
    return count;
}

static void control_print(FILE *out, const struct judged_speed *speed, const char *reference)
{
    double difference = exp(fabs(log(speed->control.value))) - 1;
    int digits = sentence_digits(difference);
    fprintf(out, "two copies of %s differ by %.*f %%: no difference below that is said; ",
            reference, digits, 100 * difference);
}

/* Those that differ from the reference, the cheapest first. Returns their number. */
static size_t different_fill(const struct judged_row **rows, const struct judged_workload *workload,
                             const struct judged_row *reference)
{
    size_t count = 0;
    for (size_t i = 0; i < workload->served_count; i++) {
        const struct judged_row *row = &workload->rows[i];
        if (!is_different(&workload->speed, row, reference))
            continue;
        size_t to = count++;
        for (; to > 0 && rows[to - 1]->effect > row->effect; to--)
            rows[to] = rows[to - 1];
        rows[to] = row;
    }
    return count;
}

/* "weak costs 8 % (5 to 11) less CPU per request than lru; null 20 % (17 to 23) more". Returns how
 * many differ from the reference. */
static size_t differences_print(FILE *out, const struct judged_workload *workload,
                                const struct judged_row *reference)
{
    const struct judged_row **rows = xcalloc(workload->served_count + 1, sizeof *rows);
    size_t count = different_fill(rows, workload, reference);
    for (size_t i = 0; i < count && i < JUDGEMENT_NAMES_MAX; i++) {
        fprintf(out, "%s%s %s", i > 0 ? "; " : "", rows[i]->variant, i > 0 ? "" : "costs ");
        difference_print(out, rows[i]);
        if (i == 0)
            fprintf(out, " CPU per request than %s", reference->variant);
    }
    if (count > JUDGEMENT_NAMES_MAX)
        fprintf(out, "; %zu more differ from it", count - JUDGEMENT_NAMES_MAX);
    free(rows);
    return count;
}

static void speed_describe(FILE *out, const struct judged_workload *workload,
                           const struct judged_row *reference)
{
    double widest;
    if (workload->speed.control_differs)
        control_print(out, &workload->speed, reference->variant);
    size_t different = differences_print(out, workload, reference);
    size_t others = others_bound(workload, reference, &widest);
    int digits = sentence_digits(widest);
    if (others > 1)
        fprintf(out, "%sno two of %s %zu differ by more than %.*f %%%s", different > 0 ? "; " : "",
                different > 0 ? "the other" : "these", others, digits,
                sentence_bound(widest, digits), different > 0 ? "" : " in CPU per request");
}

char *speed_sentence(const struct judged_workload *workload, const char *reference_name)
{
    const struct judged_speed *speed = &workload->speed;
    const struct judged_row *reference = judged_row_find(workload, reference_name);
    char *text;
    size_t bytes;
    FILE *out = xmemstream(&text, &bytes);
    if (speed->known && isnan(speed->half))
        fprintf(out, "speed is not compared: %d repetitions are needed, there %s %llu",
                BLOCKS_REPETITIONS_MIN, speed->repetitions == 1 ? "is" : "are",
                (unsigned long long)speed->repetitions);
    else if (speed->known && reference != NULL)
        speed_describe(out, workload, reference);
    fclose(out);
    return text;
}
