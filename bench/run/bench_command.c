/* bench_command.c - tidemark bench: all runs in turn, results as they come, and the table. */
#include "bench_command.h"

#include "bench_table.h"
#include "burst_table.h"
#include "calibrate.h"
#include "clock.h"
#include "cpus.h"
#include "interrupt.h"
#include "provenance.h"
#include "run.h"
#include "stats.h"
#include "summary.h"
#include "units.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PATH_BYTES (RESULT_LINE_BYTES + RESULT_NAME_BYTES + 32)
#define OTHERS     "/against" /* below OUT: results of the other build */

#define DRAW_NS (NS_PER_SECOND / 5) /* least time between two progress lines */

struct bench {
    struct plan plan;
    struct result *results[PLAN_SUBJECTS_MAX];           /* one per subject */
    bool settled[PLAN_SUBJECTS_MAX][PLAN_WORKLOADS_MAX]; /* it needs no more repeats */
    bool kept[PLAN_SUBJECTS_MAX]; /* an earlier, complete result, until ours is complete too */
    int server_cpu, generator_cpu;
    size_t run_number, run_count; /* the one at hand, from 1 */
    uint64_t start_ns;
    uint64_t drawn_ns; /* when the progress line last was */
    bool failed, lively;
    struct interrupt interrupt;
};

static void subject_path(const struct bench *bench, size_t subject, const char *ending,
                         char path[PATH_BYTES])
{
    const struct subject *of = &bench->plan.subjects[subject];
    snprintf(path, PATH_BYTES, "%s%s/%s%s", bench->plan.out, of->other ? OTHERS : "", of->name,
             ending);
}

static void load_note(struct result_made_by *made_by, const struct plan *plan)
{
    made_by->seed = plan->seed;
    made_by->connections = plan->connections;
    made_by->duration_ns = plan->duration_ns;
    made_by->streams = plan->streams;
    made_by->rate_rps = plan->rate_rps;
    snprintf(made_by->protocol, sizeof made_by->protocol, "%s", plan->http2 ? "h2c" : "http/1.1");
}

/* What is known of the program beside its figures: of one that is not from this build, little. */
static void program_note(struct result_made_by *made_by, const struct plan *plan,
                         const struct subject *subject)
{
    if (subject->other) {
        snprintf(made_by->commit, sizeof made_by->commit, "of %.50s", plan->other_dir);
        made_by->commit_dirty = false;
        snprintf(made_by->compiler, sizeof made_by->compiler, "unknown");
        snprintf(made_by->flags, sizeof made_by->flags, "unknown");
    }
    if (subject->policy != NULL)
        return;
    snprintf(made_by->command, sizeof made_by->command, "%s", subject->command);
    snprintf(made_by->url, sizeof made_by->url, "%s", subject->url);
}

static void results_create(struct bench *bench, int argc, char **argv)
{
    for (size_t i = 0; i < bench->plan.subject_count; i++) {
        const struct subject *subject = &bench->plan.subjects[i];
        struct result *result =
            result_create(subject->name, subject->policy != NULL ? subject->policy->name : "");
        char path[PATH_BYTES];
        made_by_fill(&result->made_by, argc, argv);
        load_note(&result->made_by, &bench->plan);
        program_note(&result->made_by, &bench->plan, subject);
        result->limits = plan_limits(&bench->plan, subject->policy);
        result->made_by.server_cpu = bench->server_cpu;
        result->made_by.generator_cpu = bench->generator_cpu;
        bench->results[i] = result;
        subject_path(bench, i, ".json", path);
        bench->kept[i] = result_is_complete(path);
    }
}

static size_t failures_count(const struct result *result)
{
    size_t count = 0;
    for (size_t i = 0; i < result->run_count; i++)
        count += result->runs[i]->status == RUN_FAILED;
    return count;
}

static bool all_settled(const struct bench *bench, size_t subject)
{
    for (size_t i = 0; i < bench->plan.workload_count; i++)
        if (!bench->settled[subject][i])
            return false;
    return true;
}

/* An earlier complete result is replaced by a complete one only. */
static void result_keep(struct bench *bench, size_t subject)
{
    struct result *result = bench->results[subject];
    char path[PATH_BYTES];
    struct error error;
    summary_make(result);
    result->complete = all_settled(bench, subject) && failures_count(result) == 0;
    if (failures_count(result) == result->run_count || (bench->kept[subject] && !result->complete))
        return;
    subject_path(bench, subject, ".json", path);
    if (result_write(result, path, &error) == 0)
        return;
    fprintf(stderr, "tidemark bench: %s\n", error.text);
    bench->failed = true;
}

static void run_label(const struct run_setup *setup, char label[PATH_BYTES])
{
    snprintf(label, PATH_BYTES, "%s %s%s %llu/%llu", setup->workload->name, setup->subject->name,
             setup->subject->other ? " (other)" : "", (unsigned long long)setup->repetition,
             (unsigned long long)setup->plan->repeats);
}

