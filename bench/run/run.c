/* run.c - one run: a fresh server, loaded, sampled, stopped and judged. */
#include "run.h"

#include "burst.h"
#include "child.h"
#include "clock.h"
#include "load.h"
#include "program.h"
#include "sampler.h"
#include "units.h"
#include "verdict.h"

#include "files.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define ARGUMENTS_MAX 16
#define NEW_IDS       "random"         /* every id is new */
#define NAP_NS        (50 * NS_PER_MS) /* between two looks whether to go on */

/* A command line for execv, in room of its own. */
struct arguments {
    char *list[ARGUMENTS_MAX + 1];
    size_t count;
    char text[PROGRAM_SCRIPT_BYTES + 64];
    size_t used;
};

struct attempt {
    const struct run_setup *setup;
    struct result *result;
    struct result_run *run;
    struct program program; /* where the subject is none of ours */
    struct child child;
    struct load_progress progress;
    atomic_bool stop_load;
    _Atomic uint64_t burst_end_ns; /* since `start_ns`, as the sampler saw it; 0: not yet */
    uint64_t start_ns;             /* time zero of the samples */
};

__attribute__((format(printf, 2, 3))) static void argument_add(struct arguments *arguments,
                                                               const char *format, ...)
{
    char *at = arguments->text + arguments->used;
    va_list values;
    va_start(values, format);
    int length = vsnprintf(at, sizeof arguments->text - arguments->used, format, values);
    va_end(values);
    arguments->list[arguments->count++] = at;
    arguments->used += (size_t)length + 1;
}

static bool is_foreign(const struct attempt *attempt)
{
    return attempt->setup->subject->policy == NULL;
}

static void script_make(struct arguments *arguments, const struct program *program)
{
    *arguments = (struct arguments){.count = 0};
    argument_add(arguments, "/bin/sh");
    argument_add(arguments, "-c");
    argument_add(arguments, "%s", program->script);
}

static void arguments_make(struct arguments *arguments, const struct run_setup *setup)
{
    const struct plan *plan = setup->plan;
    const struct subject *subject = setup->subject;
    struct result_limits limits = plan_limits(plan, subject->policy);
    *arguments = (struct arguments){.count = 0};
    argument_add(arguments, "%s/serve-%s", subject->other ? plan->other_dir : plan->server_dir,
                 subject->name);
    argument_add(arguments, "--port=0");
    if (limits.capacity_entries > 0)
        argument_add(arguments, "--capacity=%llu", (unsigned long long)limits.capacity_entries);
    if (limits.capacity_bytes > 0)
        argument_add(arguments, "--capacity=%lluB", (unsigned long long)limits.capacity_bytes);
    if (limits.ttl_ns > 0)
        argument_add(arguments, "--ttl=%lluns", (unsigned long long)limits.ttl_ns);
    if (setup->workload->dirty_decay_ns != PLAN_DECAY_DEFAULT)
        argument_add(arguments, "--dirty-decay=%lldns", (long long)setup->workload->dirty_decay_ns);
}

__attribute__((format(printf, 2, 3))) static void run_fail(struct result_run *run,
                                                           const char *format, ...)
{
    va_list arguments;
    if (run->status == RUN_FAILED)
        return;
    run->status = RUN_FAILED;
    va_start(arguments, format);
    vsnprintf(run->reason, sizeof run->reason, format, arguments);
    va_end(arguments);
}

static void latency_fill(struct result_latency *latency, const struct histogram *histogram)
{
    *latency = (struct result_latency){
        .count = histogram_count(histogram),
        .mean_ns = histogram_mean(histogram),
        .p50_ns = histogram_percentile(histogram, 50),
        .p90_ns = histogram_percentile(histogram, 90),
        .p99_ns = histogram_percentile(histogram, 99),
        .p999_ns = histogram_percentile(histogram, 99.9),
        .p9999_ns = histogram_percentile(histogram, 99.99),
        .max_ns = histogram_max(histogram),
    };
}

