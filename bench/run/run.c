/* run.c - one run: a fresh server is started, loaded, sampled, stopped and judged. */
#include "run.h"

#include "burst.h"
#include "clock.h"
#include "load_record.h"
#include "sampler.h"
#include "stats.h"
#include "stream_replay.h"
#include "verdict.h"
#include "xmalloc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define POLL_NS (50 * NS_PER_MS) /* how often an interruption is looked for after a burst */

struct execution {
    const struct run_setup *setup;
    struct result *result;
    struct result_run *run;
    struct trace *ids; /* NULL: the server invents the ids */
    struct server_under_test *server;
    struct load_progress progress;
    atomic_bool stop_load;
    _Atomic uint64_t burst_end_ns; /* in the time of the samples; 0: not yet */
    uint64_t start_ns;             /* time zero of the samples */
};

static void run_fail(struct result_run *run, const char *reason)
{
    run->status = RUN_FAILED;
    snprintf(run->reason, sizeof run->reason, "%.*s", RESULT_WORDS_BYTES - 1, reason);
}

static bool is_foreign(const struct run_setup *setup)
{
    return setup->subject->policy == NULL;
}

/* Whether errors are all that it answered, which is hardly meant unless asked for. */
static bool answers_errors_only(const struct run_setup *setup, const struct load_result *load)
{
    return load->requests > 0 && load->statuses[LOAD_2XX] == 0 && !setup->plan->expects_any;
}

static struct load_setup load_setup_of(struct execution *execution)
{
    const struct run_setup *setup = execution->setup;
    return (struct load_setup){
        .target = server_target(execution->server, setup->workload->path),
        .ids = execution->ids,
        .connections = setup->plan->connections,
        .http2 = setup->plan->http2,
        .streams = setup->plan->streams,
        .rate_rps = setup->plan->rate_rps,
        .arrivals = LOAD_POISSON,
        .requests = setup->workload->requests,
        .duration_ns = plan_duration(setup->plan, setup->subject),
        .least_ns = plan_least_ns(setup->plan, setup->subject->policy),
        .seed = execution->run->seed,
        .cpu = setup->generator_cpu,
        .expect = plan_expect(setup->plan, setup->subject),
        .check_id = execution->ids != NULL && !is_foreign(setup),
        .stop = &execution->stop_load,
        .progress = &execution->progress,
    };
}

static void server_load(struct execution *execution)
{
    struct load_setup setup = load_setup_of(execution);
    struct result_run *run = execution->run;
    struct load_result load;
    struct error error;
    if (load_run(&setup, &load, &error) != 0) {
        run_fail(run, error.text);
        return;
    }
    load_record(execution->result, run, &load, load.began_ns - execution->start_ns);
    if (load.errors > 0) {
        load_errors_explain(&load, &error);
        run_fail(run, error.text);
    } else if (load.requests == 0 && run->capped_ns == 0) {
        run_fail(run, "no request was answered");
    } else if (answers_errors_only(execution->setup, &load)) {
        run_fail(run, "no response had a status of 2xx; change --url, or use --expect any");
    }
    load_result_free(&load);
}

static void dump_keep(void *context, const char *text, size_t bytes)
{
    struct run_dump *dump = context;
    *dump = (struct run_dump){xmalloc(bytes), bytes};
    memcpy(dump->text, text, bytes);
}

/* Passes an interruption on to the load, notes the end of the burst, and calls the user's hook. */
static void sample_handle(void *context, const struct result_sample *sample)
{
    struct execution *execution = context;
    const struct run_setup *setup = execution->setup;
    uint64_t burst_ids = setup->workload->burst_ids;
    if (atomic_load(setup->interrupted))
        atomic_store(&execution->stop_load, true);
    if (burst_ids > 0 && sample->requests >= burst_ids &&
        atomic_load(&execution->burst_end_ns) == 0)
        atomic_store(&execution->burst_end_ns, sample->time_ns);
    if (setup->on_sample != NULL)
        setup->on_sample(setup->context, sample);
}

/* Waits until the time after the burst has passed; the sampler goes on meanwhile. */
static void burst_wait(const struct execution *execution)
{
    const struct plan *plan = execution->setup->plan;
    const struct timespec interval = {.tv_nsec = POLL_NS};
    uint64_t end_ns = atomic_load(&execution->burst_end_ns);
    if (end_ns == 0 || plan->burst_watch_ns == 0)
        return;
    uint64_t until_ns = execution->start_ns + end_ns + plan->burst_watch_ns + 2 * plan->interval_ns;
    while (clock_ns() < until_ns && !atomic_load(&execution->stop_load))
        nanosleep(&interval, NULL);
}

