/* svg_figures.c - the charts of bench results: memory, speed and latency for each workload. */
#include "svg_figures.h"

#include "bench_folder.h"
#include "command.h"
#include "count_of.h"
#include "summary.h"
#include "svg_figures_other.h"
#include "units.h"
#include "xmalloc.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MIB            1048576.0
#define WORKLOADS_MAX  64
#define STRETCH_NS_MIN (NS_PER_MS * 50) /* a shorter last stretch of a run gives no rate */

struct figures {
    struct svg_output output;
    struct result **results;
    char (*names)[PLOT_NAME_BYTES]; /* of the results */
    size_t count;
    const char *workloads[WORKLOADS_MAX];
    size_t workload_count;
};

static const struct layer {
    const char *name;
    size_t offset; /* in a sample */
} layers[] = {
    {"payload", offsetof(struct result_sample, payload_bytes)},
    {"cache", offsetof(struct result_sample, cache_bytes)},
    {"allocated", offsetof(struct result_sample, allocated_bytes)},
    {"active", offsetof(struct result_sample, active_bytes)},
    {"resident", offsetof(struct result_sample, resident_bytes)},
    {"rss", offsetof(struct result_sample, rss_bytes)},
};

static const enum result_figure_name percentiles[] = {FIGURE_P50_NS, FIGURE_P90_NS, FIGURE_P99_NS,
                                                      FIGURE_P999_NS, FIGURE_MAX_NS};

/* The first run that did not fail, or NULL. */
static const struct result_run *run_of(const struct result *result, const char *workload)
{
    for (size_t i = 0; i < result->run_count; i++)
        if (result->runs[i]->status != RUN_FAILED && result->runs[i]->sample_count > 0 &&
            strcmp(result->runs[i]->workload, workload) == 0)
            return result->runs[i];
    return NULL;
}

/* The summary's figure; n is 0 if there is none. */
static struct result_figure figure_of(const struct result *result, const char *workload,
                                      enum result_figure_name figure)
{
    const struct result_summary *summary = summary_find(result, workload);
    return summary != NULL ? summary->figures[figure] : (struct result_figure){.n = 0};
}

static void curve_add(struct plot *plot, const char *name, const struct result_run *run,
                      const struct layer *layer)
{
    struct plot_series *series = plot_series_add(plot, name);
    for (size_t i = 0; i < run->sample_count; i++) {
        const struct result_sample *sample = &run->samples[i];
        uint64_t bytes = *(const uint64_t *)((const char *)sample + layer->offset);
        plot_point_add(series, (double)sample->requests, (double)bytes / MIB);
    }
}

static void memory_plot(struct figures *figures, const char *workload, const struct layer *layer)
{
    struct plot plot = {.file = xasprintf("memory-%s-%s", workload, layer->name),
                        .title = xasprintf("Memory under %s: %s", workload, layer->name),
                        .x_label = "requests",
                        .y_label = "MiB",
                        .thousands_x = true};
    for (size_t i = 0; i < figures->count; i++) {
        const struct result_run *run = run_of(figures->results[i], workload);
        if (run != NULL)
            curve_add(&plot, figures->names[i], run, layer);
    }
    svg_output_add(&figures->output, &plot);
}

static void layers_plot(struct figures *figures, const char *workload, size_t at)
{
    const char *name = figures->names[at];
    const struct result_run *run = run_of(figures->results[at], workload);
    struct plot plot = {.file = xasprintf("layers-%s-%s", workload, name),
                        .title = xasprintf("%s under %s, layer by layer", name, workload),
                        .x_label = "requests",
                        .y_label = "MiB",
                        .thousands_x = true};
    for (size_t i = COUNT_OF(layers); run != NULL && i > 0; i--)
        curve_add(&plot, layers[i - 1].name, run, &layers[i - 1]);
    svg_output_add(&figures->output, &plot);
}

/* The folder's judged workload; NULL: it has no figures of speed there. */
static const struct judged_workload *speed_find(const struct judgement *judgement,
                                                const char *workload)
{
    for (size_t i = 0; i < judgement->count; i++)
        if (strcmp(judgement->workloads[i].name, workload) == 0 &&
            judgement->workloads[i].speed.known)
            return &judgement->workloads[i];
    return NULL;
}

static void cpu_plot(struct svg_output *output, const struct judgement *judgement,
                     const struct judged_workload *workload, const char *ending)
{
    struct plot plot = {.file = xasprintf("cpu-%s%s", workload->name, ending),
                        .title = xasprintf("Under %s: CPU time per request, %s = 1", workload->name,
                                           judgement->reference),
                        .x_label = "ratio, and its interval: 95 % for all pairs together",
                        .y_label = "",
                        .form = PLOT_BARS};
    for (size_t i = 0; i < workload->served_count; i++) {
        const struct judged_row *row = &workload->rows[i];
        const struct stats_interval *ratio = &row->cpu_ratio;
        bool has_interval = isfinite(ratio->low);
        if (isfinite(ratio->value))
            plot_bar_add(&plot, row->variant, ratio->value,
                         has_interval ? ratio->low : ratio->value,
                         has_interval ? ratio->high : ratio->value);
    }
    svg_output_add(output, &plot);
}

/* The files of all folders but the first have its number in their names. */
static void judged_plot(struct figures *figures, const struct sources *sources)
{
    size_t number = 0;
    for (size_t i = 0; i < sources->count; i++) {
        if (!bench_folder_is_first(sources, i))
            continue;
        struct bench_folder *folder = bench_folder_read(sources, sources->list[i].folder);
        char *ending = ++number > 1 ? xasprintf("-%zu", number) : xstrdup("");
        for (size_t at = 0; at < figures->workload_count; at++) {
            const struct judged_workload *workload =
                speed_find(folder->judgement, figures->workloads[at]);
            if (workload != NULL)
                cpu_plot(&figures->output, folder->judgement, workload, ending);
        }
        free(ending);
        bench_folder_destroy(folder);
    }
}