/* What a run is called while it runs, and what it belongs to. */
struct view {
    struct bench *bench;
    char label[PATH_BYTES];
};

static void progress_draw(void *context, const struct result_sample *sample)
{
    struct view *view = context;
    struct bench *bench = view->bench;
    char requests[UNITS_TEXT_BYTES], rss[UNITS_TEXT_BYTES], left[UNITS_TEXT_BYTES];
    double each_ns = (double)bench->plan.duration_ns;
    if (clock_ns() - bench->drawn_ns < DRAW_NS)
        return;
    bench->drawn_ns = clock_ns();
    double done = (double)(bench->run_number - 1),
           elapsed_ns = (double)(clock_ns() - bench->start_ns);
    if (done > 0)
        each_ns = (elapsed_ns - (double)sample->time_ns) / done;
    double left_ns = fmax(0, each_ns * (double)bench->run_count - elapsed_ns);
    if (bench->plan.precision > 0)
        left_ns = fmin(left_ns, fmax(0, (double)bench->plan.budget_ns - elapsed_ns));
    fprintf(stderr, "\r[%zu/%zu] %s: %s requests, RSS %s; %s left\033[K", bench->run_number,
            bench->run_count, view->label, units_format_count(requests, sample->requests),
            units_format_size(rss, (double)sample->rss_bytes),
            units_format_duration(left, left_ns));
}

static void run_tell(const struct bench *bench, const struct view *view,
                     const struct result_run *run)
{
    char rate[UNITS_TEXT_BYTES];
    const char *clear = bench->lively ? "\r\033[K" : "";
    if (run->status == RUN_FAILED)
        fprintf(stderr, "%s%s: FAILED: %s\n", clear, view->label, run->reason);
    else if (run->status == RUN_CAPPED)
        fprintf(stderr, "%s%s: %s\n", clear, view->label, run->reason);
    else if (!bench->lively)
        fprintf(stderr, "%s: %s req/s, %s%s%s\n", view->label,
                units_format_count(rate, (uint64_t)run->load.requests_per_second),
                run->verdict.words,
                run->load.bottleneck ? "; the generator was the bottleneck: " : "",
                run->load.bottleneck_reason);
}

static bool is_last(const struct bench *bench, size_t workload, uint64_t repetition)
{
    return (repetition == bench->plan.repeats || bench->plan.precision > 0) &&
           workload + 1 == bench->plan.workload_count;
}

static struct run_setup setup_of(struct bench *bench, size_t workload, size_t subject)
{
    return (struct run_setup){
        .plan = &bench->plan,
        .subject = &bench->plan.subjects[subject],
        .workload = &bench->plan.workloads[workload],
        .server_cpu = bench->server_cpu,
        .generator_cpu = bench->generator_cpu,
        .interrupted = &bench->interrupt.raised,
    };
}

static const struct result_summary *summary_find(const struct result *result, const char *workload)
{
    for (size_t i = 0; i < result->summary_count; i++)
        if (strcmp(result->summaries[i].workload, workload) == 0)
            return &result->summaries[i];
    return NULL;
}

/* The interval of the median is tight, which fewer runs than a bootstrap needs cannot say. */
static bool figure_is_tight(const struct result_figure *figure, double precision)
{
    return figure->n >= STATS_BOOTSTRAP_MIN &&
           figure->high - figure->low <= precision * figure->median;
}

static bool is_precise(const struct bench *bench, size_t subject, size_t workload)
{
    const char *name = bench->plan.workloads[workload].name;
    const struct result_summary *summary = summary_find(bench->results[subject], name);
    double precision = bench->plan.precision;
    return precision > 0 && summary != NULL &&
           figure_is_tight(&summary->figures[FIGURE_REQUESTS_PER_SECOND], precision) &&
           figure_is_tight(&summary->figures[FIGURE_CPU_US_PER_REQUEST], precision);
}

/* After a repetition: which need no other. Pairs go on together. */
static void workload_settle(struct bench *bench, uint64_t repetition, size_t workload)
{
    const struct plan *plan = &bench->plan;
    for (size_t i = 0; i < plan->subject_count; i++) {
        size_t partner = i < plan->paired_count ? i ^ 1 : i;
        bool settled = repetition == plan->repeats ||
                       (is_precise(bench, i, workload) && is_precise(bench, partner, workload));
        if (!settled || bench->settled[i][workload])
            continue;
        bench->settled[i][workload] = true;
        result_keep(bench, i);
    }
}

static bool budget_is_spent(const struct bench *bench)
{
    return bench->plan.precision > 0 && clock_ns() - bench->start_ns > bench->plan.budget_ns;
}

