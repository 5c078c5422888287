/* comparison_variants.c - a comparison of many variants with one, a line for each under a workload:
 * what differs. */
#include "comparison_report.h"

#include "count_of.h"
#include "table.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *figure; /* NULL: the verdict */
    struct table_column column;
} shown[] = {
    {"steady_hit_ratio", {"hits", TABLE_RIGHT}},       {"cold_hit_ratio", {"cold", TABLE_RIGHT}},
    {"cpu_us_per_request", {"CPU", TABLE_RIGHT}},      {"p99_ns", {"p99", TABLE_RIGHT}},
    {"cache_end_bytes", {"cache", TABLE_RIGHT}},       {"rss_end_bytes", {"RSS", TABLE_RIGHT}},
    {"bytes_per_request", {"B/request", TABLE_RIGHT}}, {NULL, {"verdict", TABLE_LEFT}},
};
#define KEYS    2
#define COLUMNS (KEYS + COUNT_OF(shown))

static const struct comparison *comparison_find(const struct comparison_report *report,
                                                const struct comparison *like, const char *figure)
{
    for (size_t i = 0; i < report->comparison_count; i++) {
        const struct comparison *comparison = &report->comparisons[i];
        const char *name = comparison->figure != NULL ? comparison->figure->name : NULL;
        if (strcmp(comparison->workload, like->workload) == 0 &&
            strcmp(comparison->variant, like->variant) == 0 &&
            (name == NULL || figure == NULL ? name == figure : strcmp(name, figure) == 0))
            return comparison;
    }
    return NULL;
}

/* "+6.70", of shares in points; "-12.1 %"; "+3.2 MiB" */
static char *difference_format(char text[UNITS_TEXT_BYTES], const struct comparison *comparison)
{
    char value[UNITS_TEXT_BYTES];
    double difference = comparison->after.value - comparison->before.value;
    if (comparison->figure->unit == UNIT_SHARE)
        snprintf(text, UNITS_TEXT_BYTES, "%+.2f", 100 * difference);
    else if (comparison->figure->kind == KIND_SPEED && comparison->has_ratio)
        snprintf(text, UNITS_TEXT_BYTES, "%+.1f %%", 100 * (comparison->change.value - 1));
    else
        snprintf(text, UNITS_TEXT_BYTES, "%s%.30s", difference > 0 ? "+" : "",
                 figure_format(value, comparison->figure, difference));
    return text;
}

static void figure_cell(struct table *table, const struct comparison *comparison)
{
    char text[UNITS_TEXT_BYTES];
    if (comparison == NULL || comparison->method == METHOD_NONE)
        table_cell(table, TABLE_FAINT, "-");
    else if (comparison->outcome == OUTCOME_SAME)
        table_cell(table, TABLE_FAINT, "=");
    else if (comparison->outcome == OUTCOME_UNKNOWN)
        table_cell(table, TABLE_DOUBTFUL, "?");
    else
        table_cell(table, comparison->outcome == OUTCOME_BETTER ? TABLE_GOOD : TABLE_BAD, "%s",
                   difference_format(text, comparison));
}

static void verdict_cell(struct table *table, const struct comparison *comparison)
{
    static const enum table_tone tones[] = {
        [OUTCOME_SAME] = TABLE_FAINT,
        [OUTCOME_BETTER] = TABLE_GOOD,
        [OUTCOME_WORSE] = TABLE_BAD,
        [OUTCOME_UNKNOWN] = TABLE_DOUBTFUL,
    };
    if (comparison == NULL)
        table_cell(table, TABLE_FAINT, "-");
    else
        table_cell(table, tones[comparison->outcome], "%s",
                   comparison->outcome == OUTCOME_SAME
                       ? "="
                       : verdict_class_name(comparison->after_class));
}

static void row_add(struct table *table, const struct comparison_report *report,
                    const struct comparison *first)
{
    table_cell(table, TABLE_PLAIN, "%s", first->workload);
    table_cell(table, TABLE_PLAIN, "%s", first->variant);
    for (size_t i = 0; i < COUNT_OF(shown); i++) {
        const struct comparison *found = comparison_find(report, first, shown[i].figure);
        if (shown[i].figure != NULL)
            figure_cell(table, found);
        else
            verdict_cell(table, found);
    }
}

static bool begins_row(const struct comparison_report *report, size_t at)
{
    const struct comparison *comparison = &report->comparisons[at], *last = comparison - 1;
    return at == 0 || strcmp(comparison->workload, last->workload) != 0 ||
           strcmp(comparison->variant, last->variant) != 0;
}

void comparison_variants(const struct comparison_report *report, bool colours, FILE *out)
{
    struct table_column columns[COLUMNS] = {{"workload", TABLE_LEFT}, {"variant", TABLE_LEFT}};
    for (size_t i = 0; i < COUNT_OF(shown); i++)
        columns[KEYS + i] = shown[i].column;
    struct table *table = table_create(columns, COLUMNS);
    table_set_keys(table, KEYS);
    for (size_t i = 0; i < report->comparison_count; i++)
        if (begins_row(report, i))
            row_add(table, report, &report->comparisons[i]);
    table_print(table, colours, out);
    table_destroy(table);
    fputs("\nHits in points, the others as the difference; =: the same, ?: cannot tell, -: not "
          "known. --all shows every figure.\n",
          out);
}
