/* bench_table.c - results side by side. */
#include "bench_table.h"

#include "table.h"
#include "units.h"

#include <math.h>
#include <string.h>

static const struct table_column columns[] = {
    {"workload", TABLE_LEFT},       {"variant", TABLE_LEFT},       {"req/s", TABLE_RIGHT},
    {"spread", TABLE_RIGHT},        {"CPU us", TABLE_RIGHT},       {"p50", TABLE_RIGHT},
    {"p99", TABLE_RIGHT},           {"hits", TABLE_RIGHT},         {"entries", TABLE_RIGHT},
    {"payload", TABLE_RIGHT},       {"cache", TABLE_RIGHT},        {"+B/entry", TABLE_RIGHT},
    {"allocated MiB", TABLE_RIGHT}, {"resident MiB", TABLE_RIGHT}, {"RSS MiB", TABLE_RIGHT},
    {"B/request", TABLE_RIGHT},     {"verdict", TABLE_LEFT},
};
#define KEYS         2
#define TOLD_COLUMNS 6 /* that only our servers can fill, entries to resident */
#define COLUMNS      (sizeof columns / sizeof columns[0])

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

static void rate_cells(struct table *table, const struct result_figure *rate)
{
    char text[UNITS_TEXT_BYTES];
    if (rate->n == 0) {
        missing_cell(table);
        missing_cell(table);
        return;
    }
    table_cell(table, TABLE_PLAIN, "%s", units_format_count(text, (uint64_t)rate->median));
    if (rate->n == 1)
        missing_cell(table);
    else
        table_cell(table, TABLE_PLAIN, "%.0f %%",
                   100 * (rate->high - rate->low) / fmax(rate->median, 1));
}

static void real_cell(struct table *table, const struct result_figure *figure, const char *format,
                      double scale)
{
    char text[UNITS_TEXT_BYTES];
    if (figure->n == 0) {
        missing_cell(table);
        return;
    }
    snprintf(text, sizeof text, format, figure->median * scale);
    table_cell(table, TABLE_PLAIN, "%s", text);
}

static void duration_cell(struct table *table, const struct result_figure *figure)
{
    char text[UNITS_TEXT_BYTES];
    if (figure->n == 0)
        missing_cell(table);
    else
        table_cell(table, TABLE_PLAIN, "%s", units_format_duration(text, figure->median));
}

static void count_cell(struct table *table, const struct result_figure *figure)
{
    char text[UNITS_TEXT_BYTES];
    table_cell(table, TABLE_PLAIN, "%s", units_format_count(text, (uint64_t)figure->median));
}

static void size_cell(struct table *table, const struct result_figure *figure)
{
    char text[UNITS_TEXT_BYTES];
    table_cell(table, TABLE_PLAIN, "%s", units_format_size(text, figure->median));
}

/* From the start to the end. */
static void growth_cell(struct table *table, const struct result_figure *figures,
                        enum result_figure_name start, enum result_figure_name end)
{
    table_cell(table, TABLE_PLAIN, "%.1f\u2192%.1f", figures[start].median / 0x1p20,
               figures[end].median / 0x1p20);
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

static void figure_cells(struct table *table, const struct result_figure *figures)
{
    rate_cells(table, &figures[FIGURE_REQUESTS_PER_SECOND]);
    real_cell(table, &figures[FIGURE_CPU_US_PER_REQUEST], "%.1f", 1);
    duration_cell(table, &figures[FIGURE_P50_NS]);
    duration_cell(table, &figures[FIGURE_P99_NS]);
    real_cell(table, &figures[FIGURE_HIT_RATIO], "%.1f %%", 100);
    count_cell(table, &figures[FIGURE_ENTRIES]);
    size_cell(table, &figures[FIGURE_PAYLOAD_END_BYTES]);
    size_cell(table, &figures[FIGURE_CACHE_END_BYTES]);
    real_cell(table, &figures[FIGURE_OVERHEAD_BYTES_PER_ENTRY], "%.1f", 1);
    growth_cell(table, figures, FIGURE_ALLOCATED_START_BYTES, FIGURE_ALLOCATED_END_BYTES);
    growth_cell(table, figures, FIGURE_RESIDENT_START_BYTES, FIGURE_RESIDENT_END_BYTES);
    growth_cell(table, figures, FIGURE_RSS_START_BYTES, FIGURE_RSS_END_BYTES);
    real_cell(table, &figures[FIGURE_BYTES_PER_REQUEST], "%.1f", 1);
}

/* Of a program that is not ours only the kernel and its answers tell. */
static void foreign_cells(struct table *table, const struct result_figure *figures)
{
    rate_cells(table, &figures[FIGURE_REQUESTS_PER_SECOND]);
    real_cell(table, &figures[FIGURE_CPU_US_PER_REQUEST], "%.1f", 1);
    duration_cell(table, &figures[FIGURE_P50_NS]);
    duration_cell(table, &figures[FIGURE_P99_NS]);
    real_cell(table, &figures[FIGURE_HIT_RATIO], "%.1f %%", 100);
    for (size_t i = 0; i < TOLD_COLUMNS; i++)
        missing_cell(table);
    growth_cell(table, figures, FIGURE_RSS_START_BYTES, FIGURE_RSS_END_BYTES);
    real_cell(table, &figures[FIGURE_BYTES_PER_REQUEST], "%.1f", 1);
}

static void row_add(struct table *table, const struct result *result,
                    const struct result_summary *summary)
{
    table_cell(table, TABLE_PLAIN, "%s", summary->workload);
    table_cell(table, TABLE_PLAIN, "%s", result->variant);
    if (summary->failed < summary->runs) {
        if (result->policy[0] != '\0')
            figure_cells(table, summary->figures);
        else
            foreign_cells(table, summary->figures);
        verdict_cell(table, summary);
        return;
    }
    for (size_t i = 2; i + 1 < COLUMNS; i++)
        missing_cell(table);
    table_cell(table, TABLE_BAD, "failed");
}

static const struct result_summary *summary_find(const struct result *result, const char *workload)
{
    for (size_t i = 0; i < result->summary_count; i++)
        if (strcmp(result->summaries[i].workload, workload) == 0)
            return &result->summaries[i];
    return NULL;
}

/* Whether a result before `before` has the workload. */
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

void comparison_print(struct result *const *results, size_t count, FILE *out)
{
    struct table *table = table_create(columns, COLUMNS);
    table_set_keys(table, KEYS);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < results[i]->summary_count; j++)
            if (!was_seen(results, i, results[i]->summaries[j].workload))
                workload_add(table, results, count, results[i]->summaries[j].workload);
    table_print(table, table_wants_colours(out), out);
    table_destroy(table);
}
