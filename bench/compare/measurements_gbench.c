/* measurements_gbench.c - google-benchmark's JSON: each repetition of a benchmark is a run. */
#include "measurements_json.h"

#include "counters.h"

#include "xmalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    double ns;
} time_units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};

/* Aggregates over repetitions; before run_type existed only the end of the name told them. */
static const char *const aggregates[] = {"mean", "median", "stddev", "cv"};
enum { AGGREGATE_MEAN, AGGREGATE_MEDIAN, AGGREGATE_DEVIATION, AGGREGATE_CV, AGGREGATES };

/* A row of the file. */
struct row {
    const json_t *json;
    char name[MEASUREMENTS_NAME_BYTES * 8]; /* of the benchmark, without an aggregate's ending */
    enum row_kind { ROW_TIMED, ROW_AGGREGATE, ROW_FIT, ROW_LEFT_OUT } kind;
    int aggregate; /* of ROW_AGGREGATE; -1: one that is not read */
};

struct gbench {
    struct measurements *measurements;
    struct row *rows;
    size_t count;
    const struct counters *counters;
};

static const char *text_of(const json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

/* Nanoseconds in the unit; 0: there is no such unit. */
static double unit_ns(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof time_units / sizeof time_units[0]; i++)
        if (strcmp(time_units[i].name, name) == 0)
            return time_units[i].ns;
    return 0;
}

static bool ends_with(const char *name, const char *ending)
{
    size_t length = strlen(name), part = strlen(ending);
    return length > part && strcmp(name + length - part, ending) == 0;
}

/* Which aggregate the name ends with; -1: none. */
static int aggregate_ending(const char *name)
{
    char ending[16];
    for (int i = 0; i < AGGREGATES; i++) {
        snprintf(ending, sizeof ending, "_%s", aggregates[i]);
        if (ends_with(name, ending))
            return i;
    }
    return -1;
}

static int aggregate_named(const char *name)
{
    for (int i = 0; name != NULL && i < AGGREGATES; i++)
        if (strcmp(name, aggregates[i]) == 0)
            return i;
    return -1;
}

static bool has_row(const json_t *rows, const char *name, size_t length, const char *ending)
{
    const json_t *row;
    size_t i;
    json_array_foreach ((json_t *)rows, i, row) {
        const char *other = text_of(row, "name");
        if (other != NULL && strncmp(other, name, length) == 0 &&
            strcmp(other + length, ending) == 0)
            return true;
    }
    return false;
}

/* Of a row without run_type: `x_mean` is an aggregate if x is there, or x_stddev. */
static bool is_old_aggregate(const json_t *rows, const char *name, int aggregate)
{
    size_t length = strlen(name) - strlen(aggregates[aggregate]) - 1;
    return has_row(rows, name, length, "") ||
           has_row(rows, name, length, aggregate == AGGREGATE_DEVIATION ? "_mean" : "_stddev");
}

/* The fit of a complexity: O(N) and its error. */
static bool is_fit(const json_t *json, const char *name)
{
    const char *aggregate = text_of(json, "aggregate_name");
    if (aggregate != NULL)
        return strcmp(aggregate, "BigO") == 0 || strcmp(aggregate, "RMS") == 0;
    return json_object_get(json, "big_o") != NULL || json_object_get(json, "rms") != NULL ||
           ((ends_with(name, "_BigO") || ends_with(name, "_RMS")) &&
            json_object_get(json, "iterations") == NULL);
}

static bool is_left_out(const json_t *json)
{
    return json_is_true(json_object_get(json, "error_occurred")) ||
           json_is_true(json_object_get(json, "skipped"));
}

/* False: the row has no name. */
static bool row_read(struct row *row, const json_t *rows, const json_t *json)
{
    const char *name = text_of(json, "name"), *run_name = text_of(json, "run_name");
    const char *type = text_of(json, "run_type");
    *row = (struct row){.json = json, .aggregate = -1, .kind = ROW_TIMED};
    if (name == NULL && run_name == NULL)
        return false;
    snprintf(row->name, sizeof row->name, "%s", run_name != NULL ? run_name : name);
    int ending = name == NULL ? -1 : aggregate_ending(name);
    if (is_fit(json, name == NULL ? run_name : name)) {
        row->kind = ROW_FIT;
    } else if (type != NULL && strcmp(type, "aggregate") == 0) {
        row->kind = ROW_AGGREGATE;
        row->aggregate = aggregate_named(text_of(json, "aggregate_name"));
        if (text_of(json, "aggregate_name") == NULL)
            row->aggregate = ending;
    } else if (type == NULL && ending >= 0 && is_old_aggregate(rows, name, ending)) {
        row->kind = ROW_AGGREGATE;
        row->aggregate = ending;
        if (run_name == NULL)
            row->name[strlen(name) - strlen(aggregates[ending]) - 1] = '\0';
    } else if (is_left_out(json)) {
        row->kind = ROW_LEFT_OUT;
    }
    return true;
}

