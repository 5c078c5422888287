/* memory_text.c - one run's memory: which samples count, and how they are shown. */
#include "memory_output.h"

#include "chart.h"
#include "memory_layers.h"
#include "table.h"
#include "units.h"

#include <string.h>

#define CHART_HEIGHT 14
#define LIST_MOST    12 /* runs that are named at the end */

/* Those under load, then those after it. */
static size_t samples_count(const struct result_run *run)
{
    return run->sample_count + (run->burst != NULL ? run->burst->sample_count : 0);
}

static const struct result_sample *sample_at(const struct result_run *run, size_t i)
{
    return i < run->sample_count ? &run->samples[i] : &run->burst->samples[i - run->sample_count];
}

const struct result_sample *curve_sample(const struct result_run *run, enum curve_point point)
{
    size_t count = samples_count(run), peak = 0;
    for (size_t i = 1; i < count; i++)
        if (sample_at(run, i)->rss_bytes > sample_at(run, peak)->rss_bytes)
            peak = i;
    const size_t places[CURVE_POINTS] = {
        [CURVE_START] = 0, [CURVE_PEAK] = peak, [CURVE_END] = count - 1};
    return sample_at(run, places[point]);
}

static const struct result_run *run_of(const struct curve *curve)
{
    return curve->result->runs[curve->run];
}

/* The heading. */

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

static void heading_print(const struct curve *curve, FILE *out)
{
    const struct result_run *run = run_of(curve);
    const struct result_sample *end = curve_sample(run, CURVE_END);
    char requests[UNITS_TEXT_BYTES], time[UNITS_TEXT_BYTES], entries[UNITS_TEXT_BYTES];
    fprintf(out, "serve-%s under %s", curve->result->variant, run->workload);
    limits_print(&curve->result->limits, out);
    fprintf(out, ": %s requests in %s, %s entries at the end\n\n",
            units_format_count(requests, end->requests),
            units_format_duration(time, (double)end->time_ns),
            units_format_count(entries, end->entries));
}

/* The waterfall. */

static void bytes_cells(struct table *table, const struct memory_layers_row *row, uint64_t entries)
{
    char text[UNITS_TEXT_BYTES];
    enum table_tone tone = row->layer ? TABLE_PLAIN : TABLE_FAINT;
    double size = row->bytes < 0 ? -row->bytes : row->bytes;
    table_cell(table, tone, "%s%s", row->bytes < 0 ? "-" : "", units_format_size(text, size));
    if (entries == 0)
        table_cell(table, TABLE_FAINT, "-");
    else
        table_cell(table, tone, "%.0f", row->bytes / (double)entries);
}

static void memory_layers_print(const struct curve *curve, FILE *out)
{
    static const struct table_column columns[] = {
        {"", TABLE_LEFT},         {"start", TABLE_RIGHT},   {"B/entry", TABLE_RIGHT},
        {"peak", TABLE_RIGHT},    {"B/entry", TABLE_RIGHT}, {"end", TABLE_RIGHT},
        {"B/entry", TABLE_RIGHT},
    };
    struct memory_layers points[CURVE_POINTS];
    uint64_t entries[CURVE_POINTS];
    struct table *table = table_create(columns, sizeof columns / sizeof columns[0]);
    for (enum curve_point point = 0; point < CURVE_POINTS; point++) {
        const struct result_sample *sample = curve_sample(run_of(curve), point);
        memory_layers_make(&points[point], sample);
        entries[point] = sample->entries;
    }
    for (size_t row = 0; row < points[CURVE_END].count; row++) {
        bool layer = points[CURVE_END].rows[row].layer;
        table_cell(table, layer ? TABLE_PLAIN : TABLE_FAINT, "%s",
                   points[CURVE_END].rows[row].name);
        for (enum curve_point point = 0; point < CURVE_POINTS; point++)
            bytes_cells(table, &points[point].rows[row], entries[point]);
    }
    table_print_within(table, curve->colours, curve->width, out);
    table_destroy(table);
}

static void meanings_print(const struct curve *curve, FILE *out)
{
    struct memory_layers waterfall;
    memory_layers_make(&waterfall, curve_sample(run_of(curve), CURVE_END));
    fprintf(out, "\n");
    for (size_t i = 0; i < waterfall.count; i++)
        fprintf(out, "%-20s  %s\n", waterfall.rows[i].name, waterfall.rows[i].meaning);
}

