/* bench_command.c - tidemark bench: all runs in turn, results as they come, and the table. */
#include "bench_command.h"

#include "burst_table.h"
#include "comparison.h"
#include "interrupt.h"
#include "made_by.h"
#include "run.h"
#include "stats.h"
#include "summary.h"
#include "units.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PATH_BYTES (RESULT_LINE_BYTES + RESULT_NAME_BYTES + 32)

#define DRAW_NS (NS_PER_SECOND / 5) /* least time between two progress lines */

struct bench {
    struct plan plan;
    struct result *results[PLAN_VARIANTS_MAX]; /* one per variant */
    bool kept[PLAN_VARIANTS_MAX]; /* an earlier, complete result, until ours is complete too */
    int server_cpu, generator_cpu;
    size_t run_number, run_count; /* the one at hand, from 1 */
    uint64_t start_ns;
    uint64_t drawn_ns; /* when the progress line last was */
    bool failed, lively;
    struct interrupt interrupt;
};

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

/* The first two cores that we may use; with one alone nothing is pinned. */
static void cpus_choose(struct bench *bench)
{
    cpu_set_t allowed;
    bench->server_cpu = bench->generator_cpu = RUN_CPU_ANY;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) < 2)
        return;
    int cpu = 0;
    while (!CPU_ISSET((size_t)cpu, &allowed))
        cpu++;
    bench->server_cpu = cpu++;
    while (!CPU_ISSET((size_t)cpu, &allowed))
        cpu++;
    bench->generator_cpu = cpu;
}

static void variant_path(const struct bench *bench, size_t variant, const char *ending,
                         char path[PATH_BYTES])
{
    snprintf(path, PATH_BYTES, "%s/%s%s", bench->plan.out, bench->plan.variants[variant]->name,
             ending);
}

