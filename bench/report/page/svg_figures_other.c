/* svg_figures_other.c - charts of replays, choices, micro-benchmarks and start times. */
#include "svg_figures_other.h"

#include "printable.h"
#include "stats.h"
#include "xmalloc.h"

#include <jansson.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS_PER_SECOND 1e3

void svg_output_add(struct svg_output *output, struct plot *plot)
{
    if (plot->count > 0 && output->status == 0) {
        char *path = plot_write(plot, output->folder, output->error);
        if (path != NULL)
            printable_print(stdout, "%s\n", path);
        output->status = path != NULL ? 0 : -1;
        free(path);
    }
    plot_clear(plot);
}

/* NAN: there is no such number. */
static double real_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* "": there is no such text. */
static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static void startup_plot(const json_t *json, struct svg_output *output)
{
    struct plot plot = {.file = xstrdup("startup"),
                        .title = xstrdup("Time from start to first answer, and stop"),
                        .x_label = "ms, median and range",
                        .y_label = "",
                        .form = PLOT_BARS};
    const json_t *row;
    size_t i;
    json_array_foreach (json_object_get(json, "results"), i, row)
        plot_bar_add(&plot, text_of(row, "command"), MS_PER_SECOND * real_of(row, "median"),
                     MS_PER_SECOND * real_of(row, "min"), MS_PER_SECOND * real_of(row, "max"));
    svg_output_add(output, &plot);
}

/* "get-hit/lru/1000" is the operation "get-hit/1000" of the policy lru. */
struct operation {
    char name[PLOT_NAME_BYTES], policy[PLOT_NAME_BYTES];
};

/* False for a row that is no operation: it ran only once. */
static bool operation_read(const json_t *row, struct operation *operation)
{
    const char *name = text_of(row, "name"), *slash = strchr(name, '/');
    if (slash == NULL || !(real_of(row, "iterations") > 1))
        return false;
    size_t policy = strcspn(slash + 1, "/");
    snprintf(operation->policy, sizeof operation->policy, "%.*s", (int)policy, slash + 1);
    snprintf(operation->name, sizeof operation->name, "%.*s%.60s", (int)(slash - name) % 80, name,
             slash + 1 + policy);
    return true;
}

/* Adds a bar for the benchmark of row `at`, with the median of its repetitions and their range,
 * unless a row before it has added it. */
static void operation_bar(struct plot *plot, const json_t *rows, size_t at, const char *policy)
{
    const char *name = text_of(json_array_get(rows, at), "name");
    double *values = xcalloc(json_array_size(rows), sizeof *values);
    const json_t *row;
    size_t i, count = 0, first = at;
    json_array_foreach ((json_t *)rows, i, row)
        if (strcmp(text_of(row, "name"), name) == 0) {
            first = i < first ? i : first;
            values[count++] = real_of(row, "cpu_time");
        }
    if (first == at)
        plot_bar_add(plot, policy, stats_median(values, count), stats_percentile(values, count, 0),
                     stats_percentile(values, count, 100));
    free(values);
}

static void operation_plot(const json_t *rows, const char *name, struct svg_output *output)
{
    struct plot plot = {.file = xasprintf("micro-%s", name),
                        .title = xasprintf("One operation: %s", name),
                        .x_label = "nanoseconds of CPU time, median and range",
                        .y_label = "",
                        .form = PLOT_BARS};
    struct operation operation;
    const json_t *row;
    size_t i;
    json_array_foreach ((json_t *)rows, i, row)
        if (operation_read(row, &operation) && strcmp(operation.name, name) == 0)
            operation_bar(&plot, rows, i, operation.policy);
    svg_output_add(output, &plot);
}

static bool operation_is_new(const json_t *rows, size_t at, const char *name)
{
    struct operation before;
    for (size_t i = 0; i < at; i++)
        if (operation_read(json_array_get(rows, i), &before) && strcmp(before.name, name) == 0)
            return false;
    return true;
}

static void micro_plots(const json_t *json, struct svg_output *output)
{
    const json_t *rows = json_object_get(json, "benchmarks"), *row;
    struct operation operation;
    size_t i;
    json_array_foreach ((json_t *)rows, i, row)
        if (operation_read(row, &operation) && operation_is_new(rows, i, operation.name))
            operation_plot(rows, operation.name, output);
}

static void windows_add(struct plot *plot, const char *name, const json_t *windows)
{
    size_t count = json_array_size(windows);
    struct plot_series *series = count > 0 ? plot_series_add(plot, name) : NULL;
    for (size_t i = 0; i < count; i++)
        plot_point_add(series, 100 * ((double)i + 0.5) / (double)count,
                       100 * json_number_value(json_array_get(windows, i)));
}

static void choice_plot(const json_t *json, struct svg_output *output)
{
    const char *trace = text_of(json, "trace");
    struct plot plot = {.file = xasprintf("choice-%s", trace),
                        .title = xasprintf("Hits over the trace: %s", trace),
                        .x_label = "% of the trace",
                        .y_label = "hits, % of the requests"};
    const json_t *policy;
    size_t i;
    json_array_foreach (json_object_get(json, "policies"), i, policy)
        windows_add(&plot, text_of(policy, "policy"), json_object_get(policy, "windows"));
    windows_add(&plot, "belady", json_object_get(json_object_get(json, "optimum"), "windows"));
    svg_output_add(output, &plot);
}

static struct plot_series *series_get(struct plot *plot, const char *name)
{
    for (size_t i = 0; i < plot->count; i++)
        if (strncmp(plot->series[i].name, name, PLOT_NAME_BYTES - 1) == 0)
            return &plot->series[i];
    return plot_series_add(plot, name);
}

static void hits_plot(const json_t *rows, const char *trace, struct svg_output *output)
{
    struct plot plot = {.file = xasprintf("hits-%s", trace),
                        .title = xasprintf("Hits against memory: %s", trace),
                        .x_label = "peak memory, KiB",
                        .y_label = "hits, % of the requests",
                        .log_x = true};
    const json_t *row;
    size_t i;
    json_array_foreach ((json_t *)rows, i, row)
        if (strcmp(text_of(row, "trace"), trace) == 0 && text_of(row, "policy")[0] != '\0')
            plot_point_add(series_get(&plot, text_of(row, "policy")),
                           real_of(row, "peak_bytes") / 1024, 100 * real_of(row, "hit_ratio"));
    svg_output_add(output, &plot);
}

/* One chart for each trace. */
static void replay_plots(const json_t *json, struct svg_output *output)
{
    json_t *rows = json_is_array(json) ? json_incref((json_t *)json) : json_pack("[O]", json);
    const json_t *row;
    size_t i, first;
    json_array_foreach (rows, i, row) {
        const char *trace = text_of(row, "trace");
        for (first = 0; strcmp(text_of(json_array_get(rows, first), "trace"), trace) != 0;)
            first++;
        if (trace[0] != '\0' && first == i)
            hits_plot(rows, trace, output);
    }
    json_decref(rows);
}

static const struct {
    const char *kind;
    void (*plot)(const json_t *json, struct svg_output *output);
} kinds[] = {{"startup", startup_plot},
             {"micro", micro_plots},
             {"choice", choice_plot},
             {"replay", replay_plots}};

void svg_figures_other(struct svg_output *output, const struct source *source)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(source->kind, kinds[i].kind) != 0)
            continue;
        json_t *json = json_loadb(source->columns.rest.text, source->columns.rest.bytes, 0, NULL);
        kinds[i].plot(json, output);
        json_decref(json);
    }
}