/* The curve. */

static char *count_format(char text[UNITS_TEXT_BYTES], double value)
{
    return units_format_count(text, value > 0 ? (uint64_t)value : 0);
}

static const struct {
    const char *name;
    size_t field;
} lines[] = {
    {"RSS", offsetof(struct result_sample, rss_bytes)},
    {"resident", offsetof(struct result_sample, resident_bytes)},
    {"allocated", offsetof(struct result_sample, allocated_bytes)},
    {"cache", offsetof(struct result_sample, cache_bytes)},
    {"payload", offsetof(struct result_sample, payload_bytes)},
};
#define LINES (sizeof lines / sizeof lines[0])

static double line_value(const struct result_sample *sample, size_t line)
{
    return (double)*(const uint64_t *)((const char *)sample + lines[line].field);
}

/* Over requests; over time where the samples go on after the load. */
static void chart_show(const struct curve *curve, FILE *out)
{
    const struct result_run *run = run_of(curve);
    size_t count = samples_count(run), shown = 0;
    bool timed = count > run->sample_count;
    struct memory_zone *zone = memory_zone_create();
    double *values = memory_alloc(zone, (LINES + 1) * count * sizeof *values);
    struct chart_series series[LINES];
    for (size_t i = 0; i < count; i++)
        values[i] = (double)(timed ? sample_at(run, i)->time_ns : sample_at(run, i)->requests);
    for (size_t line = 0; line < LINES; line++) {
        double *y = values + (shown + 1) * count;
        for (size_t i = 0; i < count; i++)
            y[i] = line_value(sample_at(run, i), line);
        if (y[count - 1] > 0)
            series[shown++] = (struct chart_series){.name = lines[line].name, .y = y};
    }
    struct chart chart = {.series = series,
                          .series_count = shown,
                          .x = values,
                          .count = count,
                          .width = curve->width,
                          .height = CHART_HEIGHT,
                          .format_x = timed ? units_format_duration : count_format,
                          .format_y = units_format_size,
                          .colours = curve->colours};
    fprintf(out, "\nThe same over %s:\n", timed ? "time" : "requests");
    chart_print(&chart, out);
    memory_free(values);
    memory_zone_destroy(zone);
}

/* What it says. */

static void burst_print(const struct result_burst *burst, FILE *out)
{
    char text[UNITS_TEXT_BYTES];
    if (burst == NULL || burst->end_ns == 0)
        return;
    fprintf(out, "\nThe burst was over after %s. Of what it had added at its peak of %s, the\n",
            units_format_duration(text, (double)burst->end_ns), "RSS");
    fprintf(out, "process had given back to the kernel:\n");
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
        fprintf(out, "\nverdict: none, the run failed: %s\n", run->reason);
        return;
    }
    fprintf(out, "\nverdict: %s\n", verdict->words);
    if (verdict->judged_samples > 0)
        fprintf(out,
                "  It rests on the last %llu samples, %s requests, in which %s\n"
                "  changed by %+.2f bytes per request (between %+.2f and %+.2f).\n",
                (unsigned long long)verdict->judged_samples,
                units_format_count(requests, verdict->judged_requests), verdict->layer,
                verdict->bytes_per_request, verdict->low, verdict->high);
    if (run->status == RUN_CAPPED)
        fprintf(out, "  The server was stopped: it %s.\n", run->reason);
}

static void others_print(const struct curve *curve, FILE *out)
{
    const struct result *result = curve->result;
    size_t named = 0;
    if (result->run_count < 2)
        return;
    fprintf(out, "\nThis is run %zu of %zu; others:", curve->run + 1, result->run_count);
    for (size_t i = 0; i < result->run_count && named < LIST_MOST; i++)
        if (i != curve->run)
            fprintf(out, "%s --run %zu (%s)", named++ > 0 ? "," : "", i + 1,
                    result->runs[i]->workload);
    fprintf(out, "%s\n", named + 1 < result->run_count ? ", ..." : "");
}

void curve_print(const struct curve *curve, FILE *out)
{
    heading_print(curve, out);
    memory_layers_print(curve, out);
    meanings_print(curve, out);
    chart_show(curve, out);
    burst_print(run_of(curve)->burst, out);
    verdict_print(run_of(curve), out);
    others_print(curve, out);
}