/* What is not as precise as it was to be has to do. */
static void all_settle(struct bench *bench)
{
    for (size_t i = 0; i < bench->plan.subject_count; i++) {
        memset(bench->settled[i], true, sizeof bench->settled[i]);
        result_keep(bench, i);
    }
}

static void run_do(struct bench *bench, uint64_t repetition, size_t workload, size_t subject)
{
    struct view view = {.bench = bench};
    char dump_path[PATH_BYTES];
    struct run_setup setup = setup_of(bench, workload, subject);
    subject_path(bench, subject, ".jemalloc.json", dump_path);
    setup.repetition = repetition;
    setup.dump_path = is_last(bench, workload, repetition) ? dump_path : NULL;
    setup.seen = bench->lively ? progress_draw : NULL;
    setup.context = &view;
    run_label(&setup, view.label);
    bench->run_number++;
    struct result_run *run = run_take(&setup, bench->results[subject]);
    if (atomic_load(&bench->interrupt.raised))
        return;
    bench->failed |= run->status == RUN_FAILED;
    run_tell(bench, &view, run);
    result_keep(bench, subject);
}

static bool goes_on(const struct bench *bench, uint64_t repetition)
{
    return !atomic_load(&bench->interrupt.raised) && (repetition == 1 || !budget_is_spent(bench));
}

static void workload_do(struct bench *bench, uint64_t repetition, size_t workload)
{
    for (size_t i = 0; i < bench->plan.subject_count; i++) {
        size_t subject = plan_turn(&bench->plan, repetition, i);
        if (!bench->settled[subject][workload] && !atomic_load(&bench->interrupt.raised))
            run_do(bench, repetition, workload, subject);
    }
    if (!atomic_load(&bench->interrupt.raised))
        workload_settle(bench, repetition, workload);
}

/* Interleaved: A B C, A B C. */
static void runs_do(struct bench *bench)
{
    const struct plan *plan = &bench->plan;
    for (uint64_t repetition = 1; repetition <= plan->repeats; repetition++)
        for (size_t workload = 0; workload < plan->workload_count; workload++)
            if (goes_on(bench, repetition))
                workload_do(bench, repetition, workload);
    if (!atomic_load(&bench->interrupt.raised) && budget_is_spent(bench))
        all_settle(bench);
}

static void noise_find(struct bench *bench)
{
    struct run_setup setup = setup_of(bench, 0, 0);
    struct result_noise noise;
    fprintf(stderr, "calibrating: %s under %s against itself\n", setup.subject->name,
            setup.workload->name);
    calibrate(&setup, &noise);
    for (size_t i = 0; i < bench->plan.subject_count; i++)
        bench->results[i]->noise = noise;
}

static void noise_tell(const struct bench *bench)
{
    const struct result_noise *noise = &bench->results[0]->noise;
    if (!bench->plan.calibrate)
        return;
    printf("\nNoise: two medians of the same program differ by no more, in 95 %% of %llu pairs:\n ",
           (unsigned long long)noise->pairs);
    for (size_t i = 0; i < RESULT_NOISES; i++)
        if (isnan(noise->figures[i]))
            printf(" %s unknown%s", result_figures[i], i + 1 < RESULT_NOISES ? "," : "\n");
        else
            printf(" %s %.1f %%%s", result_figures[i], 100 * noise->figures[i],
                   i + 1 < RESULT_NOISES ? "," : "\n");
}

static bool has_programs(const struct plan *plan)
{
    return plan->subjects[plan->subject_count - 1].policy == NULL;
}

static void beginning_tell(const struct bench *bench)
{
    const struct plan *plan = &bench->plan;
    char each[UNITS_TEXT_BYTES];
    fprintf(stderr, "%zu %s, %zu workloads, %s%llu times, %s each; ", plan->subject_count,
            has_programs(plan) ? "programs" : "variants", plan->workload_count,
            plan->precision > 0 ? "up to " : "", (unsigned long long)plan->repeats,
            units_format_duration(each, (double)plan->duration_ns));
    if (bench->server_cpu == RUN_CPU_ANY)
        fprintf(stderr, "one CPU: server and load generator share it\n");
    else
        fprintf(stderr, "servers on CPU %d, load generator on CPU %d\n", bench->server_cpu,
                bench->generator_cpu);
}

/* Over all runs that took place. */
static void sampling_tell(const struct bench *bench)
{
    double costs[STATS_VALUES_MAX], shares[STATS_VALUES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < bench->plan.subject_count; i++) {
        const struct result *result = bench->results[i];
        for (size_t j = 0; j < result->run_count && count < STATS_VALUES_MAX; j++)
            if (result->runs[j]->status != RUN_FAILED && result->policy[0] != '\0') {
                costs[count] = result->runs[j]->sampling.cpu_us_per_sample;
                shares[count++] = 100 * result->runs[j]->sampling.cpu_share;
            }
    }
    if (count == 0)
        return;
    printf("\nSampling every %.0f ms cost the server %.0f us of CPU a sample: %.2f %% of its CPU "
           "time (at most %.2f %%).\n",
           (double)bench->plan.interval_ns / (double)NS_PER_MS, stats_median(costs, count),
           stats_median(shares, count), stats_percentile(shares, count, 100));
    printf("+B/entry is what the cache takes beyond keys and bodies.\n");
}

