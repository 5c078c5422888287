/* comparison_table.c - a comparison as a table for a terminal. */
#include "comparison_report.h"
#include "count_of.h"
#include "printable.h"
#include "table.h"

#include <stdlib.h>

static const struct table_column columns[] = {
    {"workload", TABLE_LEFT}, {"variant", TABLE_LEFT}, {"figure", TABLE_LEFT},
    {"old", TABLE_RIGHT},     {"new", TABLE_RIGHT},    {"change", TABLE_RIGHT},
    {"interval", TABLE_LEFT}, {"verdict", TABLE_LEFT}, {"why", TABLE_LEFT},
};
#define KEYS 3

static const enum table_tone tones[] = {
    [OUTCOME_SAME] = TABLE_PLAIN,
    [OUTCOME_BETTER] = TABLE_GOOD,
    [OUTCOME_WORSE] = TABLE_BAD,
    [OUTCOME_UNKNOWN] = TABLE_DOUBTFUL,
};

static void missing_cell(struct table *table)
{
    table_cell(table, TABLE_FAINT, "-");
}

static void value_cell(struct table *table, const struct comparison *comparison, double value,
                       size_t count)
{
    char text[UNITS_TEXT_BYTES];
    if (count == 0)
        missing_cell(table);
    else
        table_cell(table, TABLE_PLAIN, "%s", figure_format(text, comparison->figure, value));
}

static void change_cells(struct table *table, const struct comparison *comparison)
{
    char low[UNITS_TEXT_BYTES], high[UNITS_TEXT_BYTES];
    if (comparison->method == METHOD_NONE) {
        missing_cell(table);
        missing_cell(table);
        return;
    }
    table_cell(table, TABLE_PLAIN, "%s",
               comparison_change_format(low, comparison, comparison->change.value));
    if (comparison->method == METHOD_EXACT)
        table_cell(table, TABLE_FAINT, "exact");
    else if (comparison->method == METHOD_TOLERANCE)
        table_cell(table, TABLE_FAINT, "+-%s",
                   figure_format(low, comparison->figure, comparison->floor));
    else if (comparison->method == METHOD_BLOCKS && !comparison->is_sure)
        missing_cell(table);
    else
        table_cell(table, comparison->is_sure ? TABLE_PLAIN : TABLE_FAINT, "%s..%s",
                   comparison_change_format(low, comparison, comparison->change.low),
                   comparison_change_format(high, comparison, comparison->change.high));
}

static void figure_cells(struct table *table, const struct comparison *comparison)
{
    value_cell(table, comparison, comparison->before.value, comparison->before_count);
    value_cell(table, comparison, comparison->after.value, comparison->after_count);
    change_cells(table, comparison);
}

static void class_cells(struct table *table, const struct comparison *comparison)
{
    table_cell(table, TABLE_PLAIN, "%s", verdict_class_name(comparison->before_class));
    table_cell(table, TABLE_PLAIN, "%s", verdict_class_name(comparison->after_class));
    missing_cell(table);
    missing_cell(table);
}

static void row_add(struct table *table, const struct comparison_report *report,
                    const struct comparison *comparison)
{
    table_cell(table, TABLE_PLAIN, "%s", comparison->workload);
    table_cell(table, TABLE_PLAIN, "%s", comparison->variant);
    table_cell(table, TABLE_PLAIN, "%s", comparison_figure_brief(comparison));
    if (comparison->figure != NULL)
        figure_cells(table, comparison);
    else
        class_cells(table, comparison);
    table_cell(table, tones[comparison->outcome], "%s", compare_outcome_names[comparison->outcome]);
    table_cell(table, TABLE_FAINT, "%s",
               comparison_is_too_small(report, comparison) ? "" : comparison->reason);
}

static void findings_print(const struct comparison_report *report, bool colours, FILE *out)
{
    static const char *const marks[] = {
        [GATE_PASSED] = "\033[32m", [GATE_FAILED] = "\033[1;31m", [GATE_UNDECIDED] = "\033[33m"};
    char title[MEASUREMENTS_REASON_BYTES];
    for (size_t i = 0; i < report->finding_count; i++) {
        const struct gate_finding *finding = &report->findings[i];
        comparison_title(finding->comparison, title);
        printable_print(out, "%sgate %s ", i == 0 ? "\n" : "", finding->gate->text);
        fprintf(out, "%s%s%s", colours ? marks[finding->outcome] : "",
                gate_outcome_names[finding->outcome], colours ? "\033[0m" : "");
        printable_print(out, "%s%s: %s\n", title[0] != '\0' ? ": " : "", title, finding->reason);
    }
}

static void figures_print(const struct comparison_report *report, bool colours, FILE *out)
{
    struct table *table = table_create(columns, COUNT_OF(columns));
    table_set_keys(table, KEYS);
    for (size_t i = 0; i < report->comparison_count; i++)
        row_add(table, report, &report->comparisons[i]);
    table_print(table, colours, out);
    table_destroy(table);
}

void comparison_table(const struct comparison_report *report, bool by_variant, bool colours,
                      FILE *out)
{
    char *remarks = comparison_remarks(report);
    if (report->comparison_count > 0)
        (by_variant ? comparison_variants : figures_print)(report, colours, out);
    if (remarks[0] != '\0')
        printable_print(out, "%s%s", by_variant ? "" : "\n", remarks);
    free(remarks);
    findings_print(report, colours, out);
}
