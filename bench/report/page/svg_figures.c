/* svg_figures.c - which charts there are: memory and speed of each workload, hits of each trace. */
#include "svg_figures.h"

#include "gnuplot.h"
#include "result.h"
#include "svg_figures_other.h"
#include "units.h"
#include "xmalloc.h"

#include <jansson.h>

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MIB           1048576.0
#define WORKLOADS_MAX 64
#define PERCENTILES   5

/* All that is drawn, and where. */
struct gallery {
    const char *folder;
    struct result **results;
    char (*names)[PLOT_NAME_BYTES]; /* of the results */
    size_t count;
    const char *workloads[WORKLOADS_MAX];
    size_t workload_count;
    int status;
};

struct layer {
    const char *name;
    size_t offset; /* of the sample's figure */
};

static const struct layer layers[] = {
    {"payload", offsetof(struct result_sample, payload_bytes)},
    {"cache", offsetof(struct result_sample, cache_bytes)},
    {"allocated", offsetof(struct result_sample, allocated_bytes)},
    {"active", offsetof(struct result_sample, active_bytes)},
    {"resident", offsetof(struct result_sample, resident_bytes)},
    {"rss", offsetof(struct result_sample, rss_bytes)},
};
#define LAYERS (sizeof layers / sizeof layers[0])

/* Of a summary, as bars. */
struct bar_chart {
    const char *file, *title, *label;
    enum result_figure_name figure;
    bool thousands;
};

static const struct bar_chart bar_charts[] = {
    {"speed", "requests a second", "median of the runs, and its interval",
     FIGURE_REQUESTS_PER_SECOND, true},
    {"cpu", "CPU time of the server, \302\265s a request", "median of the runs, and its interval",
     FIGURE_CPU_US_PER_REQUEST, false},
};

static const enum result_figure_name percentiles[PERCENTILES] = {
    FIGURE_P50_NS, FIGURE_P90_NS, FIGURE_P99_NS, FIGURE_P999_NS, FIGURE_MAX_NS};

/* Draws what has any series, tells of it, and lets it go. Once one has failed, none is drawn. */
static void plot_finish(struct gallery *gallery, struct plot *plot)
{
    char path[PATH_MAX];
    struct error error;
    if (plot->count > 0 && gallery->status == 0) {
        gallery->status = plot_write(plot, gallery->folder, path, sizeof path, &error);
        if (gallery->status == 0)
            printf("%s\n", path);
        else
            fprintf(stderr, "tidemark report: %s\n", error.text);
    }
    plot_free(plot);
}

static void plot_take(void *context, struct plot *plot)
{
    plot_finish(context, plot);
}

static double layer_mib(const struct result_sample *sample, const struct layer *layer)
{
    uint64_t bytes;
    memcpy(&bytes, (const char *)sample + layer->offset, sizeof bytes);
    return (double)bytes / MIB;
}

/* Its first run that did not fail. NULL: it has none. */
static const struct result_run *run_of(const struct result *result, const char *workload)
{
    for (size_t i = 0; i < result->run_count; i++)
        if (result->runs[i]->status != RUN_FAILED && result->runs[i]->sample_count > 0 &&
            strcmp(result->runs[i]->workload, workload) == 0)
            return result->runs[i];
    return NULL;
}

static const struct result_summary *summary_of(const struct result *result, const char *workload)
{
    for (size_t i = 0; i < result->summary_count; i++)
        if (strcmp(result->summaries[i].workload, workload) == 0)
            return &result->summaries[i];
    return NULL;
}

static void curve_add(struct plot *plot, const char *name, const struct result_run *run,
                      const struct layer *layer)
{
    struct plot_series *series = plot_series_add(plot, name, run->sample_count);
    for (size_t i = 0; i < run->sample_count; i++) {
        series->x[i] = (double)run->samples[i].requests;
        series->y[i] = layer_mib(&run->samples[i], layer);
    }
}

static void memory_plot(struct gallery *gallery, const char *workload, const struct layer *layer)
{
    struct plot plot = {.x_label = "requests", .y_label = "MiB", .thousands_x = true};
    snprintf(plot.file, sizeof plot.file, "memory-%s-%s", workload, layer->name);
    snprintf(plot.title, sizeof plot.title, "Memory under %s: %s", workload, layer->name);
    for (size_t i = 0; i < gallery->count; i++) {
        const struct result_run *run = run_of(gallery->results[i], workload);
        if (run != NULL)
            curve_add(&plot, gallery->names[i], run, layer);
    }
    plot_finish(gallery, &plot);
}

static void layers_plot(struct gallery *gallery, const char *workload, size_t at)
{
    const struct result_run *run = run_of(gallery->results[at], workload);
    struct plot plot = {.x_label = "requests", .y_label = "MiB", .thousands_x = true};
    snprintf(plot.file, sizeof plot.file, "layers-%s-%s", workload, gallery->names[at]);
    snprintf(plot.title, sizeof plot.title, "%s under %s, layer by layer", gallery->names[at],
             workload);
    for (size_t i = LAYERS; run != NULL && i > 0; i--)
        curve_add(&plot, layers[i - 1].name, run, &layers[i - 1]);
    plot_finish(gallery, &plot);
}

