/* comparison_report.c - what every way of writing a comparison down has in common. */
#include "comparison_report.h"

#include <stdarg.h>
#include <string.h>

int comparison_status(const struct comparison_report *report)
{
    int status = 0;
    for (size_t i = 0; i < report->pair_count; i++)
        if (report->pairs[i].refusal[0] != '\0')
            status = 2;
    for (size_t i = 0; i < report->finding_count; i++)
        if (report->findings[i].outcome == GATE_UNDECIDED)
            status = 2;
    for (size_t i = 0; i < report->finding_count; i++)
        if (report->findings[i].outcome == GATE_FAILED)
            return 1;
    return status;
}

const char *comparison_figure_name(const struct comparison *comparison)
{
    return comparison->figure != NULL ? comparison->figure->name : "verdict";
}

void comparison_title(const struct comparison *comparison, char title[MEASUREMENTS_REASON_BYTES])
{
    snprintf(title, MEASUREMENTS_REASON_BYTES, "%s %s %s", comparison->workload,
             comparison->variant,
             comparison->figure != NULL ? comparison->figure->brief : "verdict");
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

struct remarks {
    char (*texts)[MEASUREMENTS_REASON_BYTES];
    size_t count;
};

__attribute__((format(printf, 2, 3))) static void remark(struct remarks *remarks,
                                                         const char *format, ...)
{
    va_list arguments;
    if (remarks->count == COMPARISON_REMARKS_MAX)
        return;
    va_start(arguments, format);
    vsnprintf(remarks->texts[remarks->count++], MEASUREMENTS_REASON_BYTES, format, arguments);
    va_end(arguments);
}

static size_t count_of(const struct comparison_report *report, enum compare_method method)
{
    size_t count = 0;
    for (size_t i = 0; i < report->comparison_count; i++)
        count += report->comparisons[i].method == method;
    return count;
}

static void sides_remark(const struct comparison_report *report, struct remarks *remarks)
{
    const struct comparison_pair *first = &report->pairs[0];
    if (report->pair_count > 0 && strcmp(first->before->path, first->after->path) == 0)
        remark(remarks, "Old and new are one and the same.");
    else if (report->pair_count == 1)
        remark(remarks, "Old is %.200s, new is %.200s.", first->before->path, first->after->path);
    else if (report->pair_count > 1 && report->pairs[1].before == first->before)
        remark(remarks, "Old is %.400s.", first->before->path);
}

static void methods_remark(const struct comparison_report *report, struct remarks *remarks)
{
    size_t paired = count_of(report, METHOD_PAIRED), apart = count_of(report, METHOD_APART);
    if (paired > 0)
        remark(remarks, "Runs took turns: ratios are those of each repetition, tested by signed "
                        "ranks (Wilcoxon).");
    if (apart > 0)
        remark(remarks,
               "Runs did not take turns: ratios are those of the medians, tested by ranks "
               "(Mann-Whitney); what the machine drifted in between is in them, which only "
               "turns rule out.");
    if (paired + apart > 0)
        remark(remarks,
               "%zu tests, corrected together (Holm): the chance of any false difference is at "
               "most %.0f %%.",
               paired + apart, 100 * COMPARE_ALPHA);
}

/* Each figure once; where workloads or variants have several floors, the first of them. */
static void known_floors_remark(const struct comparison_report *report, struct remarks *remarks)
{
    char text[MEASUREMENTS_REASON_BYTES] = "";
    size_t used = 0;
    for (size_t i = 0; i < figures_count; i++)
        for (size_t j = 0; j < report->comparison_count && used < sizeof text; j++) {
            const struct comparison *comparison = &report->comparisons[j];
            if (comparison->figure != &figures[i] || figures[i].kind != KIND_SPEED ||
                !compare_is_tested(comparison) || !comparison->floor_is_known)
                continue;
            used +=
                (size_t)snprintf(text + used, sizeof text - used, "%s %s %.1f %%",
                                 used > 0 ? "," : "", figures[i].brief, 100 * comparison->floor);
            break;
        }
    if (used > 0)
        remark(remarks, "Noise floor, as calibrated or asked for:%.450s.", text);
}

static void floors_remark(const struct comparison_report *report, struct remarks *remarks)
{
    bool assumed_in_turns = false, assumed_apart = false;
    for (size_t i = 0; i < report->comparison_count; i++) {
        const struct comparison *comparison = &report->comparisons[i];
        bool assumed = compare_is_tested(comparison) && !comparison->floor_is_known;
        assumed_in_turns |= assumed && comparison->method == METHOD_PAIRED;
        assumed_apart |= assumed && comparison->method == METHOD_APART;
    }
    if (assumed_in_turns || assumed_apart)
        remark(remarks,
               "No noise floor is stored: speeds that differ by less than %.0f %% are not called "
               "different (--floor says otherwise).",
               100 * (assumed_apart ? FIGURE_FLOOR_APART : FIGURE_FLOOR_IN_TURNS));
}

static void repeats_remark(const struct comparison_report *report, struct remarks *remarks)
{
    uint64_t least = 0, bottlenecked = 0;
    for (size_t i = 0; i < report->comparison_count; i++) {
        const struct comparison *comparison = &report->comparisons[i];
        if (comparison->figure != NULL && comparison->figure->kind == KIND_SPEED &&
            comparison->left_out > bottlenecked)
            bottlenecked = comparison->left_out;
        if (compare_is_tested(comparison) && comparison->outcome == OUTCOME_UNKNOWN &&
            !compare_is_telling(comparison, report->tests))
            least = compare_repeats_least(comparison->method, report->tests);
    }
    if (least > 0)
        remark(remarks, "Too few repeats to tell such differences from chance: %llu would do.",
               (unsigned long long)least);
    if (bottlenecked > 0)
        remark(remarks, "Runs whose generator was the bottleneck are left out of the speeds.");
}

size_t comparison_remarks(const struct comparison_report *report,
                          char remarks[COMPARISON_REMARKS_MAX][MEASUREMENTS_REASON_BYTES])
{
    struct remarks made = {.texts = remarks};
    sides_remark(report, &made);
    methods_remark(report, &made);
    known_floors_remark(report, &made);
    floors_remark(report, &made);
    repeats_remark(report, &made);
    return made.count;
}