static void kept_tell(const struct bench *bench)
{
    char path[PATH_BYTES];
    for (size_t i = 0; i < bench->plan.subject_count; i++) {
        subject_path(bench, i, ".json", path);
        if (bench->kept[i] && !bench->results[i]->complete)
            fprintf(stderr, "tidemark bench: %s keeps the earlier result\n", path);
    }
}

/* How many rows are as precise as they were to be. */
static void precision_tell(const struct bench *bench)
{
    const struct plan *plan = &bench->plan;
    size_t precise = 0;
    if (plan->precision <= 0)
        return;
    for (size_t i = 0; i < plan->subject_count; i++)
        for (size_t j = 0; j < plan->workload_count; j++)
            precise += is_precise(bench, i, j);
    printf("\nOf %zu rows %zu are known to %g %% (req/s and CPU us, 95 %% interval of the "
           "median)%s.\n",
           plan->subject_count * plan->workload_count, precise, 100 * plan->precision,
           precise < plan->subject_count * plan->workload_count
               ? "; for the others the budget ended"
               : "");
}

/* The results of this build and of other programs, or those of the other build. */
static size_t results_choose(const struct bench *bench, bool other,
                             struct result *chosen[PLAN_SUBJECTS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < bench->plan.subject_count; i++)
        if (bench->plan.subjects[i].other == other)
            chosen[count++] = bench->results[i];
    return count;
}

static void tables_print(const struct bench *bench)
{
    const struct plan *plan = &bench->plan;
    struct result *chosen[PLAN_SUBJECTS_MAX];
    size_t count = results_choose(bench, false, chosen);
    comparison_print(chosen, count, stdout);
    if (plan->watches_bursts)
        burst_table_print(chosen, count, stdout);
    if (plan->paired_count == 0)
        return;
    printf("\nThe variants in %s:\n", plan->other_dir);
    comparison_print(chosen, results_choose(bench, true, chosen), stdout);
    printf("\ntidemark compare %s%s %s tells what differs.\n", plan->out, OTHERS, plan->out);
}

/* The exit status. */
static int bench_end(struct bench *bench)
{
    bool interrupted = atomic_load(&bench->interrupt.raised);
    interrupt_end(&bench->interrupt);
    if (bench->lively)
        fprintf(stderr, "\r\033[K");
    if (!interrupted) {
        tables_print(bench);
        precision_tell(bench);
        noise_tell(bench);
        sampling_tell(bench);
    } else {
        fprintf(stderr, "tidemark bench: interrupted; the servers are stopped\n");
    }
    kept_tell(bench);
    for (size_t i = 0; i < bench->plan.subject_count; i++)
        result_destroy(bench->results[i]);
    return interrupted ? INTERRUPT_STATUS : bench->failed ? 1 : 0;
}

/* 0, or -1 once it has complained. */
static int folder_make(const char *out, const char *below)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s%s", out, below);
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return 0;
    fprintf(stderr, "tidemark bench: %s: %s\n", path, strerror(errno));
    return -1;
}

static int bench_run(struct bench *bench, int argc, char **argv)
{
    if (folder_make(bench->plan.out, "") != 0 ||
        (bench->plan.paired_count > 0 && folder_make(bench->plan.out, OTHERS) != 0))
        return 1;
    cpus_choose(&bench->server_cpu, &bench->generator_cpu);
    results_create(bench, argc, argv);
    bench->run_count = bench->plan.repeats * bench->plan.workload_count * bench->plan.subject_count;
    bench->lively = isatty(STDERR_FILENO);
    beginning_tell(bench);
    interrupt_begin(&bench->interrupt);
    if (bench->plan.calibrate)
        noise_find(bench);
    bench->start_ns = clock_ns();
    runs_do(bench);
    return bench_end(bench);
}

int bench_command(int argc, char **argv)
{
    struct plan_options options = plan_options_default;
    struct bench bench = {.run_number = 0};
    struct error error;
    int status = options_take(&plan_option_table, "tidemark bench", argc, argv, &options, NULL);
    if (status != OPTIONS_GO_ON)
        return status;
    if (plan_make(&bench.plan, &options, &error) != 0) {
        fprintf(stderr, "tidemark bench: %s\n", error.text);
        return 2;
    }
    return bench_run(&bench, argc, argv);
}
