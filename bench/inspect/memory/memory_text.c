/* memory_text.c - the memory of one run as a table of layers, a chart and the verdict. */
#include "chart.h"
#include "memory_layers.h"
#include "memory_output.h"
#include "memory_points.h"
#include "options_help.h"
#include "printable.h"
#include "row_output.h"
#include "units.h"
#include "xmalloc.h"

#include <math.h>
#include <stdlib.h>

#define CHART_HEIGHT 14

static const struct result_run *run_of(const struct memory_view *view)
{
    return view->result->runs[view->run];
}

static void limits_print(const struct result_limits *limits, FILE *out)
{
    char text[UNITS_TEXT_BYTES];
    if (limits->capacity_entries > 0)
        fprintf(out, ", at most %s entries", units_format_count(text, limits->capacity_entries));
    if (limits->capacity_bytes > 0)
        fprintf(out, ", at most %s", units_format_size(text, (double)limits->capacity_bytes));
    if (limits->ttl_ns > 0)
        fprintf(out, ", at most %s old", units_format_duration(text, (double)limits->ttl_ns));
}

static void heading_print(const struct memory_view *view, FILE *out)
{
    const struct result_run *run = run_of(view);
    const struct result_sample *end = memory_point_sample(run, MEMORY_END);
    char requests[UNITS_TEXT_BYTES], time[UNITS_TEXT_BYTES], entries[UNITS_TEXT_BYTES];
    printable_print(out, "serve-%s under %s", view->result->variant, run->workload);
    limits_print(&view->result->limits, out);
    fprintf(out, ": %s requests in %s, %s entries at the end\n\n",
            units_format_count(requests, end->requests),
            units_format_duration(time, (double)end->time_ns),
            units_format_count(entries, end->entries));
}

static void bytes_cells(struct table *table, const struct memory_layers_row *row, uint64_t entries)
{
    char text[UNITS_TEXT_BYTES];
    enum table_tone tone = row->is_gap ? TABLE_FAINT : TABLE_PLAIN;
    table_cell(table, tone, "%s%s", row->bytes < 0 ? "-" : "",
               units_format_size(text, fabs(row->bytes)));
    if (entries == 0)
        table_cell(table, TABLE_FAINT, "-");
    else
        table_cell(table, tone, "%.0f", row->bytes / (double)entries);
}

static void layers_print(const struct memory_view *view, FILE *out)
{
    static const struct table_column columns[] = {
        {"", TABLE_LEFT},         {"start", TABLE_RIGHT},   {"B/entry", TABLE_RIGHT},
        {"peak", TABLE_RIGHT},    {"B/entry", TABLE_RIGHT}, {"end", TABLE_RIGHT},
        {"B/entry", TABLE_RIGHT},
    };
    struct memory_layers points[MEMORY_POINTS];
    uint64_t entries[MEMORY_POINTS];
    struct table *table = table_create(columns, sizeof columns / sizeof columns[0]);
    for (enum memory_point point = 0; point < MEMORY_POINTS; point++) {
        const struct result_sample *sample = memory_point_sample(run_of(view), point);
        memory_layers_make(&points[point], sample);
        entries[point] = sample->entries;
    }
    for (size_t row = 0; row < points[MEMORY_END].count; row++) {
        const struct memory_layers_row *end = &points[MEMORY_END].rows[row];
        table_cell(table, end->is_gap ? TABLE_FAINT : TABLE_PLAIN, "%s", end->name);
        for (enum memory_point point = 0; point < MEMORY_POINTS; point++)
            bytes_cells(table, &points[point].rows[row], entries[point]);
    }
    table_print_within(table, view->colours, view->width, out);
    table_destroy(table);
}

static void meanings_print(const struct memory_view *view, FILE *out)
{
    struct memory_layers layers;
    memory_layers_make(&layers, memory_point_sample(run_of(view), MEMORY_END));
    fprintf(out, "\n");
    for (size_t i = 0; i < layers.count; i++)
        fprintf(out, "%-20s  %s\n", layers.rows[i].name, layers.rows[i].meaning);
}

static char *count_format(char text[UNITS_TEXT_BYTES], double value)
{
    return units_format_count(text, value > 0 ? (uint64_t)value : 0);
}

