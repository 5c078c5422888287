/* book_result.c - a result of tidemark bench as a book. */
#include "book_fill.h"
#include "summary.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void made_by_add(struct book *book, const struct result_made_by *made_by)
{
    book_setting_add(book, "machine", SETTING_MACHINE, "%s", made_by->machine);
    book_setting_add(book, "cpu_model", SETTING_MACHINE, "%s", made_by->cpu_model);
    book_setting_add(book, "cores", SETTING_MACHINE, "%llu", (unsigned long long)made_by->cores);
    book_setting_add(book, "server_cpu", SETTING_MACHINE, "%lld", (long long)made_by->server_cpu);
    book_setting_add(book, "generator_cpu", SETTING_MACHINE, "%lld",
                     (long long)made_by->generator_cpu);
    book_setting_add(book, "connections", SETTING_LOAD, "%llu",
                     (unsigned long long)made_by->connections);
    book_setting_add(book, "duration_ns", SETTING_LOAD, "%llu",
                     (unsigned long long)made_by->duration_ns);
    book_setting_add(book, "protocol", SETTING_LOAD, "%s", made_by->protocol);
    book_setting_add(book, "streams", SETTING_LOAD, "%llu", (unsigned long long)made_by->streams);
    book_setting_add(book, "rate_rps", SETTING_LOAD, "%.9g", made_by->rate_rps);
    book_setting_add(book, "kernel", SETTING_NOTED, "%s", made_by->kernel);
    book_setting_add(book, "compiler", SETTING_NOTED, "%s", made_by->compiler);
    book_setting_add(book, "flags", SETTING_NOTED, "%s", made_by->flags);
    book_setting_add(book, "commit", SETTING_NOTED, "%s%s", made_by->commit,
                     made_by->commit_dirty ? " with changes" : "");
    book_setting_add(book, "h2o_version", SETTING_NOTED, "%s", made_by->h2o_version);
    book_setting_add(book, "allocator", SETTING_NOTED, "%s", made_by->allocator);
    book_setting_add(book, "allocator_options", SETTING_NOTED, "%s", made_by->allocator_options);
    book_setting_add(book, "seed", SETTING_NOTED, "%llu", (unsigned long long)made_by->seed);
}

static void limits_add(struct book *book, const struct result_limits *limits)
{
    book_setting_add(book, "capacity_entries", SETTING_LIMIT, "%llu",
                     (unsigned long long)limits->capacity_entries);
    book_setting_add(book, "capacity_bytes", SETTING_LIMIT, "%llu",
                     (unsigned long long)limits->capacity_bytes);
    book_setting_add(book, "ttl_ns", SETTING_LIMIT, "%llu", (unsigned long long)limits->ttl_ns);
}

/* Once for each workload, under its name. */
static void ids_add(struct book *book, const struct result_run *run)
{
    char name[BOOK_NAME_BYTES];
    snprintf(name, sizeof name, "ids of %s", run->workload);
    if (book_setting(book, name) == NULL)
        book_setting_add(book, name, SETTING_LOAD, "%s",
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

static void run_add(struct book *book, const struct result_run *run)
{
    for (size_t i = 0; i < figures_count; i++) {
        const struct figure *figure = &figures[i];
        if (figure->source != SOURCE_RESULT)
            continue;
        struct book_series *series = book_series_get(book, run->workload, figure);
        if (series == NULL)
            return;
        if (value_counts(run, figure->index))
            book_value_add(series, value_of(run, figure->index), run->repetition, run->seed);
        else
            series->left_out++;
    }
}

static struct book_verdict *verdict_get(struct book *book, const char *workload)
{
    for (size_t i = 0; i < book->verdict_count; i++)
        if (strcmp(book->verdicts[i].workload, workload) == 0)
            return &book->verdicts[i];
    struct book_verdict *verdict = &book->verdicts[book->verdict_count++];
    snprintf(verdict->workload, sizeof verdict->workload, "%s", workload);
    return verdict;
}

static void verdict_count(struct book_verdict *verdict, const struct result *result)
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

static void verdicts_add(struct book *book, const struct result *result)
{
    book->verdicts =
        memory_alloc_zeroed(book->zone, (result->run_count + 1) * sizeof *book->verdicts);
    for (size_t i = 0; i < result->run_count; i++) {
        struct book_verdict *verdict = verdict_get(book, result->runs[i]->workload);
        if (verdict->judged == 0)
            verdict_count(verdict, result);
    }
}

/* What the runs themselves say of how sure their slope is. */
static void slopes_add(struct book *book, const struct result *result)
{
    const struct figure *slope = figure_find("bytes_per_request", 17, SOURCE_RESULT);
    for (size_t i = 0; i < book->verdict_count; i++) {
        double lows[STATS_VALUES_MAX], highs[STATS_VALUES_MAX];
        size_t count = 0;
        struct book_series *series = book_series_get(book, book->verdicts[i].workload, slope);
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

static void flaws_add(struct book *book, const struct result *result)
{
    for (size_t i = 0; i < result->run_count; i++)
        if (result->runs[i]->status == RUN_FAILED)
            book_flaw_add(book, "%.60s, run %llu failed: %.100s", result->runs[i]->workload,
                          (unsigned long long)result->runs[i]->repetition, result->runs[i]->reason);
    if (result->run_count == 0)
        book_flaw_add(book, "it has no runs");
    else if (book->series_count == BOOK_SERIES_MAX)
        book_flaw_add(book, "it has more workloads than can be compared");
    else if (!result->complete && book->flaw[0] == '\0')
        book_flaw_add(book, "it is incomplete: the bench did not come to its end");
}

/* As calibrated when the result was made. */
static void floors_add(struct book *book, const struct result_noise *noise)
{
    for (size_t i = 0; noise->known && i < book->series_count; i++) {
        size_t index = book->series[i]->figure->index;
        if (index < RESULT_NOISES && isfinite(noise->figures[index]))
            book->series[i]->floor = noise->figures[index];
    }
}

struct book *book_of(const struct result *result, const char *path)
{
    struct book *book = book_create(path, SOURCE_RESULT);
    const struct result_made_by *made_by = &result->made_by;
    snprintf(book->label, sizeof book->label, "%s", result->variant);
    snprintf(book->bench, sizeof book->bench, "%s %s", made_by->machine, made_by->command_line);
    snprintf(book->began, sizeof book->began, "%s", made_by->time);
    made_by_add(book, made_by);
    limits_add(book, &result->limits);
    for (size_t i = 0; i < result->run_count; i++) {
        ids_add(book, result->runs[i]);
        run_add(book, result->runs[i]);
    }
    floors_add(book, &result->noise);
    verdicts_add(book, result);
    slopes_add(book, result);
    flaws_add(book, result);
    return book;
}
