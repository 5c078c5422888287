/* bench_table.c - the results of a bench side by side. */
#include "bench_table.h"

#include "options_help.h"
#include "summary.h"
#include "table.h"
#include "units.h"
#include "verdict.h"

#include <stdio.h>
#include <string.h>

#define NOTE_MARGIN 4
#define NOTE_WIDTH  100

enum cell_kind {
    CELL_SHARE, /* 55.1 % */
    CELL_TIME, /* median, and half the width of its interval if there are several runs: 9.7 +-0.4 */
    CELL_SIZE, /* 7.9 MiB */
};

/* The columns between the variant and the verdict. */
static const struct figure_column {
    const char *head;
    enum cell_kind kind;
    enum result_figure_name figure;
    bool ours; /* only our servers report it */
} columns[] = {
    {"hits", CELL_SHARE, FIGURE_HIT_RATIO, false},
    {"CPU us", CELL_TIME, FIGURE_CPU_US_PER_REQUEST, false},
    {"payload", CELL_SIZE, FIGURE_PAYLOAD_END_BYTES, true},
    {"cache", CELL_SIZE, FIGURE_CACHE_END_BYTES, true},
    {"RSS", CELL_SIZE, FIGURE_RSS_END_BYTES, false},
};
#define COLUMNS (sizeof columns / sizeof columns[0])

static const enum table_tone class_tones[VERDICT_CLASSES] = {
    [VERDICT_BOUNDED] = TABLE_GOOD,          [VERDICT_WARMING] = TABLE_DOUBTFUL,
    [VERDICT_LEAK_CONTAINER] = TABLE_BAD,    [VERDICT_LEAK_UNREACHABLE] = TABLE_BAD,
    [VERDICT_LEAK_EXPIRED] = TABLE_BAD,      [VERDICT_FRAGMENTATION] = TABLE_DOUBTFUL,
    [VERDICT_NOT_RETURNED] = TABLE_DOUBTFUL, [VERDICT_UNDECIDED] = TABLE_DOUBTFUL,
};

static void figure_cell(struct table *table, const struct figure_column *column,
                        const struct result_figure *figure)
{
    char text[UNITS_TEXT_BYTES];
    int length;
    switch (column->kind) {
    case CELL_SHARE:
        snprintf(text, sizeof text, "%.1f %%", 100 * figure->median);
        break;
    case CELL_TIME:
        length = snprintf(text, sizeof text, "%.1f", figure->median);
        if (figure->n > 1)
            snprintf(text + length, sizeof text - (size_t)length, " +-%.1f",
                     (figure->high - figure->low) / 2);
        break;
    case CELL_SIZE:
        units_format_size(text, figure->median);
        break;
    }
    table_cell(table, TABLE_PLAIN, "%s", text);
}

static void verdict_cell(struct table *table, const struct result *result,
                         const struct result_summary *summary)
{
    char brief[RESULT_NAME_BYTES];
    const struct result_run *run = summary_representative(result, summary);
    if (run == NULL)
        table_cell(table, TABLE_BAD, "failed");
    else
        table_cell(table, class_tones[summary->class], "%s", verdict_brief(&run->verdict, brief));
}

static void row_add(struct table *table, const struct result *result,
                    const struct result_summary *summary)
{
    bool failed = summary->failed == summary->runs, ours = result->policy[0] != '\0';
    table_cell(table, TABLE_PLAIN, "%s", result->variant);
    for (size_t i = 0; i < COLUMNS; i++) {
        const struct result_figure *figure = &summary->figures[columns[i].figure];
        if (failed || figure->n == 0 || (columns[i].ours && !ours))
            table_cell(table, TABLE_FAINT, "-");
        else
            figure_cell(table, &columns[i], figure);
    }
    verdict_cell(table, result, summary);
}

/* Why a run of the workload failed; "" if none did. */
static const char *failure_of(const struct result *result, const char *workload)
{
    for (size_t i = 0; i < result->run_count; i++)
        if (result->runs[i]->status == RUN_FAILED &&
            strcmp(result->runs[i]->workload, workload) == 0)
            return result->runs[i]->reason;
    return "";
}

static void failures_print(const struct result *result, const struct result_summary *summary,
                           FILE *out)
{
    const char *reason = failure_of(result, summary->workload);
    if (summary->failed == 0)
        return;
    int width = fprintf(out, "  %s: %llu of %llu runs failed%s", result->variant,
                        (unsigned long long)summary->failed, (unsigned long long)summary->runs,
                        *reason ? ": " : "");
    text_wrap(reason, width, NOTE_MARGIN, NOTE_WIDTH, out);
}

/* What a reader must know of the row beyond its figures: a line for each. */
static void notes_print(const struct result *result, const struct result_summary *summary,
                        FILE *out)
{
    const uint64_t judged = summary->runs - summary->failed;
    const struct {
        uint64_t count;
        const char *text;
    } notes[] = {
        {judged - summary->verdicts[summary->class], "have another verdict"},
        {summary->capped, "passed the memory cap and were stopped"},
        {summary->bottlenecked, "were limited by the load generator: their times do not count"},
    };
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++)
        if (notes[i].count > 0)
            fprintf(out, "  %s: %llu of %llu runs %s\n", result->variant,
                    (unsigned long long)notes[i].count, (unsigned long long)summary->runs,
                    notes[i].text);
    failures_print(result, summary, out);
}

/* Whether one of the first `before` results has the workload. */
static bool was_seen(struct result *const *results, size_t before, const char *workload)
{
    for (size_t i = 0; i < before; i++)
        if (summary_find(results[i], workload) != NULL)
            return true;
    return false;
}

/* A block: the workload, a row for each result that has it, and notes. */
static void workload_print(const struct table_column *heads, struct result *const *results,
                           size_t count, const char *workload, FILE *out)
{
    struct table *table = table_create(heads, COLUMNS + 2);
    for (size_t i = 0; i < count; i++) {
        const struct result_summary *summary = summary_find(results[i], workload);
        if (summary != NULL)
            row_add(table, results[i], summary);
    }
    fprintf(out, "%s\n", workload);
    table_print(table, table_wants_colours(out), out);
    table_destroy(table);
    for (size_t i = 0; i < count; i++) {
        const struct result_summary *summary = summary_find(results[i], workload);
        if (summary != NULL)
            notes_print(results[i], summary, out);
    }
}

void bench_table_print(struct result *const *results, size_t count, FILE *out)
{
    struct table_column heads[COLUMNS + 2] = {{"variant", TABLE_LEFT},
                                              [COLUMNS + 1] = {"verdict", TABLE_LEFT}};
    const char *blank = "";
    for (size_t i = 0; i < COLUMNS; i++)
        heads[1 + i] = (struct table_column){columns[i].head, TABLE_RIGHT};
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < results[i]->summary_count; j++) {
            const char *workload = results[i]->summaries[j].workload;
            if (was_seen(results, i, workload))
                continue;
            fputs(blank, out);
            workload_print(heads, results, count, workload, out);
            blank = "\n";
        }
}
