/* bench_table.c - the results of a bench side by side. */
#include "bench_table.h"

#include "table.h"
#include "units.h"

#include <math.h>
#include <string.h>

enum cell_kind {
    CELL_COUNT,    /* 1,234,567 */
    CELL_SPREAD,   /* the width of the interval as a share of the median: 4 % */
    CELL_TENTHS,   /* 10.5 */
    CELL_SHARE,    /* 55.0 % */
    CELL_DURATION, /* 2.1 ms */
    CELL_SIZE,     /* 7.9 MiB */
    CELL_GROWTH,   /* from the start to the end, in MiB: 0.4\u21921.1 */
};

/* The columns between the keys and the verdict. */
static const struct figure_column {
    const char *head;
    enum cell_kind kind;
    enum result_figure_name figure, start; /* start: of a growth only */
    bool ours;                             /* only our servers report it */
} columns[] = {
    {"req/s", CELL_COUNT, FIGURE_REQUESTS_PER_SECOND, .ours = false},
    {"spread", CELL_SPREAD, FIGURE_REQUESTS_PER_SECOND, .ours = false},
    {"CPU us", CELL_TENTHS, FIGURE_CPU_US_PER_REQUEST, .ours = false},
    {"p50", CELL_DURATION, FIGURE_P50_NS, .ours = false},
    {"p99", CELL_DURATION, FIGURE_P99_NS, .ours = false},
    {"hits", CELL_SHARE, FIGURE_HIT_RATIO, .ours = false},
    {"entries", CELL_COUNT, FIGURE_ENTRIES, .ours = true},
    {"payload", CELL_SIZE, FIGURE_PAYLOAD_END_BYTES, .ours = true},
    {"cache", CELL_SIZE, FIGURE_CACHE_END_BYTES, .ours = true},
    {"+B/entry", CELL_TENTHS, FIGURE_OVERHEAD_BYTES_PER_ENTRY, .ours = true},
    {"allocated MiB", CELL_GROWTH, FIGURE_ALLOCATED_END_BYTES, FIGURE_ALLOCATED_START_BYTES, true},
    {"resident MiB", CELL_GROWTH, FIGURE_RESIDENT_END_BYTES, FIGURE_RESIDENT_START_BYTES, true},
    {"RSS MiB", CELL_GROWTH, FIGURE_RSS_END_BYTES, FIGURE_RSS_START_BYTES, false},
    {"B/request", CELL_TENTHS, FIGURE_BYTES_PER_REQUEST, .ours = false},
};
#define COLUMNS (sizeof columns / sizeof columns[0])
#define KEYS    2

static const enum table_tone class_tones[VERDICT_CLASSES] = {
    [VERDICT_BOUNDED] = TABLE_GOOD,          [VERDICT_WARMING] = TABLE_DOUBTFUL,
    [VERDICT_LEAK_CONTAINER] = TABLE_BAD,    [VERDICT_LEAK_UNREACHABLE] = TABLE_BAD,
    [VERDICT_LEAK_EXPIRED] = TABLE_BAD,      [VERDICT_FRAGMENTATION] = TABLE_DOUBTFUL,
    [VERDICT_NOT_RETURNED] = TABLE_DOUBTFUL, [VERDICT_UNDECIDED] = TABLE_DOUBTFUL,
};

static void missing_cell(struct table *table)
{
    table_cell(table, TABLE_FAINT, "-");
}