#define LINE(name) offsetof(struct result_sample, name##_bytes)
static const struct row_column lines[] = {
    {NULL, "RSS", COLUMN_BYTES, LINE(rss)},
    {NULL, "resident", COLUMN_BYTES, LINE(resident)},
    {NULL, "allocated", COLUMN_BYTES, LINE(allocated)},
    {NULL, "cache", COLUMN_BYTES, LINE(cache)},
    {NULL, "payload", COLUMN_BYTES, LINE(payload)},
};
#define LINES (sizeof lines / sizeof lines[0])

/* x is the number of requests, or the time if samples follow the load. */
static void chart_show(const struct memory_view *view, FILE *out)
{
    const struct result_run *run = run_of(view);
    size_t count = memory_sample_count(run), shown = 0;
    bool timed = count > run->sample_count;
    double *x = xcalloc((LINES + 1) * count, sizeof *x);
    struct chart_series series[LINES];
    for (size_t i = 0; i < count; i++)
        x[i] = (double)(timed ? memory_sample(run, i)->time_ns : memory_sample(run, i)->requests);
    for (size_t line = 0; line < LINES; line++) {
        double *y = x + (shown + 1) * count;
        for (size_t i = 0; i < count; i++)
            y[i] = row_value(&lines[line], memory_sample(run, i));
        if (y[count - 1] > 0)
            series[shown++] = (struct chart_series){.name = lines[line].heading, .y = y};
    }
    struct chart chart = {.series = series,
                          .series_count = shown,
                          .x = x,
                          .count = count,
                          .width = view->width,
                          .height = CHART_HEIGHT,
                          .format_x = timed ? units_format_duration : count_format,
                          .format_y = units_format_size,
                          .colours = view->colours,
                          .ascii = !text_is_utf8()};
    fprintf(out, "\nThe same over %s:\n", timed ? "time" : "requests");
    chart_print(&chart, out);
    free(x);
}

static void burst_print(const struct result_burst *burst, FILE *out)
{
    char text[UNITS_TEXT_BYTES];
    if (burst == NULL || burst->end_ns == 0)
        return;
    fprintf(out, "\nThe burst ended after %s. Share of the RSS that it had added at its peak, by\n",
            units_format_duration(text, (double)burst->end_ns));
    fprintf(out, "the time at which it was returned to the kernel:\n");
    for (size_t i = 0; i < burst->after_count; i++)
        fprintf(out, "  %4.3g s later  %3.0f %%, %s left\n", burst->after[i].seconds,
                100 * burst->after[i].returned_share,
                units_format_size(text, (double)burst->after[i].rss_bytes));
}

static void verdict_print(const struct result_run *run, FILE *out)
{
    const struct result_verdict *verdict = &run->verdict;
    char requests[UNITS_TEXT_BYTES];
    if (run->status == RUN_FAILED) {
        printable_print(out, "\nverdict: none, the run failed: %s\n", run->reason);
        return;
    }
    printable_print(out, "\nverdict: %s\n", verdict->words);
    if (verdict->judged_samples > 0)
        fprintf(out,
                "  Judged by the last %llu samples, over %s requests, in which %s\n"
                "  changed by %+.2f bytes per request (between %+.2f and %+.2f).\n",
                (unsigned long long)verdict->judged_samples,
                units_format_count(requests, verdict->judged_requests), verdict->figure,
                verdict->bytes_per_request, verdict->low, verdict->high);
    if (run->status == RUN_CAPPED)
        printable_print(out, "  The run was stopped early: the server %s.\n", run->reason);
}

/* "2 to 12", "2", or nothing if it is empty. */
static void range_print(size_t from, size_t to, FILE *out)
{
    if (from < to)
        fprintf(out, "%zu to %zu", from, to);
    else if (from == to)
        fprintf(out, "%zu", from);
}

static void others_print(const struct memory_view *view, FILE *out)
{
    const struct result *result = view->result;
    if (result->run_count < 2)
        return;
    fprintf(out, "\nThis is run %zu of %zu; other runs: --run ", view->run + 1, result->run_count);
    range_print(1, view->run, out);
    if (view->run > 0 && view->run + 1 < result->run_count)
        fputs(", ", out);
    range_print(view->run + 2, result->run_count, out);
    fputc('\n', out);
}

void memory_print(const struct memory_view *view, FILE *out)
{
    heading_print(view, out);
    layers_print(view, out);
    meanings_print(view, out);
    chart_show(view, out);
    burst_print(run_of(view)->burst, out);
    verdict_print(run_of(view), out);
    others_print(view, out);
}