static void bar_add(struct plot *plot, const char *name, const struct result_figure *figure)
{
    struct plot_series *series = plot_series_add(plot, name, 1);
    series->low = xcalloc(1, sizeof *series->low);
    series->high = xcalloc(1, sizeof *series->high);
    series->y[0] = figure->median;
    series->low[0] = figure->low;
    series->high[0] = figure->high;
}

static void bars_plot(struct gallery *gallery, const char *workload, const struct bar_chart *chart)
{
    struct plot plot = {
        .x_label = chart->label, .y_label = "", .thousands_x = chart->thousands, .form = PLOT_BARS};
    snprintf(plot.file, sizeof plot.file, "%s-%s", chart->file, workload);
    snprintf(plot.title, sizeof plot.title, "Under %s: %s", workload, chart->title);
    for (size_t i = 0; i < gallery->count; i++) {
        const struct result_summary *summary = summary_of(gallery->results[i], workload);
        if (summary != NULL && summary->figures[chart->figure].n > 0)
            bar_add(&plot, gallery->names[i], &summary->figures[chart->figure]);
    }
    plot_finish(gallery, &plot);
}

static void latency_plot(struct gallery *gallery, const char *workload)
{
    struct plot plot = {.x_label = "percentile of the requests",
                        .y_label = "ms",
                        .form = PLOT_PERCENTILES,
                        .log_y = true};
    snprintf(plot.file, sizeof plot.file, "latency-%s", workload);
    snprintf(plot.title, sizeof plot.title, "Latency under %s, medians of the runs", workload);
    for (size_t i = 0; i < gallery->count; i++) {
        const struct result_summary *summary = summary_of(gallery->results[i], workload);
        if (summary == NULL || summary->figures[FIGURE_P50_NS].n == 0)
            continue;
        struct plot_series *series = plot_series_add(&plot, gallery->names[i], PERCENTILES);
        for (size_t at = 0; at < PERCENTILES; at++) {
            series->x[at] = (double)at + 1;
            series->y[at] = summary->figures[percentiles[at]].median / (double)NS_PER_MS;
        }
    }
    plot_finish(gallery, &plot);
}

#define STRETCH_NS_MIN (NS_PER_MS * 50) /* what the end of a run cut shorter says little */

/* Of a stretch of the load. */
static double stretch_rate(const struct result_interval *stretch)
{
    return (double)stretch->requests * (double)NS_PER_SECOND / (double)stretch->span_ns;
}

static double stretch_p99(const struct result_interval *stretch)
{
    return stretch->p99_ns > 0 ? (double)stretch->p99_ns / (double)NS_PER_MS : NAN;
}

static const struct time_chart {
    const char *file, *title, *label;
    double (*figure)(const struct result_interval *stretch);
} time_charts[] = {
    {"speed-time", "requests a second, as it went", "requests a second", stretch_rate},
    {"latency-time", "latency p99, as it went", "ms", stretch_p99},
};

static void time_plot(struct gallery *gallery, const char *workload, const struct time_chart *chart)
{
    struct plot plot = {.x_label = "seconds", .y_label = chart->label};
    snprintf(plot.file, sizeof plot.file, "%s-%s", chart->file, workload);
    snprintf(plot.title, sizeof plot.title, "Under %s: %s", workload, chart->title);
    for (size_t i = 0; i < gallery->count; i++) {
        const struct result_run *run = run_of(gallery->results[i], workload);
        if (run == NULL || run->series_count == 0)
            continue;
        struct plot_series *series = plot_series_add(&plot, gallery->names[i], run->series_count);
        for (size_t at = 0; at < run->series_count; at++) {
            const struct result_interval *stretch = &run->series[at];
            series->x[at] =
                ((double)stretch->start_ns + (double)stretch->span_ns / 2) / (double)NS_PER_SECOND;
            series->y[at] = stretch->span_ns >= STRETCH_NS_MIN ? chart->figure(stretch) : NAN;
        }
    }
    plot_finish(gallery, &plot);
}

static void workload_plot(struct gallery *gallery, const char *workload)
{
    for (size_t i = 0; i < LAYERS; i++)
        memory_plot(gallery, workload, &layers[i]);
    for (size_t i = 0; i < gallery->count; i++)
        layers_plot(gallery, workload, i);
    for (size_t i = 0; i < sizeof bar_charts / sizeof bar_charts[0]; i++)
        bars_plot(gallery, workload, &bar_charts[i]);
    latency_plot(gallery, workload);
    for (size_t i = 0; i < sizeof time_charts / sizeof time_charts[0]; i++)
        time_plot(gallery, workload, &time_charts[i]);
}

/* The series of that name; one more if there is none, with room for all rows. */
static struct plot_series *series_of(struct plot *plot, const char *name, size_t room)
{
    for (size_t i = 0; i < plot->count; i++)
        if (strcmp(plot->series[i].name, name) == 0)
            return &plot->series[i];
    struct plot_series *series = plot_series_add(plot, name, room);
    series->count = 0;
    return series;
}