static struct result_errors errors_of(const uint64_t failures[LOAD_FAILURES])
{
    return (struct result_errors){
        .refused = failures[LOAD_REFUSED],
        .reset = failures[LOAD_RESET],
        .timeout = failures[LOAD_TIMEOUT],
        .status = failures[LOAD_STATUS],
        .truncated = failures[LOAD_TRUNCATED],
        .garbage = failures[LOAD_GARBAGE],
        .length = failures[LOAD_LENGTH],
        .wrong = failures[LOAD_WRONG],
    };
}

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

static void load_fill(struct result_load *load, const struct load_result *from)
{
    *load = (struct result_load){
        .requests = from->requests,
        .hits = from->hits,
        .misses = from->misses,
        .errors = from->errors,
        .errors_by_kind = errors_of(from->failures),
        .wall_ns = from->wall_ns,
        .generator_cpu_ns = from->cpu_ns,
        .requests_per_second =
            ratio((double)from->requests, (double)from->wall_ns / (double)NS_PER_SECOND),
        .hit_ratio = ratio((double)from->hits, (double)(from->hits + from->misses)),
        .generator_busy = from->busy,
        .bottleneck = from->bottleneck,
        .unsent = from->unsent,
        .late_ns = from->late_ns,
    };
    snprintf(load->bottleneck_reason, sizeof load->bottleneck_reason, "%.200s",
             from->bottleneck_reason.text);
    latency_fill(&load->all, from->all);
    latency_fill(&load->hit, from->hit);
    latency_fill(&load->miss, from->miss);
    latency_fill(&load->as_sent, from->all_sent);
}

static void series_fill(struct attempt *attempt, const struct load_result *from)
{
    uint64_t delay_ns = from->began_ns - attempt->start_ns;
    struct result_interval *series =
        result_series_add(attempt->result, attempt->run, from->interval_count);
    for (size_t i = 0; i < from->interval_count; i++) {
        const struct load_interval *interval = &from->intervals[i];
        series[i] = (struct result_interval){
            .start_ns = interval->start_ns + delay_ns,
            .span_ns = interval->span_ns,
            .requests = interval->requests,
            .hits = interval->hits,
            .misses = interval->misses,
            .errors = interval->errors,
            .p50_ns = interval->p50_ns,
            .p99_ns = interval->p99_ns,
            .max_ns = interval->max_ns,
        };
    }
}

static void counts_fill(struct result_exact *counts, const struct load_result *from)
{
    counts->hits = from->hits;
    counts->misses = from->misses;
}

/* The kinds of errors that there were, for people. */
static void errors_tell(struct result_run *run, const struct load_result *result)
{
    char kinds[RESULT_WORDS_BYTES] = "";
    size_t length = 0;
    for (enum load_failure kind = 0; kind < LOAD_FAILURES && length < sizeof kinds; kind++)
        if (result->failures[kind] > 0)
            length += (size_t)snprintf(
                kinds + length, sizeof kinds - length, "%s%llu %s", length > 0 ? ", " : "",
                (unsigned long long)result->failures[kind], load_failure_name(kind));
    run_fail(run, "%llu of %llu requests failed: %.150s", (unsigned long long)result->errors,
             (unsigned long long)result->requests, kinds);
}

static void load_check(struct result_run *run, const struct load_result *result)
{
    if (result->errors > 0)
        errors_tell(run, result);
    else if (result->requests == 0 && run->capped_ns == 0)
        run_fail(run, "no request was answered");
}

static struct load_setup load_setup_of(struct attempt *attempt, struct trace *ids)
{
    const struct run_setup *setup = attempt->setup;
    struct load_setup load = {
        .ids = ids,
        .connections = setup->plan->connections,
        .http2 = setup->plan->http2,
        .streams = setup->plan->streams,
        .rate_rps = setup->plan->rate_rps,
        .arrivals = LOAD_POISSON,
        .duration_ns = setup->plan->duration_ns,
        .seed = attempt->run->seed,
        .cpu = setup->generator_cpu == RUN_CPU_ANY ? LOAD_CPU_ANY : setup->generator_cpu,
        .check_id = ids != NULL && !is_foreign(attempt),
        .stop = &attempt->stop_load,
        .progress = &attempt->progress,
    };
    if (is_foreign(attempt)) {
        load.target = attempt->program.target;
        return load;
    }
    snprintf(load.target.host, sizeof load.target.host, "127.0.0.1");
    snprintf(load.target.port, sizeof load.target.port, "%u", attempt->child.port);
    snprintf(load.target.path, sizeof load.target.path, "%s", setup->workload->path);
    return load;
}