static void latency_plot(struct figures *figures, const char *workload)
{
    struct plot plot = {.file = xasprintf("latency-%s", workload),
                        .title =
                            xasprintf("Latency under %s, medians of the repetitions", workload),
                        .x_label = "percentile of the requests",
                        .y_label = "ms",
                        .form = PLOT_PERCENTILES,
                        .log_y = true};
    for (size_t i = 0; i < figures->count; i++) {
        const struct result *result = figures->results[i];
        if (figure_of(result, workload, FIGURE_P50_NS).n == 0)
            continue;
        struct plot_series *series = plot_series_add(&plot, figures->names[i]);
        for (size_t at = 0; at < COUNT_OF(percentiles); at++)
            plot_point_add(series, (double)at + 1,
                           figure_of(result, workload, percentiles[at]).median / (double)NS_PER_MS);
    }
    svg_output_add(&figures->output, &plot);
}

static double stretch_rate(const struct result_interval *stretch)
{
    return (double)stretch->requests * (double)NS_PER_SECOND / (double)stretch->span_ns;
}

static double stretch_p99_ms(const struct result_interval *stretch)
{
    return stretch->p99_ns > 0 ? (double)stretch->p99_ns / (double)NS_PER_MS : NAN;
}

static const struct time_chart {
    const char *file, *title, *label;
    double (*figure)(const struct result_interval *stretch);
} time_charts[] = {
    {"speed-time", "requests per second over time", "requests per second", stretch_rate},
    {"latency-time", "latency p99 over time", "ms", stretch_p99_ms},
};

static void time_plot(struct figures *figures, const char *workload, const struct time_chart *chart)
{
    struct plot plot = {.file = xasprintf("%s-%s", chart->file, workload),
                        .title = xasprintf("Under %s: %s", workload, chart->title),
                        .x_label = "seconds",
                        .y_label = chart->label};
    for (size_t i = 0; i < figures->count; i++) {
        const struct result_run *run = run_of(figures->results[i], workload);
        if (run == NULL || run->series_count == 0)
            continue;
        struct plot_series *series = plot_series_add(&plot, figures->names[i]);
        for (size_t at = 0; at < run->series_count; at++) {
            const struct result_interval *stretch = &run->series[at];
            double middle_ns = (double)stretch->start_ns + (double)stretch->span_ns / 2;
            plot_point_add(series, middle_ns / (double)NS_PER_SECOND,
                           stretch->span_ns >= STRETCH_NS_MIN ? chart->figure(stretch) : NAN);
        }
    }
    svg_output_add(&figures->output, &plot);
}

static void workload_plot(struct figures *figures, const char *workload)
{
    for (size_t i = 0; i < COUNT_OF(layers); i++)
        memory_plot(figures, workload, &layers[i]);
    for (size_t i = 0; i < figures->count; i++)
        layers_plot(figures, workload, i);
    latency_plot(figures, workload);
    for (size_t i = 0; i < COUNT_OF(time_charts); i++)
        time_plot(figures, workload, &time_charts[i]);
}

static void workload_add(struct figures *figures, const char *workload)
{
    for (size_t i = 0; i < figures->workload_count; i++)
        if (strcmp(figures->workloads[i], workload) == 0)
            return;
    if (figures->workload_count < WORKLOADS_MAX)
        figures->workloads[figures->workload_count++] = workload;
}

/* The name has the folder's, too, if the results lie in several. */
static void result_add(struct figures *figures, const struct source *source, bool many_folders)
{
    struct error error;
    const char *slash = strrchr(source->folder, '/');
    char *path = xasprintf("%s/%s", source->folder, source->name);
    struct result *result = result_read(path, &error);
    free(path);
    if (result == NULL) {
        complain("report", 0, "no charts: %s", error.text);
        return;
    }
    size_t at = figures->count++;
    figures->results[at] = result;
    snprintf(figures->names[at], sizeof *figures->names, many_folders ? "%.60s (%.80s)" : "%.60s",
             result->variant, slash != NULL ? slash + 1 : source->folder);
    for (size_t i = 0; i < result->run_count; i++)
        workload_add(figures, result->runs[i]->workload);
}

static bool folders_differ(const struct sources *sources)
{
    const char *first = NULL;
    for (size_t i = 0; i < sources->count; i++) {
        if (!source_is(&sources->list[i], "result"))
            continue;
        if (first == NULL)
            first = sources->list[i].folder;
        if (strcmp(first, sources->list[i].folder) != 0)
            return true;
    }
    return false;
}

int svg_figures_write(const struct sources *sources, const char *folder, struct error *error)
{
    struct figures figures = {.output = {.folder = folder, .error = error}};
    bool many_folders = folders_differ(sources);
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return error_set(error, "%s: %s", folder, strerror(errno));
    figures.results = xcalloc(sources->count + 1, sizeof *figures.results);
    figures.names = xcalloc(sources->count + 1, sizeof *figures.names);
    for (size_t i = 0; i < sources->count; i++)
        if (source_is(&sources->list[i], "result"))
            result_add(&figures, &sources->list[i], many_folders);
    for (size_t i = 0; i < figures.workload_count; i++)
        workload_plot(&figures, figures.workloads[i]);
    judged_plot(&figures, sources);
    for (size_t i = 0; i < sources->count; i++)
        svg_figures_other(&figures.output, &sources->list[i]);
    for (size_t i = 0; i < figures.count; i++)
        result_destroy(figures.results[i]);
    free(figures.results);
    free(figures.names);
    return figures.output.status;
}
