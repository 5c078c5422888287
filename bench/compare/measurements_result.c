/* measurements_result.c - a result of tidemark bench as a measurements. */
#include "measurements_json.h"
#include "summary.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void made_by_add(struct measurements *measurements, const struct result_made_by *made_by)
{
    measurements_setting_add(measurements, "machine", SETTING_MACHINE, "%s", made_by->machine);
    measurements_setting_add(measurements, "cpu_model", SETTING_MACHINE, "%s", made_by->cpu_model);
    measurements_setting_add(measurements, "cores", SETTING_MACHINE, "%llu",
                             (unsigned long long)made_by->cores);
    measurements_setting_add(measurements, "server_cpu", SETTING_MACHINE, "%lld",
                             (long long)made_by->server_cpu);
    measurements_setting_add(measurements, "generator_cpu", SETTING_MACHINE, "%lld",
                             (long long)made_by->generator_cpu);
    measurements_setting_add(measurements, "connections", SETTING_LOAD, "%llu",
                             (unsigned long long)made_by->connections);
    measurements_setting_add(measurements, "duration_ns", SETTING_LOAD, "%llu",
                             (unsigned long long)made_by->duration_ns);
    measurements_setting_add(measurements, "protocol", SETTING_LOAD, "%s", made_by->protocol);
    measurements_setting_add(measurements, "streams", SETTING_LOAD, "%llu",
                             (unsigned long long)made_by->streams);
    measurements_setting_add(measurements, "rate_rps", SETTING_LOAD, "%.9g", made_by->rate_rps);
    measurements_setting_add(measurements, "kernel", SETTING_NOTED, "%s", made_by->kernel);
    measurements_setting_add(measurements, "compiler", SETTING_NOTED, "%s", made_by->compiler);
    measurements_setting_add(measurements, "flags", SETTING_NOTED, "%s", made_by->flags);
    measurements_setting_add(measurements, "commit", SETTING_NOTED, "%s%s", made_by->commit,
                             made_by->commit_dirty ? " with changes" : "");
    measurements_setting_add(measurements, "h2o_version", SETTING_NOTED, "%s",
                             made_by->h2o_version);
    measurements_setting_add(measurements, "allocator", SETTING_NOTED, "%s", made_by->allocator);
    measurements_setting_add(measurements, "allocator_options", SETTING_NOTED, "%s",
                             made_by->allocator_options);
    measurements_setting_add(measurements, "seed", SETTING_NOTED, "%llu",
                             (unsigned long long)made_by->seed);
}

static void limits_add(struct measurements *measurements, const struct result_limits *limits)
{
    measurements_setting_add(measurements, "capacity_entries", SETTING_LIMIT, "%llu",
                             (unsigned long long)limits->capacity_entries);
    measurements_setting_add(measurements, "capacity_bytes", SETTING_LIMIT, "%llu",
                             (unsigned long long)limits->capacity_bytes);
    measurements_setting_add(measurements, "ttl_ns", SETTING_LIMIT, "%llu",
                             (unsigned long long)limits->ttl_ns);
}

/* Once for each workload, under its name. */
static void ids_add(struct measurements *measurements, const struct result_run *run)
{
    char name[MEASUREMENTS_NAME_BYTES];
    snprintf(name, sizeof name, "ids of %s", run->workload);
    if (measurements_setting(measurements, name) == NULL)
        measurements_setting_add(measurements, name, SETTING_LOAD, "%s",
                                 run->ids[0] != '\0' ? run->ids : "made up by the server");
}

/* Of a run that did not fail. NAN: it does not know. */
static double value_of(const struct result_run *run, size_t figure)
{
    if (figure == FIGURE_INSTRUCTIONS)
        return run->counts.instructions_per_request;
    if (figure == FIGURE_ALLOCATIONS)
        return run->counts.allocations_per_request;
    return summary_figure(run, (enum result_figure_name)figure);
}

static bool value_counts(const struct result_run *run, size_t figure)
{
    if (figure < RESULT_FIGURES)
        return summary_figure_counts(run, (enum result_figure_name)figure);
    return run->status != RUN_FAILED;
}

static void run_add(struct measurements *measurements, const struct result_run *run)
{
    for (size_t i = 0; i < figures_count; i++) {
        const struct figure *figure = &figures[i];
        if (figure->source != SOURCE_RESULT)
            continue;
        struct measurement_series *series =
            measurements_series_get(measurements, run->workload, figure);
        if (series == NULL)
            return;
        if (value_counts(run, figure->index))
            measurements_value_add(series, value_of(run, figure->index), run->repetition,
                                   run->seed);
        else
            series->left_out++;
    }
}