static void load_do(struct attempt *attempt, struct trace *ids)
{
    struct load_setup setup = load_setup_of(attempt, ids);
    struct load_result result;
    struct error error;
    if (load_run(&setup, &result, &error) != 0) {
        run_fail(attempt->run, "%.200s", error.text);
        return;
    }
    load_fill(&attempt->run->load, &result);
    series_fill(attempt, &result);
    counts_fill(&attempt->run->counts, &result);
    load_check(attempt->run, &result);
    load_result_free(&result);
}

static void dump_keep(void *context, const char *text, size_t bytes)
{
    struct error error;
    if (file_write(context, text, bytes, &error) != 0)
        fprintf(stderr, "tidemark bench: %s\n", error.text);
}

/* Passes an interruption on to the load, then samples on behalf of the caller. */
static void sample_seen(void *context, const struct result_sample *sample)
{
    struct attempt *attempt = context;
    if (atomic_load(attempt->setup->interrupted))
        atomic_store(&attempt->stop_load, true);
    uint64_t burst_ids = attempt->setup->workload->burst_ids;
    if (burst_ids > 0 && sample->requests >= burst_ids && atomic_load(&attempt->burst_end_ns) == 0)
        atomic_store(&attempt->burst_end_ns, sample->time_ns);
    if (attempt->setup->seen != NULL)
        attempt->setup->seen(attempt->setup->context, sample);
}

static struct sampler_setup sampler_setup_of(struct attempt *attempt)
{
    const struct run_setup *setup = attempt->setup;
    return (struct sampler_setup){
        .result = attempt->result,
        .run = attempt->run,
        .child = &attempt->child,
        .foreign = is_foreign(attempt),
        .progress = &attempt->progress,
        .interval_ns = setup->plan->interval_ns,
        .cap_bytes = setup->plan->memory_cap_bytes,
        .stop_load = &attempt->stop_load,
        .cpu = setup->generator_cpu == RUN_CPU_ANY ? SAMPLER_CPU_ANY : setup->generator_cpu,
        .seen = sample_seen,
        .context = attempt,
    };
}

/* Leaves the sampler alone with the server until the time after the burst has passed. */
static void burst_watch(struct attempt *attempt)
{
    const struct plan *plan = attempt->setup->plan;
    uint64_t end_ns = atomic_load(&attempt->burst_end_ns);
    const struct timespec nap = {.tv_nsec = NAP_NS};
    if (end_ns == 0 || plan->burst_watch_ns == 0)
        return;
    uint64_t until_ns = attempt->start_ns + end_ns + plan->burst_watch_ns + 2 * plan->interval_ns;
    while (clock_ns() < until_ns && !atomic_load(&attempt->stop_load))
        nanosleep(&nap, NULL);
}

/* Loads and samples the server, which runs. */
static void server_measure(struct attempt *attempt, struct trace *ids)
{
    struct sampler_setup setup = sampler_setup_of(attempt);
    struct error error;
    struct sampler *sampler = sampler_start(&setup, &error);
    if (sampler == NULL) {
        run_fail(attempt->run, "%.200s", error.text);
        return;
    }
    attempt->start_ns = sampler_start_ns(sampler);
    load_do(attempt, ids);
    sampler_rest(sampler);
    burst_watch(attempt);
    const char *path = attempt->setup->dump_path;
    if (sampler_stop(sampler, path != NULL ? dump_keep : NULL, (void *)(uintptr_t)path, &error) !=
        0)
        run_fail(attempt->run, "%.200s", error.text);
}

static void server_fill(struct result_run *run)
{
    const struct result_sample *first = &run->samples[0];
    const struct result_sample *last = &run->samples[run->sample_count - 1];
    uint64_t cpu_ns = last->cpu_ns - first->cpu_ns;
    run->server = (struct result_server){
        .cpu_ns = cpu_ns,
        .cpu_us_per_request =
            ratio((double)cpu_ns / (double)NS_PER_US, (double)(last->requests - first->requests)),
        .overhead_bytes_per_entry =
            ratio((double)last->cache_bytes - (double)last->payload_bytes, (double)last->entries),
    };
}