/* Whether a part of the name is the word, as in `BM_x/8/manual_time/threads:2`. */
static bool has_part(const char *name, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = strchr(name, '/'); at != NULL; at = strchr(at + 1, '/'))
        if (strncmp(at + 1, word, length) == 0 && (at[1 + length] == '/' || at[1 + length] == '\0'))
            return true;
    return false;
}

/* Such a benchmark says itself that its real time is what counts. */
static bool is_by_real_time(const char *name)
{
    return has_part(name, "real_time") || has_part(name, "manual_time");
}

/* The series of a figure; NULL: there are too many. */
static struct measurement_series *series_of(struct gbench *gbench, const char *name,
                                            const struct figure *figure, bool is_time)
{
    struct measurement_series *series = measurements_series_get(gbench->measurements, name, figure);
    bool real = strcmp(figure->name, "real_time") == 0;
    if (series != NULL && is_time && is_by_real_time(name))
        series->choice = real ? CHOICE_ALWAYS : CHOICE_ON_REQUEST;
    return series;
}

/* A value in the unit of its figure; NaN: it is none. */
static double value_of(const json_t *row, const struct figure *figure, bool is_time)
{
    const json_t *value = json_object_get(row, figure->name);
    double scale = is_time ? unit_ns(text_of(row, "time_unit")) : 1;
    return json_is_number(value) && scale > 0 ? json_number_value(value) * scale : NAN;
}

static int value_add(struct gbench *gbench, const struct row *row, const struct figure *figure,
                     bool is_time)
{
    double value = value_of(row->json, figure, is_time);
    json_int_t repetition = json_integer_value(json_object_get(row->json, "repetition_index"));
    struct measurement_series *series = series_of(gbench, row->name, figure, is_time);
    if (series == NULL)
        return -1;
    if (isfinite(value))
        measurements_value_add(series, value, (uint64_t)repetition, 0);
    else
        measurements_note_add(gbench->measurements, "%.80s: a %s that is no number is left out",
                              row->name, figure->name);
    return 0;
}

/* How many repetitions are behind an aggregate. */
static uint64_t aggregate_count(const json_t *row)
{
    json_int_t count = json_integer_value(json_object_get(row, "repetitions"));
    if (count <= 1) /* old forms count them as iterations */
        count = json_integer_value(json_object_get(row, "iterations"));
    return count > 0 ? (uint64_t)count : 0;
}

static int moments_add(struct gbench *gbench, const struct row *row, const struct figure *figure,
                       bool is_time)
{
    double value = value_of(row->json, figure, is_time);
    struct measurement_series *series = series_of(gbench, row->name, figure, is_time);
    if (series == NULL)
        return -1;
    if (!isfinite(value))
        return 0;
    if (row->aggregate == AGGREGATE_MEAN) {
        series->moments.mean = value;
        series->moments.count = aggregate_count(row->json);
    } else {
        series->moments.deviation = value;
    }
    return 0;
}

typedef int figure_adder(struct gbench *gbench, const struct row *row, const struct figure *figure,
                         bool is_time);

/* Both times, and the counters that were asked for and are there. 0, or -1: too many series. */
static int figures_add(struct gbench *gbench, const struct row *row, figure_adder *add)
{
    static const char *const times[] = {"cpu_time", "real_time"};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        if (add(gbench, row, figure_find(times[i], strlen(times[i]), SOURCE_GBENCH), true) != 0)
            return -1;
    for (size_t i = 0; gbench->counters != NULL && i < gbench->counters->count; i++)
        if (json_object_get(row->json, gbench->counters->figures[i].name) != NULL &&
            add(gbench, row, &gbench->counters->figures[i], false) != 0)
            return -1;
    return 0;
}

static bool has_kind(const struct gbench *gbench, const char *name, enum row_kind kind)
{
    for (size_t i = 0; i < gbench->count; i++)
        if (gbench->rows[i].kind == kind && strcmp(gbench->rows[i].name, name) == 0)
            return true;
    return false;
}

