/* burst_table.c - how much memory was returned after a burst, and when. */
#include "burst_table.h"

#include "stats.h"
#include "table.h"
#include "units.h"

#include <string.h>

#define KEYS 2
static const struct table_column columns[] = {
    {"workload", TABLE_LEFT},      {"variant", TABLE_LEFT},      {"pages kept", TABLE_RIGHT},
    {"RSS at start", TABLE_RIGHT}, {"at its peak", TABLE_RIGHT}, {"after 0.1 s", TABLE_RIGHT},
    {"1 s", TABLE_RIGHT},          {"5 s", TABLE_RIGHT},         {"30 s", TABLE_RIGHT},
};

/* The runs of one workload and variant. */
struct group {
    const struct result_run *runs[STATS_VALUES_MAX];
    size_t count;
};

static void group_fill(struct group *group, const struct result *result, const char *workload)
{
    group->count = 0;
    for (size_t i = 0; i < result->run_count && group->count < STATS_VALUES_MAX; i++) {
        const struct result_run *run = result->runs[i];
        if (run->status != RUN_FAILED && run->burst != NULL && run->burst->end_ns > 0 &&
            strcmp(run->workload, workload) == 0)
            group->runs[group->count++] = run;
    }
}

static double group_median(const struct group *group, double (*value)(const struct result_run *))
{
    double values[STATS_VALUES_MAX];
    for (size_t i = 0; i < group->count; i++)
        values[i] = value(group->runs[i]);
    return stats_median(values, group->count);
}

static double start_rss(const struct result_run *run)
{
    return (double)run->samples[0].rss_bytes;
}

static double peak_rss(const struct result_run *run)
{
    return (double)run->burst->peak_rss_bytes;
}

/* The returned share of RSS, and of resident bytes if the allocator reports them. */
static void after_cell(struct table *table, const struct group *group, size_t at)
{
    double shares[STATS_VALUES_MAX], resident[STATS_VALUES_MAX];
    size_t count = 0;
    bool has_resident = group->runs[0]->burst->peak_resident_bytes > 0;
    for (size_t i = 0; i < group->count; i++) {
        const struct result_burst *burst = group->runs[i]->burst;
        if (burst->after_count <= at)
            continue;
        shares[count] = 100 * burst->after[at].returned_share;
        resident[count++] = 100 * burst->after[at].resident_returned_share;
    }
    if (count == 0)
        table_cell(table, TABLE_FAINT, "-");
    else if (has_resident)
        table_cell(table, TABLE_PLAIN, "%.0f / %.0f %%", stats_median(shares, count),
                   stats_median(resident, count));
    else
        table_cell(table, TABLE_PLAIN, "%.0f %%", stats_median(shares, count));
}

static void row_add(struct table *table, const struct result *result, const struct group *group)
{
    char text[UNITS_TEXT_BYTES];
    const struct result_run *run = group->runs[0];
    table_cell(table, TABLE_PLAIN, "%s", run->workload);
    table_cell(table, TABLE_PLAIN, "%s", result->variant);
    if (run->burst->dirty_decay_ns < 0)
        table_cell(table, TABLE_FAINT, "default");
    else
        table_cell(table, TABLE_PLAIN, "%s",
                   units_format_duration(text, (double)run->burst->dirty_decay_ns));
    table_cell(table, TABLE_PLAIN, "%s", units_format_size(text, group_median(group, start_rss)));
    table_cell(table, TABLE_PLAIN, "%s", units_format_size(text, group_median(group, peak_rss)));
    for (size_t at = 0; at < RESULT_AFTERS; at++)
        after_cell(table, group, at);
}

/* Whether an earlier run is of the same workload. */
static bool was_seen(const struct result *result, size_t before)
{
    for (size_t i = 0; i < before; i++)
        if (strcmp(result->runs[i]->workload, result->runs[before]->workload) == 0)
            return true;
    return false;
}

/* Adds all rows and returns their number. */
static size_t rows_add(struct table *table, struct result *const *results, size_t count)
{
    struct group group;
    size_t rows = 0;
    /* all results have the same workloads in the same order */
    for (size_t run = 0; run < results[0]->run_count; run++) {
        if (was_seen(results[0], run))
            continue;
        for (size_t i = 0; i < count; i++) {
            group_fill(&group, results[i], results[0]->runs[run]->workload);
            if (group.count > 0)
                row_add(table, results[i], &group);
            rows += group.count > 0;
        }
    }
    return rows;
}

void burst_table_print(struct result *const *results, size_t count, FILE *out)
{
    struct table *table = table_create(columns, sizeof columns / sizeof columns[0]);
    table_set_keys(table, KEYS);
    if (count > 0 && rows_add(table, results, count) > 0) {
        fprintf(out, "\nAfter the burst: the share of its memory that was returned to the kernel "
                     "after this\n"
                     "time, as the kernel counts (RSS) / as the allocator counts (resident).\n");
        table_print(table, table_wants_colours(out), out);
    }
    table_destroy(table);
}