/* What the samples say, unless the run failed. */
static void run_judge(struct attempt *attempt)
{
    struct result_run *run = attempt->run;
    char cap[UNITS_TEXT_BYTES], time[UNITS_TEXT_BYTES];
    if (atomic_load(attempt->setup->interrupted))
        run_fail(run, "interrupted");
    if (run->status == RUN_FAILED)
        return;
    struct result_limits limits =
        plan_limits(attempt->setup->plan, attempt->setup->subject->policy);
    server_fill(run);
    if (run->burst != NULL)
        burst_fill(run);
    verdict_give(&run->verdict, run->samples, run->sample_count, &limits);
    if (run->capped_ns == 0)
        return;
    run->status = RUN_CAPPED;
    snprintf(run->reason, sizeof run->reason, "passed the memory cap of %s after %s",
             units_format_size(cap, (double)attempt->setup->plan->memory_cap_bytes),
             units_format_duration(time, (double)run->capped_ns));
}

/* 0, or -1 and one line in error. */
static int server_start(struct attempt *attempt, struct error *error)
{
    const struct run_setup *setup = attempt->setup;
    struct arguments arguments;
    struct child_setup child = {
        .argv = arguments.list,
        .cpu = setup->server_cpu == RUN_CPU_ANY ? CHILD_CPU_ANY : setup->server_cpu,
        .start_ns = is_foreign(attempt) ? setup->plan->start_within_ns : CHILD_START_NS,
    };
    if (!is_foreign(attempt)) {
        arguments_make(&arguments, setup);
    } else {
        if (program_ready(&attempt->program, setup->subject, error) != 0)
            return -1;
        script_make(&arguments, &attempt->program);
        child.probe = attempt->program.probe;
        child.port = attempt->program.port;
    }
    return child_start(&attempt->child, &child, setup->interrupted, error);
}

static void server_run(struct attempt *attempt, struct trace *ids)
{
    struct error error;
    if (server_start(attempt, &error) != 0) {
        run_fail(attempt->run, "%.200s", error.text);
        return;
    }
    server_measure(attempt, ids);
    bool failed = attempt->run->status == RUN_FAILED;
    if (child_stop(&attempt->child, &error) == 0)
        return;
    /* How the server ended explains why it did not answer. */
    if (failed)
        attempt->run->status = RUN_OK;
    run_fail(attempt->run, "%.200s", error.text);
}

/* Only our servers make ids up themselves. */
static const char *ids_of(const struct run_setup *setup)
{
    const char *url = setup->subject->url;
    bool must_ask = url != NULL && strstr(url, "{id}") != NULL;
    return setup->workload->ids[0] == '\0' && must_ask ? NEW_IDS : setup->workload->ids;
}

static struct result_run *run_begin(const struct run_setup *setup, struct result *result)
{
    struct result_run *run = result_run_add(result);
    snprintf(run->workload, sizeof run->workload, "%s", setup->workload->name);
    snprintf(run->ids, sizeof run->ids, "%s", ids_of(setup));
    if (setup->workload->burst_ids > 0) {
        struct result_burst *burst = result_burst_add(result, run);
        burst->ids = setup->workload->burst_ids;
        burst->dirty_decay_ns = setup->workload->dirty_decay_ns;
    }
    run->repetition = setup->repetition;
    run->seed = setup->plan->seed + setup->repetition - 1;
    run->counts.instructions_per_request = run->counts.allocations_per_request = NAN;
    return run;
}

struct result_run *run_take(const struct run_setup *setup, struct result *result)
{
    struct attempt attempt = {.setup = setup, .result = result, .run = run_begin(setup, result)};
    const struct trace_setup trace_setup = {.seed = attempt.run->seed};
    struct error error;
    struct trace *ids = NULL;
    if (attempt.run->ids[0] != '\0') {
        ids = trace_open(attempt.run->ids, &trace_setup, &error);
        if (ids == NULL)
            run_fail(attempt.run, "%.200s", error.text);
    }
    if (attempt.run->status != RUN_FAILED)
        server_run(&attempt, ids);
    run_judge(&attempt);
    if (ids != NULL)
        trace_close(ids);
    return attempt.run;
}