/* Of a benchmark without repetitions, mean and standard deviation stand for them. */
static bool stands_for_repetitions(const struct gbench *gbench, const struct row *row)
{
    return row->kind == ROW_AGGREGATE &&
           (row->aggregate == AGGREGATE_MEAN || row->aggregate == AGGREGATE_DEVIATION) &&
           !has_kind(gbench, row->name, ROW_TIMED);
}

static void left_out_note(struct gbench *gbench, const struct row *row)
{
    bool failed = json_is_true(json_object_get(row->json, "error_occurred"));
    const char *message = text_of(row->json, failed ? "error_message" : "skip_message");
    if (message == NULL)
        message = "no reason given";
    measurements_note_add(gbench->measurements, "%.80s %s and is left out: %.80s", row->name,
                          failed ? "failed" : "was skipped", message);
}

static int row_add(struct gbench *gbench, const struct row *row)
{
    if (row->kind == ROW_TIMED)
        return figures_add(gbench, row, value_add);
    if (stands_for_repetitions(gbench, row))
        return figures_add(gbench, row, moments_add);
    if (row->kind == ROW_LEFT_OUT)
        left_out_note(gbench, row);
    return 0;
}

static void context_add(struct measurements *measurements, const json_t *context)
{
    const char *host = text_of(context, "host_name");
    const char *build = text_of(context, "library_build_type");
    measurements_setting_add(measurements, "machine", SETTING_MACHINE, "%s",
                             host != NULL ? host : "unknown");
    measurements_setting_add(measurements, "cores", SETTING_MACHINE, "%lld",
                             (long long)json_integer_value(json_object_get(context, "num_cpus")));
    measurements_setting_add(measurements, "library_build_type", SETTING_NOTED, "%s",
                             build != NULL ? build : "");
}

/* What the rows have in common is said once. */
static void rows_note(const struct gbench *gbench)
{
    size_t fits = 0, means = 0, first = 0;
    for (size_t i = 0; i < gbench->count; i++) {
        const struct row *row = &gbench->rows[i];
        fits += row->kind == ROW_FIT;
        if (row->aggregate == AGGREGATE_MEAN && stands_for_repetitions(gbench, row) && means++ == 0)
            first = i;
    }
    if (fits > 0)
        measurements_note_add(gbench->measurements,
                              "%zu fits of complexity (BigO, RMS) are left out", fits);
    if (means > 0)
        measurements_note_add(
            gbench->measurements,
            "%zu benchmark%s only aggregates (%.80s): mean and standard deviation are compared; "
            "for each repetition, pass --benchmark_report_aggregates_only=false",
            means, means == 1 ? " has" : "s have", gbench->rows[first].name);
}

static void counters_note(const struct gbench *gbench)
{
    for (size_t i = 0; gbench->counters != NULL && i < gbench->counters->count; i++) {
        const struct figure *figure = &gbench->counters->figures[i];
        bool found = false;
        for (size_t s = 0; s < gbench->measurements->series_count; s++)
            found |= gbench->measurements->series[s]->figure == figure;
        if (!found)
            measurements_note_add(gbench->measurements, "no benchmark has the counter %s",
                                  figure->name);
    }
}

static int rows_add(struct gbench *gbench, const json_t *rows, struct error *error)
{
    const json_t *json;
    size_t i;
    json_array_foreach ((json_t *)rows, i, json) {
        struct row *row = &gbench->rows[gbench->count++];
        if (!row_read(row, rows, json))
            return error_set(error, "benchmark %zu has no name", i + 1);
        if (row->kind == ROW_TIMED && json_object_get(json, "cpu_time") == NULL)
            return error_set(error, "benchmark %zu (%.80s) has no cpu_time", i + 1, row->name);
    }
    for (i = 0; i < gbench->count; i++)
        if (row_add(gbench, &gbench->rows[i]) != 0)
            return error_set(error, "there are more than %d benchmarks",
                             MEASUREMENTS_SERIES_MAX / 2);
    return 0;
}

int measurements_from_gbench(struct measurements *measurements, const json_t *json,
                             const struct counters *counters, struct error *error)
{
    const json_t *rows = json_object_get(json, "benchmarks");
    struct gbench gbench = {.measurements = measurements, .counters = counters};
    gbench.rows = xcalloc(json_array_size(rows) + 1, sizeof *gbench.rows);
    context_add(measurements, json_object_get(json, "context"));
    int status = rows_add(&gbench, rows, error);
    if (status == 0) {
        rows_note(&gbench);
        counters_note(&gbench);
    }
    free(gbench.rows);
    return status;
}