static void results_create(struct bench *bench, int argc, char **argv)
{
    for (size_t i = 0; i < bench->plan.variant_count; i++) {
        const struct policy *policy = bench->plan.variants[i];
        struct result *result = result_create(policy->name, policy->name);
        char path[PATH_BYTES];
        made_by_fill(&result->made_by, argc, argv);
        result->limits = plan_limits(&bench->plan, policy);
        result->made_by.server_cpu = bench->server_cpu;
        result->made_by.generator_cpu = bench->generator_cpu;
        result->made_by.seed = bench->plan.seed;
        result->made_by.connections = bench->plan.connections;
        result->made_by.duration_ns = bench->plan.duration_ns;
        snprintf(result->made_by.protocol, sizeof result->made_by.protocol, "http/1.1");
        result->made_by.streams = 1;
        bench->results[i] = result;
        variant_path(bench, i, ".json", path);
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

/* An earlier complete result is replaced by a complete one only. */
static void result_keep(struct bench *bench, size_t variant)
{
    struct result *result = bench->results[variant];
    char path[PATH_BYTES], error[RESULT_ERROR_BYTES];
    size_t planned = bench->plan.repeats * bench->plan.workload_count;
    summary_make(result);
    result->complete = result->run_count == planned && failures_count(result) == 0;
    if (failures_count(result) == result->run_count || (bench->kept[variant] && !result->complete))
        return;
    variant_path(bench, variant, ".json", path);
    if (result_write(result, path, error) == 0)
        return;
    fprintf(stderr, "tidemark bench: %s\n", error);
    bench->failed = true;
}

static void run_label(const struct run_setup *setup, char label[PATH_BYTES])
{
    snprintf(label, PATH_BYTES, "%s %s %llu/%llu", setup->workload->name, setup->variant->name,
             (unsigned long long)setup->repetition, (unsigned long long)setup->plan->repeats);
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
    if (now_ns() - bench->drawn_ns < DRAW_NS)
        return;
    bench->drawn_ns = now_ns();
    double done = (double)(bench->run_number - 1),
           elapsed_ns = (double)(now_ns() - bench->start_ns);
    if (done > 0)
        each_ns = (elapsed_ns - (double)sample->time_ns) / done;
    double left_ns = fmax(0, each_ns * (double)bench->run_count - elapsed_ns);
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
        fprintf(stderr, "%s: %s req/s, %s%s\n", view->label,
                units_format_count(rate, (uint64_t)run->load.requests_per_second),
                run->verdict.words,
                run->load.bottleneck ? " (the generator was the bottleneck)" : "");
}

static bool is_last(const struct bench *bench, size_t workload, uint64_t repetition)
{
    return repetition == bench->plan.repeats && workload + 1 == bench->plan.workload_count;
}

static void run_do(struct bench *bench, uint64_t repetition, size_t workload, size_t variant)
{
    struct view view = {.bench = bench};
    char dump_path[PATH_BYTES];
    variant_path(bench, variant, ".jemalloc.json", dump_path);
    struct run_setup setup = {
        .plan = &bench->plan,
        .variant = bench->plan.variants[variant],
        .workload = &bench->plan.workloads[workload],
        .repetition = repetition,
        .server_cpu = bench->server_cpu,
        .generator_cpu = bench->generator_cpu,
        .interrupted = &bench->interrupt.raised,
        .dump_path = is_last(bench, workload, repetition) ? dump_path : NULL,
        .seen = bench->lively ? progress_draw : NULL,
        .context = &view,
    };
    run_label(&setup, view.label);
    bench->run_number++;
    struct result_run *run = run_take(&setup, bench->results[variant]);
    if (atomic_load(&bench->interrupt.raised))
        return;
    bench->failed |= run->status == RUN_FAILED;
    run_tell(bench, &view, run);
    result_keep(bench, variant);
}

/* Interleaved: A B C, A B C. */
static void runs_do(struct bench *bench)
{
    const struct plan *plan = &bench->plan;
    for (uint64_t repetition = 1; repetition <= plan->repeats; repetition++)
        for (size_t workload = 0; workload < plan->workload_count; workload++)
            for (size_t variant = 0; variant < plan->variant_count; variant++)
                if (!atomic_load(&bench->interrupt.raised))
                    run_do(bench, repetition, workload, variant);
}

static void beginning_tell(const struct bench *bench)
{
    const struct plan *plan = &bench->plan;
    char each[UNITS_TEXT_BYTES];
    fprintf(stderr, "%zu variants, %zu workloads, %llu times, %s each; ", plan->variant_count,
            plan->workload_count, (unsigned long long)plan->repeats,
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
    for (size_t i = 0; i < bench->plan.variant_count; i++) {
        const struct result *result = bench->results[i];
        for (size_t j = 0; j < result->run_count && count < STATS_VALUES_MAX; j++)
            if (result->runs[j]->status != RUN_FAILED) {
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
    for (size_t i = 0; i < bench->plan.variant_count; i++) {
        variant_path(bench, i, ".json", path);
        if (bench->kept[i] && !bench->results[i]->complete)
            fprintf(stderr, "tidemark bench: %s keeps the earlier result\n", path);
    }
}

/* The exit status. */
static int bench_end(struct bench *bench)
{
    bool interrupted = atomic_load(&bench->interrupt.raised);
    interrupt_end(&bench->interrupt);
    if (bench->lively)
        fprintf(stderr, "\r\033[K");
    if (!interrupted) {
        comparison_print(bench->results, bench->plan.variant_count, stdout);
        burst_table_print(bench->results, bench->plan.variant_count, stdout);
        sampling_tell(bench);
    } else {
        fprintf(stderr, "tidemark bench: interrupted; the servers are stopped\n");
    }
    kept_tell(bench);
    for (size_t i = 0; i < bench->plan.variant_count; i++)
        result_destroy(bench->results[i]);
    return interrupted ? INTERRUPT_STATUS : bench->failed ? 1 : 0;
}

static int bench_run(struct bench *bench, int argc, char **argv)
{
    if (mkdir(bench->plan.out, 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, "tidemark bench: %s: %s\n", bench->plan.out, strerror(errno));
        return 1;
    }
    cpus_choose(bench);
    results_create(bench, argc, argv);
    bench->run_count = bench->plan.repeats * bench->plan.workload_count * bench->plan.variant_count;
    bench->lively = isatty(STDERR_FILENO);
    beginning_tell(bench);
    interrupt_begin(&bench->interrupt);
    bench->start_ns = now_ns();
    runs_do(bench);
    return bench_end(bench);
}

int bench_command(int argc, char **argv)
{
    struct plan_options options = plan_options_default;
    struct bench bench = {.run_number = 0};
    char error[OPTIONS_ERROR_BYTES];
    int positional;
    switch (options_parse(&plan_option_table, argc, argv, &options, &positional, error)) {
    case OPTIONS_HELP:
        options_help(&plan_option_table, stdout);
        return 0;
    case OPTIONS_VERSION:
        printf("tidemark %s\n", TIDEMARK_VERSION);
        return 0;
    case OPTIONS_WRONG:
        fprintf(stderr, "tidemark bench: %s\n", error);
        return 2;
    case OPTIONS_OK:
        break;
    }
    if (positional > 0) {
        fprintf(stderr, "tidemark bench: there is no option '%s'; see --help\n", argv[1]);
        return 2;
    }
    if (plan_make(&bench.plan, &options, error) != 0) {
        fprintf(stderr, "tidemark bench: %s\n", error);
        return 2;
    }
    return bench_run(&bench, argc, argv);
}