static bool trace_is(const json_t *row, const char *trace)
{
    const char *name = json_string_value(json_object_get(row, "trace"));
    return name != NULL && strcmp(name, trace) == 0;
}

static void hits_plot(struct gallery *gallery, const json_t *rows, const char *trace)
{
    struct plot plot = {
        .x_label = "memory at its peak, KiB", .y_label = "hits, % of the requests", .log_x = true};
    snprintf(plot.file, sizeof plot.file, "hits-%s", trace);
    snprintf(plot.title, sizeof plot.title, "Hits against memory: %s", trace);
    const json_t *row;
    size_t i;
    json_array_foreach((json_t *)rows, i, row)
    {
        const char *policy = json_string_value(json_object_get(row, "policy"));
        if (!trace_is(row, trace) || policy == NULL)
            continue;
        char name[PLOT_NAME_BYTES];
        snprintf(name, sizeof name, "%s", policy);
        struct plot_series *series = series_of(&plot, name, json_array_size(rows));
        series->x[series->count] = json_number_value(json_object_get(row, "peak_bytes")) / 1024;
        series->y[series->count++] = 100 * json_number_value(json_object_get(row, "hit_ratio"));
    }
    plot_finish(gallery, &plot);
}

/* A chart for each trace, when its first row comes. */
static void replays_plot(struct gallery *gallery, const struct source *source)
{
    json_t *json = json_loadb(source->columns.rest.text, source->columns.rest.bytes, 0, NULL);
    json_t *rows = json_is_array(json) ? json_incref(json) : json_pack("[O]", json), *row;
    size_t i, before;
    json_array_foreach(rows, i, row)
    {
        const char *trace = json_string_value(json_object_get(row, "trace"));
        for (before = 0; trace != NULL && !trace_is(json_array_get(rows, before), trace);)
            before++;
        if (trace != NULL && before == i)
            hits_plot(gallery, rows, trace);
    }
    json_decref(rows);
    json_decref(json);
}

static void workload_learn(struct gallery *gallery, const char *workload)
{
    for (size_t i = 0; i < gallery->workload_count; i++)
        if (strcmp(gallery->workloads[i], workload) == 0)
            return;
    if (gallery->workload_count < WORKLOADS_MAX)
        gallery->workloads[gallery->workload_count++] = workload;
}

static const char *folder_name(const char *folder)
{
    const char *slash = strrchr(folder, '/');
    return slash != NULL ? slash + 1 : folder;
}

/* Where there are several folders a name says whose it is. */
static void result_add(struct gallery *gallery, const struct source *source, bool many)
{
    char path[PATH_MAX];
    struct error error;
    snprintf(path, sizeof path, "%s/%s", source->folder, source->name);
    struct result *result = result_read(path, &error);
    if (result == NULL) {
        fprintf(stderr, "tidemark report: no figures of it: %s\n", error.text);
        return;
    }
    size_t at = gallery->count++;
    gallery->results[at] = result;
    snprintf(gallery->names[at], sizeof *gallery->names, many ? "%.60s (%.80s)" : "%.60s",
             result->variant, folder_name(source->folder));
    for (size_t i = 0; i < result->run_count; i++)
        workload_learn(gallery, result->runs[i]->workload);
}

/* Whether the results lie in more than one folder. */
static bool folders_differ(const struct sources *sources)
{
    const char *first = NULL;
    for (size_t i = 0; i < sources->count; i++) {
        const struct source *source = &sources->list[i];
        if (strcmp(source->kind, "result") != 0)
            continue;
        if (first == NULL)
            first = source->folder;
        else if (strcmp(first, source->folder) != 0)
            return true;
    }
    return false;
}

static void results_read(struct gallery *gallery, const struct sources *sources)
{
    bool many = folders_differ(sources);
    gallery->results = xcalloc(sources->count + 1, sizeof *gallery->results);
    gallery->names = xcalloc(sources->count + 1, sizeof *gallery->names);
    for (size_t i = 0; i < sources->count; i++)
        if (strcmp(sources->list[i].kind, "result") == 0)
            result_add(gallery, &sources->list[i], many);
}

static void gallery_free(struct gallery *gallery)
{
    for (size_t i = 0; i < gallery->count; i++)
        result_destroy(gallery->results[i]);
    free(gallery->results);
    free(gallery->names);
}

int svg_figures_write(const struct sources *sources, const char *folder)
{
    struct gallery gallery = {.folder = folder};
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, "tidemark report: %s: %s\n", folder, strerror(errno));
        return -1;
    }
    results_read(&gallery, sources);
    for (size_t i = 0; i < gallery.workload_count; i++)
        workload_plot(&gallery, gallery.workloads[i]);
    for (size_t i = 0; i < sources->count; i++)
        if (strcmp(sources->list[i].kind, "replay") == 0)
            replays_plot(&gallery, &sources->list[i]);
        else
            parts_plot(&sources->list[i], plot_take, &gallery);
    gallery_free(&gallery);
    return gallery.status;
}