static struct measured_verdict *verdict_get(struct measurements *measurements, const char *workload)
{
    for (size_t i = 0; i < measurements->verdict_count; i++)
        if (strcmp(measurements->verdicts[i].workload, workload) == 0)
            return &measurements->verdicts[i];
    struct measured_verdict *verdict = &measurements->verdicts[measurements->verdict_count++];
    snprintf(verdict->workload, sizeof verdict->workload, "%s", workload);
    return verdict;
}

static void verdict_count(struct measured_verdict *verdict, const struct result *result)
{
    uint64_t given[VERDICT_CLASSES] = {0};
    for (size_t i = 0; i < result->run_count; i++)
        if (result->runs[i]->status != RUN_FAILED &&
            strcmp(result->runs[i]->workload, verdict->workload) == 0) {
            given[result->runs[i]->verdict.class]++;
            verdict->judged++;
        }
    verdict->decided = verdict->judged - given[VERDICT_UNDECIDED];
    verdict->class = VERDICT_UNDECIDED;
    for (size_t i = 0; i < VERDICT_CLASSES; i++)
        if (i != VERDICT_UNDECIDED && given[i] > verdict->agreed) {
            verdict->class = (enum verdict_class)i;
            verdict->agreed = given[i];
        }
}

static void verdicts_add(struct measurements *measurements, const struct result *result)
{
    measurements->verdicts = memory_alloc_zeroed(
        measurements->zone, (result->run_count + 1) * sizeof *measurements->verdicts);
    for (size_t i = 0; i < result->run_count; i++) {
        struct measured_verdict *verdict = verdict_get(measurements, result->runs[i]->workload);
        if (verdict->judged == 0)
            verdict_count(verdict, result);
    }
}

/* What the runs themselves say of how sure their slope is. */
static void slopes_add(struct measurements *measurements, const struct result *result)
{
    const struct figure *slope = figure_find("bytes_per_request", 17, SOURCE_RESULT);
    for (size_t i = 0; i < measurements->verdict_count; i++) {
        double lows[STATS_VALUES_MAX], highs[STATS_VALUES_MAX];
        size_t count = 0;
        struct measurement_series *series =
            measurements_series_get(measurements, measurements->verdicts[i].workload, slope);
        if (series == NULL)
            return;
        for (size_t j = 0; j < result->run_count && count < STATS_VALUES_MAX; j++) {
            const struct result_run *run = result->runs[j];
            if (run->status == RUN_FAILED || strcmp(run->workload, series->workload) != 0)
                continue;
            lows[count] = run->verdict.low;
            highs[count++] = run->verdict.high;
        }
        series->low = stats_median(lows, count);
        series->high = stats_median(highs, count);
    }
}

static void flaws_add(struct measurements *measurements, const struct result *result)
{
    for (size_t i = 0; i < result->run_count; i++)
        if (result->runs[i]->status == RUN_FAILED)
            measurements_flaw_add(
                measurements, "%.60s, run %llu failed: %.100s", result->runs[i]->workload,
                (unsigned long long)result->runs[i]->repetition, result->runs[i]->reason);
    if (result->run_count == 0)
        measurements_flaw_add(measurements, "it has no runs");
    else if (measurements->series_count == MEASUREMENTS_SERIES_MAX)
        measurements_flaw_add(measurements, "it has more workloads than can be compared");
    else if (!result->complete && measurements->flaw[0] == '\0')
        measurements_flaw_add(measurements, "it is incomplete: the bench did not come to its end");
}

/* As calibrated when the result was made. */
static void floors_add(struct measurements *measurements, const struct result_noise *noise)
{
    for (size_t i = 0; noise->known && i < measurements->series_count; i++) {
        size_t index = measurements->series[i]->figure->index;
        if (index < RESULT_NOISES && isfinite(noise->figures[index]))
            measurements->series[i]->floor = noise->figures[index];
    }
}

struct measurements *measurements_of_result(const struct result *result, const char *path)
{
    struct measurements *measurements = measurements_create(path, SOURCE_RESULT);
    const struct result_made_by *made_by = &result->made_by;
    snprintf(measurements->label, sizeof measurements->label, "%s", result->variant);
    snprintf(measurements->bench, sizeof measurements->bench, "%s %s", made_by->machine,
             made_by->command_line);
    snprintf(measurements->began, sizeof measurements->began, "%s", made_by->time);
    made_by_add(measurements, made_by);
    limits_add(measurements, &result->limits);
    for (size_t i = 0; i < result->run_count; i++) {
        ids_add(measurements, result->runs[i]);
        run_add(measurements, result->runs[i]);
    }
    floors_add(measurements, &result->noise);
    verdicts_add(measurements, result);
    slopes_add(measurements, result);
    flaws_add(measurements, result);
    return measurements;
}
