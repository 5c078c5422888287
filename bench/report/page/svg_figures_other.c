/* svg_figures_other.c - operations by google-benchmark, starts by hyperfine, the windows of a
 * choice. */
#include "svg_figures_other.h"

#include "xmalloc.h"

#include <jansson.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MS_PER_SECOND 1e3

/* NAN: it is no number. */
static double real_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static void bar_add(struct plot *plot, const char *name, double value, double low, double high)
{
    if (!isfinite(value) || !isfinite(low) || !isfinite(high))
        return;
    struct plot_series *series = plot_series_add(plot, name, 1);
    series->low = xcalloc(1, sizeof *series->low);
    series->high = xcalloc(1, sizeof *series->high);
    series->y[0] = value;
    series->low[0] = low;
    series->high[0] = high;
}

static void startup_plot(const json_t *json, plot_taker *take, void *context)
{
    struct plot plot = {.x_label = "ms, median and range", .y_label = "", .form = PLOT_BARS};
    snprintf(plot.file, sizeof plot.file, "startup");
    snprintf(plot.title, sizeof plot.title, "From start to first answer, and stop");
    const json_t *row;
    size_t i;
    json_array_foreach(json_object_get(json, "results"), i, row)
    {
        bar_add(&plot, text_of(row, "command"), MS_PER_SECOND * real_of(row, "median"),
                MS_PER_SECOND * real_of(row, "min"), MS_PER_SECOND * real_of(row, "max"));
    }
    take(context, &plot);
}

/* What is measured: "get-hit/lru/1000" is get-hit 1000, of lru. */
struct operation {
    char name[PLOT_NAME_BYTES], policy[PLOT_NAME_BYTES];
};

/* False for what ran once only: it is a whole life, and no operation. */
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

static void operation_plot(const json_t *rows, const char *name, plot_taker *take, void *context)
{
    struct plot plot = {.x_label = "nanoseconds of CPU time", .y_label = "", .form = PLOT_BARS};
    snprintf(plot.file, sizeof plot.file, "micro-%.120s", name);
    snprintf(plot.title, sizeof plot.title, "One operation: %s", name);
    struct operation operation;
    const json_t *row;
    size_t i;
    json_array_foreach((json_t *)rows, i, row)
    {
        double value = real_of(row, "cpu_time");
        if (operation_read(row, &operation) && strcmp(operation.name, name) == 0)
            bar_add(&plot, operation.policy, value, value, value);
    }
    take(context, &plot);
}

static bool operation_is_new(const json_t *rows, size_t at, const char *name)
{
    struct operation before;
    for (size_t i = 0; i < at; i++)
        if (operation_read(json_array_get(rows, i), &before) && strcmp(before.name, name) == 0)
            return false;
    return true;
}

static void micro_plot(const json_t *json, plot_taker *take, void *context)
{
    const json_t *rows = json_object_get(json, "benchmarks"), *row;
    struct operation operation;
    size_t i;
    json_array_foreach((json_t *)rows, i, row)
    {
        if (operation_read(row, &operation) && operation_is_new(rows, i, operation.name))
            operation_plot(rows, operation.name, take, context);
    }
}

static void windows_add(struct plot *plot, const char *name, const json_t *windows)
{
    size_t count = json_array_size(windows);
    if (count == 0)
        return;
    struct plot_series *series = plot_series_add(plot, name, count);
    for (size_t i = 0; i < count; i++) {
        series->x[i] = 100 * ((double)i + 0.5) / (double)count;
        series->y[i] = 100 * json_number_value(json_array_get(windows, i));
    }
}

static void choice_plot(const json_t *json, plot_taker *take, void *context)
{
    struct plot plot = {.x_label = "% of the trace", .y_label = "hits, % of the requests"};
    snprintf(plot.file, sizeof plot.file, "choice-%.120s", text_of(json, "trace"));
    snprintf(plot.title, sizeof plot.title, "Hits as the traffic went on: %s",
             text_of(json, "trace"));
    const json_t *policy;
    size_t i;
    json_array_foreach(json_object_get(json, "policies"), i, policy)
    {
        windows_add(&plot, text_of(policy, "policy"), json_object_get(policy, "windows"));
    }
    windows_add(&plot, "belady", json_object_get(json_object_get(json, "optimum"), "windows"));
    take(context, &plot);
}

static const struct {
    const char *kind;
    void (*plot)(const json_t *json, plot_taker *take, void *context);
} parts[] = {{"startup", startup_plot}, {"micro", micro_plot}, {"choice", choice_plot}};

void parts_plot(const struct source *source, plot_taker *take, void *context)
{
    json_t *json = json_loadb(source->columns.rest.text, source->columns.rest.bytes, 0, NULL);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (strcmp(source->kind, parts[i].kind) == 0)
            parts[i].plot(json, take, context);
    json_decref(json);
}
