/* bench_progress.c - what a bench prints to stderr while it runs. */
#include "bench_progress.h"

#include "clock.h"
#include "cpus.h"
#include "printable.h"
#include "units.h"

#include <math.h>
#include <stdio.h>

#define DRAW_INTERVAL_NS (NS_PER_SECOND / 5)

static const char *const part_names[] = {
    [PART_HITS] = "hits", [PART_MEMORY] = "memory", [PART_SPEED] = "speed"};

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* Of this part, if its steps take as long as those that have ended; of the speed part, which ends
 * with the budget, no more than the budget leaves. 0: not known yet. */
static double left_ns(const struct bench *bench)
{
    uint64_t now_ns = clock_ns(), end_ns = bench->start_ns + bench->plan.budget_ns;
    double ended = (double)bench->step - 1, elapsed_ns = (double)(now_ns - bench->part_start_ns);
    double left = ended > 0 ? elapsed_ns * ((double)bench->steps - ended) / ended : 0;
    double budget_ns = end_ns > now_ns ? (double)(end_ns - now_ns) : 0;
    return bench->part == PART_SPEED ? fmin(left, budget_ns) : left;
}

static void line_draw(struct bench *bench, const char *text)
{
    char left[UNITS_TEXT_BYTES];
    if (!bench->on_terminal || clock_ns() - bench->drawn_ns < DRAW_INTERVAL_NS)
        return;
    bench->drawn_ns = clock_ns();
    fprintf(stderr, "\r%s %zu/%zu: %s", part_names[bench->part], bench->step, bench->steps, text);
    if (left_ns(bench) > 0)
        fprintf(stderr, "; %s of %s left", units_format_duration(left, left_ns(bench)),
                part_names[bench->part]);
    fprintf(stderr, "\033[K");
}

void progress_print_plan(const struct bench *bench)
{
    const struct plan *plan = &bench->plan;
    fprintf(stderr, "%zu server%s, %zu workload%s; ", plan->subjects.count,
            plural(plan->subjects.count), plan->workloads.count, plural(plan->workloads.count));
    if (bench->server_cpu == CPU_ANY)
        fprintf(stderr, "server and load generator share one CPU\n");
    else
        fprintf(stderr, "servers on CPU %d, load generator on CPU %d\n", bench->server_cpu,
                bench->generator_cpu);
}

void progress_part(struct bench *bench, enum bench_part part, size_t steps)
{
    bench->part = part;
    bench->step = 0;
    bench->steps = steps;
    bench->part_start_ns = clock_ns();
}

void progress_next(struct bench *bench)
{
    bench->step++;
    if (bench->part == PART_HITS)
        line_draw(bench, "replaying");
}

struct progress_run progress_run_of(struct bench *bench, const struct run_setup *setup)
{
    struct progress_run run = {.bench = bench};
    snprintf(run.label, sizeof run.label, "%s %s%s %llu/%llu", setup->workload->name,
             setup->subject->name, setup->subject->other ? " (other)" : "",
             (unsigned long long)setup->repetition, (unsigned long long)setup->plan->repeats);
    return run;
}

void progress_draw(void *context, const struct result_sample *sample)
{
    const struct progress_run *run = context;
    char text[RESULT_LINE_BYTES], requests[UNITS_TEXT_BYTES], rss[UNITS_TEXT_BYTES];
    snprintf(text, sizeof text, "%s: %s requests, RSS %s", run->label,
             units_format_count(requests, sample->requests),
             units_format_size(rss, (double)sample->rss_bytes));
    line_draw(run->bench, text);
}

void progress_draw_speed(struct bench *bench, const struct workload *workload, uint64_t repetition,
                         uint64_t round, uint64_t rounds)
{
    char text[RESULT_LINE_BYTES];
    snprintf(text, sizeof text, "%s, servers %llu: round %llu of %llu", workload->name,
             (unsigned long long)repetition, (unsigned long long)round, (unsigned long long)rounds);
    line_draw(bench, text);
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
        printable_print(stderr, "%s: %s%s\n", run->label,
                        result->status == RUN_FAILED ? "FAILED: " : "", result->reason);
    } else if (!run->bench->on_terminal) {
        printable_print(stderr, "%s: %s req/s, %s%s%s\n", run->label,
                        units_format_count(rate, (uint64_t)result->load.requests_per_second),
                        result->verdict.words,
                        result->load.bottleneck ? "; the generator was the bottleneck: " : "",
                        result->load.bottleneck_reason);
    }
}
