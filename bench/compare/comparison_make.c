/* comparison_make.c - sets the books of a inputs against each other. */
#include "comparison_make.h"

#include <stdlib.h>
#include <string.h>

#define SEED 1 /* of the bootstrap: the same files give the same report */

int comparison_figures_choose(struct comparison_request *wish, const char *list,
                              char error[MEASUREMENTS_REASON_BYTES])
{
    bool all = list != NULL && strcmp(list, "all") == 0;
    for (size_t i = 0; i < figures_count; i++)
        wish->figures[i] = all || figures[i].is_default;
    while (!all && list != NULL && *list != '\0') {
        size_t count = strcspn(list, ",");
        bool found = false;
        for (int source = SOURCE_RESULT; source <= SOURCE_HYPERFINE; source++) {
            const struct figure *figure = figure_find(list, count, (enum figure_source)source);
            if (figure != NULL)
                found = wish->figures[figure - figures] = true;
        }
        if (!found) {
            snprintf(error, MEASUREMENTS_REASON_BYTES,
                     "--figures: there is no '%.*s'; --figures help lists them",
                     (int)(count < 80 ? count : 80), list);
            return -1;
        }
        list += count + (list[count] == ',');
    }
    return 0;
}

static void gated_choose(struct comparison_request *wish)
{
    for (size_t i = 0; i < wish->gate_count; i++)
        for (size_t j = 0; j < figures_count; j++)
            wish->figures[j] |= gate_is_about(&wish->gates[i], &figures[j]);
}

static void pairs_judge(struct comparison_report *report, const struct comparison_request *wish)
{
    for (size_t i = 0; i < report->pair_count; i++) {
        struct comparison_pair *pair = &report->pairs[i];
        if (comparable_refuses(pair->before, pair->after, wish->allowed, pair->refusal))
            continue;
        pair->refusal[0] = '\0';
        pair->in_turns = comparable_is_in_turns(pair->before, pair->after);
        comparable_differences(pair->before, pair->after, pair->differences);
    }
}

static struct comparison *comparison_add(struct comparison_report *report,
                                         const struct comparison_pair *pair)
{
    struct comparison *comparison = &report->comparisons[report->comparison_count++];
    memcpy(comparison->variant, pair->variant, sizeof comparison->variant);
    return comparison;
}

/* Neither side may know a figure, such as instructions where they cannot be counted. */
static bool is_known(const struct measurement_series *before,
                     const struct measurement_series *after)
{
    return before != NULL && after != NULL &&
           before->count + before->left_out + after->count + after->left_out > 0;
}

/* What the pair has of one workload: the figures that are wished for, then the verdict. */
static void workload_compare(struct comparison_report *report, const struct comparison_pair *pair,
                             const char *workload, const struct comparison_request *wish)
{
    struct compare_setup setup = {.in_turns = pair->in_turns, .floor = wish->floor, .seed = SEED};
    for (size_t i = 0; i < figures_count; i++) {
        const struct measurement_series *before =
            measurements_find(pair->before, workload, &figures[i]);
        const struct measurement_series *after =
            measurements_find(pair->after, workload, &figures[i]);
        if (wish->figures[i] && is_known(before, after))
            compare_series(comparison_add(report, pair), before, after, &setup);
    }
    const struct measured_verdict *before = measurements_verdict_find(pair->before, workload);
    const struct measured_verdict *after = measurements_verdict_find(pair->after, workload);
    if (before != NULL && after != NULL)
        compare_verdicts(comparison_add(report, pair), before, after);
}

/* A workload is listed where the first pair that has it comes. */
static bool was_listed(const struct comparison_report *report, size_t pair, size_t series)
{
    const char *workload = report->pairs[pair].before->series[series]->workload;
    for (size_t i = 0; i < series; i++)
        if (strcmp(report->pairs[pair].before->series[i]->workload, workload) == 0)
            return true;
    for (size_t i = 0; i < pair; i++)
        if (report->pairs[i].refusal[0] == '\0' &&
            measurements_has_workload(report->pairs[i].before, workload))
            return true;
    return false;
}

static void pairs_compare(struct comparison_report *report, const struct comparison_request *wish)
{
    for (size_t i = 0; i < report->pair_count; i++) {
        const struct measurements *before = report->pairs[i].before;
        for (size_t j = 0; report->pairs[i].refusal[0] == '\0' && j < before->series_count; j++)
            for (size_t k = i; k < report->pair_count && !was_listed(report, i, j); k++)
                if (report->pairs[k].refusal[0] == '\0')
                    workload_compare(report, &report->pairs[k], before->series[j]->workload, wish);
    }
}

/* No more comparisons than series and verdicts on the old side. */
static void room_make(struct comparison_report *report)
{
    size_t room = 1;
    for (size_t i = 0; i < report->pair_count; i++)
        room += report->pairs[i].before->series_count + report->pairs[i].before->verdict_count;
    report->comparisons = memory_alloc_zeroed(report->zone, room * sizeof *report->comparisons);
}

static void gates_ask(struct comparison_report *report, const struct comparison_request *wish)
{
    size_t room = wish->gate_count * (report->comparison_count + 1) + 1;
    report->gates = wish->gates;
    report->gate_count = wish->gate_count;
    report->findings = memory_alloc_zeroed(report->zone, room * sizeof *report->findings);
    report->finding_count = gates_decide(report->findings, report->gates, report->gate_count,
                                         report->comparisons, report->comparison_count);
}

struct comparison_report *comparison_make(struct inputs *inputs,
                                          const struct comparison_request *wished)
{
    struct memory_zone *zone = memory_zone_create();
    struct comparison_report *report = memory_alloc_zeroed(zone, sizeof *report);
    struct comparison_request wish = *wished;
    report->zone = zone;
    gated_choose(&wish);
    report->pairs = memory_alloc_zeroed(zone, INPUTS_PATHS_MAX * sizeof *report->pairs);
    report->pair_count = inputs_pairs(inputs, report->pairs);
    report->notes = inputs->notes;
    report->note_count = inputs->note_count;
    pairs_judge(report, &wish);
    room_make(report);
    pairs_compare(report, &wish);
    compare_decide(report->comparisons, report->comparison_count);
    for (size_t i = 0; i < report->comparison_count; i++)
        report->tests += compare_is_tested(&report->comparisons[i]);
    gates_ask(report, &wish);
    return report;
}

void comparison_destroy(struct comparison_report *report)
{
    struct memory_zone *zone = report->zone;
    memory_free(report->findings);
    memory_free(report->comparisons);
    memory_free(report->pairs);
    memory_free(report);
    memory_zone_destroy(zone);
}