static void figure_cell(struct table *table, const struct figure_column *column,
                        const struct result_figure *figures)
{
    const struct result_figure *figure = &figures[column->figure];
    char text[UNITS_TEXT_BYTES] = "-";
    switch (column->kind) {
    case CELL_COUNT:
        units_format_count(text, (uint64_t)figure->median);
        break;
    case CELL_SPREAD:
        if (figure->n > 1)
            snprintf(text, sizeof text, "%.0f %%",
                     100 * (figure->high - figure->low) / fmax(figure->median, 1));
        break;
    case CELL_TENTHS:
        snprintf(text, sizeof text, "%.1f", figure->median);
        break;
    case CELL_SHARE:
        snprintf(text, sizeof text, "%.1f %%", 100 * figure->median);
        break;
    case CELL_DURATION:
        units_format_duration(text, figure->median);
        break;
    case CELL_SIZE:
        units_format_size(text, figure->median);
        break;
    case CELL_GROWTH:
        snprintf(text, sizeof text, "%.1f\u2192%.1f", figures[column->start].median / 0x1p20,
                 figure->median / 0x1p20);
        break;
    }
    table_cell(table, strcmp(text, "-") == 0 ? TABLE_FAINT : TABLE_PLAIN, "%s", text);
}

static void verdict_cell(struct table *table, const struct result_summary *summary)
{
    char notes[96] = "";
    size_t length = 0;
    uint64_t agreed = summary->verdicts[summary->class], judged = summary->runs - summary->failed;
    if (agreed < judged)
        length += (size_t)snprintf(notes, sizeof notes, " (%llu of %llu runs)",
                                   (unsigned long long)agreed, (unsigned long long)judged);
    if (summary->failed > 0)
        length += (size_t)snprintf(notes + length, sizeof notes - length, " (%llu failed)",
                                   (unsigned long long)summary->failed);
    if (summary->capped > 0)
        length += (size_t)snprintf(notes + length, sizeof notes - length, " (%llu capped)",
                                   (unsigned long long)summary->capped);
    if (summary->bottlenecked > 0)
        snprintf(notes + length, sizeof notes - length, " (generator was the limit)");
    table_cell(table, class_tones[summary->class], "%s%s", summary->words, notes);
}

static void row_add(struct table *table, const struct result *result,
                    const struct result_summary *summary)
{
    bool failed = summary->failed == summary->runs, ours = result->policy[0] != '\0';
    table_cell(table, TABLE_PLAIN, "%s", summary->workload);
    table_cell(table, TABLE_PLAIN, "%s", result->variant);
    for (size_t i = 0; i < COLUMNS; i++)
        if (failed || summary->figures[columns[i].figure].n == 0 || (columns[i].ours && !ours))
            missing_cell(table);
        else
            figure_cell(table, &columns[i], summary->figures);
    if (failed)
        table_cell(table, TABLE_BAD, "failed");
    else
        verdict_cell(table, summary);
}

static const struct result_summary *summary_find(const struct result *result, const char *workload)
{
    for (size_t i = 0; i < result->summary_count; i++)
        if (strcmp(result->summaries[i].workload, workload) == 0)
            return &result->summaries[i];
    return NULL;
}

/* Whether one of the first `before` results has the workload. */
static bool was_seen(struct result *const *results, size_t before, const char *workload)
{
    for (size_t i = 0; i < before; i++)
        if (summary_find(results[i], workload) != NULL)
            return true;
    return false;
}

static void workload_add(struct table *table, struct result *const *results, size_t count,
                         const char *workload)
{
    for (size_t i = 0; i < count; i++) {
        const struct result_summary *summary = summary_find(results[i], workload);
        if (summary != NULL)
            row_add(table, results[i], summary);
    }
}

void bench_table_print(struct result *const *results, size_t count, FILE *out)
{
    struct table_column heads[KEYS + COLUMNS + 1] = {{"workload", TABLE_LEFT},
                                                     {"variant", TABLE_LEFT},
                                                     [KEYS + COLUMNS] = {"verdict", TABLE_LEFT}};
    for (size_t i = 0; i < COLUMNS; i++)
        heads[KEYS + i] = (struct table_column){columns[i].head, TABLE_RIGHT};
    struct table *table = table_create(heads, KEYS + COLUMNS + 1);
    table_set_keys(table, KEYS);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < results[i]->summary_count; j++)
            if (!was_seen(results, i, results[i]->summaries[j].workload))
                workload_add(table, results, count, results[i]->summaries[j].workload);
    table_print(table, table_wants_colours(out), out);
    table_destroy(table);
}
