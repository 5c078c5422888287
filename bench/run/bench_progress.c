/* bench_progress.c - what a bench prints to stderr while it runs. */
#include "bench_progress.h"

#include "clock.h"
#include "cpus.h"
#include "units.h"

#include <math.h>
#include <stdio.h>

#define DRAW_INTERVAL_NS (NS_PER_SECOND / 5)

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

void progress_print_plan(const struct bench *bench)
{
    const struct plan *plan = &bench->plan;
    char each[UNITS_TEXT_BYTES];
    fprintf(stderr, "%zu server%s, %zu workload%s, %s%llu run%s each of %s; ", plan->subjects.count,
            plural(plan->subjects.count), plan->workloads.count, plural(plan->workloads.count),
            plan->precision > 0 ? "up to " : "", (unsigned long long)plan->repeats,
            plural(plan->repeats), units_format_duration(each, (double)plan->duration_ns));
    if (bench->server_cpu == CPU_ANY)
        fprintf(stderr, "server and load generator share one CPU\n");
    else
        fprintf(stderr, "servers on CPU %d, load generator on CPU %d\n", bench->server_cpu,
                bench->generator_cpu);
}

struct progress_run progress_run_of(struct bench *bench, const struct run_setup *setup)
{
    struct progress_run run = {.bench = bench};
    snprintf(run.label, sizeof run.label, "%s %s%s %llu/%llu", setup->workload->name,
             setup->subject->name, setup->subject->other ? " (other)" : "",
             (unsigned long long)setup->repetition, (unsigned long long)setup->plan->repeats);
    return run;
}

/* Assumes that all runs take as long as those that have ended. */
static double left_ns(const struct bench *bench, uint64_t run_ns)
{
    double ended = (double)(bench->run_number - 1);
    double elapsed_ns = (double)(clock_ns() - bench->start_ns);
    double each_ns =
        ended > 0 ? (elapsed_ns - (double)run_ns) / ended : (double)bench->plan.duration_ns;
    double left = fmax(0, each_ns * (double)bench->run_count - elapsed_ns);
    return bench->plan.precision > 0
               ? fmin(left, fmax(0, (double)bench->plan.budget_ns - elapsed_ns))
               : left;
}

void progress_draw(void *context, const struct result_sample *sample)
{
    const struct progress_run *run = context;
    struct bench *bench = run->bench;
    char requests[UNITS_TEXT_BYTES], rss[UNITS_TEXT_BYTES], left[UNITS_TEXT_BYTES];
    if (!bench->on_terminal || clock_ns() - bench->drawn_ns < DRAW_INTERVAL_NS)
        return;
    bench->drawn_ns = clock_ns();
    fprintf(stderr, "\r[%zu/%zu] %s: %s requests, RSS %s; %s left\033[K", bench->run_number,
            bench->run_count, run->label, units_format_count(requests, sample->requests),
            units_format_size(rss, (double)sample->rss_bytes),
            units_format_duration(left, left_ns(bench, sample->time_ns)));
}

void progress_clear(const struct bench *bench)
{
    if (bench->on_terminal)
        fprintf(stderr, "\r\033[K");
}

void progress_print_run(const struct progress_run *run, const struct result_run *result)
{
    char rate[UNITS_TEXT_BYTES];
    if (result->status != RUN_OK) {
        progress_clear(run->bench);
        fprintf(stderr, "%s: %s%s\n", run->label, result->status == RUN_FAILED ? "FAILED: " : "",
                result->reason);
    } else if (!run->bench->on_terminal) {
        fprintf(stderr, "%s: %s req/s, %s%s%s\n", run->label,
                units_format_count(rate, (uint64_t)result->load.requests_per_second),
                result->verdict.words,
                result->load.bottleneck ? "; the generator was the bottleneck: " : "",
                result->load.bottleneck_reason);
    }
}
