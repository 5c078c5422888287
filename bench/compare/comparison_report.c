/* comparison_report.c - what all output formats of a comparison share. */
#include "comparison_report.h"

#include "blocks.h"
#include "command.h"
#include "printable.h"
#include "xmalloc.h"

#include <string.h>

int comparison_status(const struct comparison_report *report)
{
    int status = STATUS_OK;
    for (size_t i = 0; i < report->pair_count; i++)
        if (report->pairs[i].refusal.text[0] != '\0')
            status = STATUS_UNDECIDED;
    for (size_t i = 0; i < report->finding_count; i++) {
        if (report->findings[i].outcome == GATE_FAILED)
            return STATUS_BAD;
        if (report->findings[i].outcome == GATE_UNDECIDED)
            status = STATUS_UNDECIDED;
    }
    return status;
}

const char *comparison_figure_name(const struct comparison *comparison)
{
    return comparison->figure != NULL ? comparison->figure->name : "verdict";
}

const char *comparison_figure_brief(const struct comparison *comparison)
{
    return comparison->figure != NULL ? comparison->figure->brief : "verdict";
}

void comparison_title(const struct comparison *comparison, char title[MEASUREMENTS_REASON_BYTES])
{
    title[0] = '\0';
    if (comparison != NULL)
        snprintf(title, MEASUREMENTS_REASON_BYTES, "%s %s %s", comparison->workload,
                 comparison->variant, comparison_figure_brief(comparison));
}

char *comparison_change_format(char text[UNITS_TEXT_BYTES], const struct comparison *comparison,
                               double change)
{
    char value[UNITS_TEXT_BYTES];
    if (comparison->has_ratio)
        snprintf(text, UNITS_TEXT_BYTES, "%.3f", change);
    else
        snprintf(text, UNITS_TEXT_BYTES, "%s%.30s", change > 0 ? "+" : "",
                 figure_format(value, comparison->figure, change));
    return text;
}

static size_t count_of(const struct comparison_report *report, enum compare_method method)
{
    size_t count = 0;
    for (size_t i = 0; i < report->comparison_count; i++)
        count += report->comparisons[i].method == method;
    return count;
}

static void sides_remark(const struct comparison_report *report, FILE *out)
{
    const struct comparison_pair *first = &report->pairs[0];
    if (report->pair_count > 0 && strcmp(first->before->path, first->after->path) == 0)
        fputs("Old and new are the same file.\n", out);
    else if (report->pair_count == 1)
        printable_print(out, "Old is %s, new is %s.\n", first->before->path, first->after->path);
    else if (report->pair_count > 1 && report->pairs[1].before == first->before)
        printable_print(out, "Old is %s.\n", first->before->path);
}

static void methods_remark(const struct comparison_report *report, FILE *out)
{
    if (count_of(report, METHOD_BLOCKS) > 0)
        fprintf(out,
                "Speeds were measured in turns, in randomised blocks: the intervals of a figure "
                "hold with %.0f %% for all variants of a workload at once.\n",
                100 * BLOCKS_CONFIDENCE);
    if (report->tests > 0)
        fprintf(out,
                "Speeds of separate benches: ratios are those of the medians, tested by ranks "
                "(Mann-Whitney; %zu test%s, corrected together after Holm). They include how far "
                "the machine drifted between the two; bench --against rules that out.\n",
                report->tests, report->tests == 1 ? "" : "s");
}

/* The first comparison of the figure, a speed, whose floor is known, or NULL. */
static const struct comparison *known_floor_find(const struct comparison_report *report,
                                                 const struct figure *figure)
{
    for (size_t i = 0; i < report->comparison_count; i++) {
        const struct comparison *comparison = &report->comparisons[i];
        if (comparison->figure == figure && figure->kind == KIND_SPEED &&
            comparison->method != METHOD_NONE && comparison->floor_is_known)
            return comparison;
    }
    return NULL;
}

/* Each figure once. */
static void known_floors_remark(const struct comparison_report *report, FILE *out)
{
    bool any = false;
    for (size_t i = 0; i < figures_count; i++) {
        const struct comparison *found = known_floor_find(report, &figures[i]);
        if (found != NULL)
            fprintf(out, "%s %s %.1f %%",
                    any ? "," : "Noise floor, calibrated or from --floor:", figures[i].brief,
                    100 * found->floor);
        any |= found != NULL;
    }
    if (any)
        fputs(".\n", out);
}

static void assumed_floors_remark(const struct comparison_report *report, FILE *out)
{
    for (size_t i = 0; i < report->comparison_count; i++)
        if (compare_is_tested(&report->comparisons[i]) && !report->comparisons[i].floor_is_known) {
            fprintf(out,
                    "The results store no noise floor: speeds that differ by less than %.0f %% are "
                    "not called different (--floor changes that).\n",
                    100 * FIGURE_FLOOR_UNPAIRED);
            return;
        }
}

bool comparison_is_too_small(const struct comparison_report *report,
                             const struct comparison *comparison)
{
    return (compare_is_tested(comparison) || comparison->method == METHOD_BLOCKS) &&
           comparison->outcome == OUTCOME_UNKNOWN &&
           !compare_repeats_suffice(comparison, report->tests);
}

static void repeats_remark(const struct comparison_report *report, FILE *out)
{
    uint64_t least = 0, left_out = 0;
    for (size_t i = 0; i < report->comparison_count; i++) {
        const struct comparison *comparison = &report->comparisons[i];
        left_out += comparison->left_out;
        if (comparison_is_too_small(report, comparison))
            least = comparison->repeats_needed;
    }
    if (least > 0)
        fprintf(out,
                "There are too few repetitions to tell speeds apart: at least %llu are needed.\n",
                (unsigned long long)least);
    if (left_out > 0)
        fputs("Speeds leave out the repetitions whose load generator was the bottleneck.\n", out);
}

char *comparison_remarks(const struct comparison_report *report)
{
    char *text;
    size_t bytes;
    FILE *out = xmemstream(&text, &bytes);
    sides_remark(report, out);
    methods_remark(report, out);
    known_floors_remark(report, out);
    assumed_floors_remark(report, out);
    repeats_remark(report, out);
    fclose(out);
    return text;
}
