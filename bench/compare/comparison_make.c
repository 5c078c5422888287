/* comparison_make.c - compares all figures of all pairs. */
#include "comparison_make.h"

#include "xmalloc.h"

#include <stdlib.h>
#include <string.h>

#define SEED 1 /* of the bootstrap: the same files give the same report */

/* Selects it for every program that has a figure of this name. */
static bool figure_choose(struct comparison_request *request, const char *name, size_t count)
{
    bool found = false;
    for (int source = SOURCE_RESULT; source <= SOURCE_HYPERFINE; source++) {
        const struct figure *figure = figure_find(name, count, (enum figure_source)source);
        if (figure != NULL)
            found = request->figures[figure - figures] = request->named[figure - figures] = true;
    }
    return found;
}

int comparison_figures_choose(struct comparison_request *request, const char *list,
                              struct error *error)
{
    bool all = list != NULL && strcmp(list, "all") == 0;
    for (size_t i = 0; i < figures_count; i++)
        request->figures[i] = (request->named[i] = all) || figures[i].is_default;
    while (!all && list != NULL && *list != '\0') {
        size_t count = strcspn(list, ",");
        if (!figure_choose(request, list, count))
            return error_set(error, "--figures: there is no '%.*s'; --figures help lists them",
                             (int)count, list);
        list += count + (list[count] == ',');
    }
    return 0;
}

/* Selects the figures of the gates, too. */
static void gated_choose(struct comparison_request *request)
{
    for (size_t i = 0; i < request->gate_count; i++)
        for (size_t j = 0; j < figures_count; j++)
            if (gate_applies(&request->gates[i], &figures[j]))
                request->figures[j] = request->named[j] = true;
}

static void pairs_check(struct comparison_report *report, const struct comparison_request *request)
{
    for (size_t i = 0; i < report->pair_count; i++) {
        struct comparison_pair *pair = &report->pairs[i];
        if (comparable_check(pair->before, pair->after, request->allowed, &pair->refusal) != 0)
            continue;
        pair->interleaved = comparable_is_interleaved(pair->before, pair->after);
        pair->differences = comparable_differences(pair->before, pair->after);
    }
}

static struct comparison *comparison_add(struct comparison_report *report,
                                         const struct comparison_pair *pair)
{
    struct comparison *comparison = &report->comparisons[report->comparison_count++];
    memcpy(comparison->variant, pair->variant, sizeof comparison->variant);
    return comparison;
}

/* False if no run of either side has a value, such as instructions on a machine that cannot count
 * them. */
static bool is_known(const struct measurement_series *before,
                     const struct measurement_series *after)
{
    return before != NULL && after != NULL &&
           before->count + before->moments.count + before->left_out + after->count +
                   after->moments.count + after->left_out >
               0;
}

/* Whether a series of the figure is compared. */
static bool is_chosen(const struct comparison_request *request, size_t figure,
                      const struct measurement_series *series)
{
    if (series == NULL || series->choice == CHOICE_OF_FIGURE)
        return request->figures[figure];
    return series->choice == CHOICE_ALWAYS || request->named[figure];
}

static void figure_compare(struct comparison_report *report, const struct comparison_pair *pair,
                           const char *workload, const struct figure *figure,
                           const struct compare_setup *setup)
{
    const struct measurement_series *before = measurements_find(pair->before, workload, figure);
    const struct measurement_series *after = measurements_find(pair->after, workload, figure);
    if (is_known(before, after))
        compare_series(comparison_add(report, pair), before, after, setup);
}

/* Compares the requested figures of one workload, then the verdict. */
static void workload_compare(struct comparison_report *report, const struct comparison_pair *pair,
                             const char *workload, const struct comparison_request *request)
{
    struct compare_setup setup = {
        .interleaved = pair->interleaved, .floor = request->floor, .seed = SEED};
    for (size_t i = 0; i < figures_count; i++)
        if (is_chosen(request, i, measurements_find(pair->before, workload, &figures[i])))
            figure_compare(report, pair, workload, &figures[i], &setup);
    for (size_t i = 0; request->counters != NULL && i < request->counters->count; i++)
        figure_compare(report, pair, workload, &request->counters->figures[i], &setup);
    const struct measured_verdict *before = measurements_verdict_find(pair->before, workload);
    const struct measured_verdict *after = measurements_verdict_find(pair->after, workload);
    if (before != NULL && after != NULL)
        compare_verdicts(comparison_add(report, pair), before, after);
}

/* Whether the workload of this series was compared before: a workload's rows of all pairs stand
 * together, at its first pair. */
static bool was_listed(const struct comparison_report *report, size_t pair, size_t series)
{
    const char *workload = report->pairs[pair].before->series[series]->workload;
    for (size_t i = 0; i < series; i++)
        if (strcmp(report->pairs[pair].before->series[i]->workload, workload) == 0)
            return true;
    for (size_t i = 0; i < pair; i++)
        if (report->pairs[i].refusal.text[0] == '\0' &&
            measurements_has_workload(report->pairs[i].before, workload))
            return true;
    return false;
}

static void pairs_compare(struct comparison_report *report,
                          const struct comparison_request *request)
{
    for (size_t i = 0; i < report->pair_count; i++) {
        const struct measurements *before = report->pairs[i].before;
        for (size_t j = 0; report->pairs[i].refusal.text[0] == '\0' && j < before->series_count;
             j++)
            for (size_t k = i; k < report->pair_count && !was_listed(report, i, j); k++)
                if (report->pairs[k].refusal.text[0] == '\0')
                    workload_compare(report, &report->pairs[k], before->series[j]->workload,
                                     request);
    }
}

/* At most one comparison for each series and verdict of the old side. */
static void comparisons_allocate(struct comparison_report *report)
{
    size_t capacity = 1;
    for (size_t i = 0; i < report->pair_count; i++)
        capacity += report->pairs[i].before->series_count + report->pairs[i].before->verdict_count;
    report->comparisons = xcalloc(capacity, sizeof *report->comparisons);
}

static void gates_apply(struct comparison_report *report, const struct comparison_request *request)
{
    size_t capacity = request->gate_count * (report->comparison_count + 1) + 1;
    report->gates = request->gates;
    report->gate_count = request->gate_count;
    report->findings = xcalloc(capacity, sizeof *report->findings);
    report->finding_count = gates_decide(report->findings, report->gates, report->gate_count,
                                         report->comparisons, report->comparison_count);
}

struct comparison_report *comparison_make(struct inputs *inputs,
                                          const struct comparison_request *request)
{
    struct comparison_report *report = xcalloc(1, sizeof *report);
    struct comparison_request with_gated = *request;
    gated_choose(&with_gated);
    report->pairs = xcalloc(INPUTS_FILES_MAX, sizeof *report->pairs);
    report->pair_count = inputs_pairs(inputs, report->pairs);
    report->notes = inputs->notes;
    report->note_count = inputs->note_count;
    pairs_check(report, request);
    comparisons_allocate(report);
    pairs_compare(report, &with_gated);
    compare_decide(report->comparisons, report->comparison_count);
    for (size_t i = 0; i < report->comparison_count; i++)
        report->tests += compare_is_tested(&report->comparisons[i]);
    gates_apply(report, request);
    return report;
}

void comparison_destroy(struct comparison_report *report)
{
    for (size_t i = 0; i < report->pair_count; i++)
        free(report->pairs[i].differences);
    free(report->findings);
    free(report->comparisons);
    free(report->pairs);
    free(report);
}