/* Loads and samples the running server. */
static void server_measure(struct execution *execution)
{
    const struct run_setup *setup = execution->setup;
    const struct sampler_setup sampling = {
        .result = execution->result,
        .run = execution->run,
        .server = execution->server,
        .progress = &execution->progress,
        .interval_ns = setup->plan->interval_ns,
        .sample_requests = plan_sample_requests(setup->plan, setup->workload),
        .cap_bytes = setup->plan->memory_cap_bytes,
        .stop_load = &execution->stop_load,
        .cpu = setup->generator_cpu,
        .on_sample = sample_handle,
        .context = execution,
    };
    struct error error;
    struct sampler *sampler = sampler_start(&sampling, &error);
    if (sampler == NULL) {
        run_fail(execution->run, error.text);
        return;
    }
    execution->start_ns = sampler_start_ns(sampler);
    server_load(execution);
    sampler_load_ended(sampler);
    burst_wait(execution);
    if (sampler_stop(sampler, setup->dump != NULL ? dump_keep : NULL, setup->dump, &error) != 0 &&
        execution->run->status != RUN_FAILED)
        run_fail(execution->run, error.text);
}

/* How the server ended explains a failure better than that it did not answer. */
static void server_execute(struct execution *execution)
{
    struct server_options options =
        plan_server_options(execution->setup->plan, execution->setup->subject,
                            execution->setup->workload, execution->setup->server_cpu);
    struct error error;
    execution->server = server_start(&options, execution->setup->interrupted, &error);
    if (execution->server != NULL)
        server_measure(execution);
    if (execution->server == NULL || server_stop(execution->server, &error) != 0)
        run_fail(execution->run, error.text);
}

static void server_figures_fill(struct result_run *run)
{
    const struct result_sample *first = &run->samples[0];
    const struct result_sample *last = &run->samples[run->sample_count - 1];
    double cpu_us = (double)(last->cpu_ns - first->cpu_ns) / (double)NS_PER_US;
    run->server = (struct result_server){
        .cpu_ns = last->cpu_ns - first->cpu_ns,
        .cpu_us_per_request = stats_ratio(cpu_us, (double)(last->requests - first->requests)),
        .overhead_bytes_per_entry = stats_ratio(
            (double)last->cache_bytes - (double)last->payload_bytes, (double)last->entries),
    };
}

/* Gives the verdict on the samples, unless the run failed. */
static void run_judge(const struct execution *execution)
{
    const struct run_setup *setup = execution->setup;
    struct result_run *run = execution->run;
    char cap[UNITS_TEXT_BYTES], time[UNITS_TEXT_BYTES];
    if (atomic_load(setup->interrupted) && run->status != RUN_FAILED)
        run_fail(run, "interrupted");
    if (run->status == RUN_FAILED)
        return;
    struct result_limits limits = plan_limits(setup->plan, setup->subject->policy);
    server_figures_fill(run);
    if (run->burst != NULL)
        burst_fill(run);
    verdict_give(&run->verdict, run->samples, run->sample_count, &limits);
    if (execution->ids != NULL)
        verdict_end(&run->verdict, trace_ids(execution->ids));
    if (run->capped_ns == 0)
        return;
    run->status = RUN_CAPPED;
    snprintf(run->reason, sizeof run->reason, "passed the memory cap of %s after %s",
             units_format_size(cap, (double)setup->plan->memory_cap_bytes),
             units_format_duration(time, (double)run->capped_ns));
}

/* A burst's first part is made of other ids than its stream. */
static void hits_check(const struct run_setup *setup, struct result_run *run)
{
    struct result_limits limits = plan_limits(setup->plan, setup->subject->policy);
    if (run->status != RUN_FAILED && run->burst == NULL)
        stream_replay_run(run, setup->subject->policy, &limits);
}

static struct result_run *run_begin(const struct run_setup *setup, struct result *result)
{
    struct result_run *run = result_run_add(result);
    snprintf(run->workload, sizeof run->workload, "%s", setup->workload->name);
    snprintf(run->ids, sizeof run->ids, "%s", plan_ids(setup->workload, setup->subject));
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

struct result_run *run_execute(const struct run_setup *setup, struct result *result)
{
    struct result_run *run = run_begin(setup, result);
    struct execution execution = {.setup = setup, .result = result, .run = run};
    const struct trace_setup stream = {.seed = run->seed};
    struct error error;
    if (run->ids[0] != '\0') {
        execution.ids = trace_open(run->ids, &stream, &error);
        if (execution.ids == NULL)
            run_fail(run, error.text);
    }
    if (run->status != RUN_FAILED)
        server_execute(&execution);
    run_judge(&execution);
    if (execution.ids != NULL)
        trace_close(execution.ids);
    hits_check(setup, run);
    return run;
}
