/* sampler.c - samples at equal distances: the server's own figures and the kernel's. */
#include "sampler.h"

#include "clock.h"
#include "http_client.h"
#include "perf_counters.h"
#include "process.h"
#include "process_tree.h"
#include "stats_parse.h"
#include "units.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define CALIBRATION_COUNT 32            /* questions that tell what one costs */
#define ROLLUP_NS         NS_PER_SECOND /* between two looks at PSS: the kernel walks over all pages */

struct sampler {
    struct sampler_setup setup;
    struct http_client *client; /* NULL: nobody is asked */
    struct process_tree tree;   /* of such a one */
    struct perf_counters instructions;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    bool ending; /* under the mutex */
    bool failed;
    uint64_t start_ns;
    uint64_t requests_after; /* ended when the last of them had been taken */
    size_t loaded;           /* samples taken before the load was over */
    atomic_bool load_over;
    uint64_t rollup_due_ns;
    struct process_rollup rollup; /* as it was last */
    struct error error;
};

/* Of ours the CPU time is that of one process, to the nanosecond. */
static int figures_read(const struct sampler *sampler, struct process_figures *figures)
{
    const struct child *child = sampler->setup.child;
    if (sampler->setup.foreign)
        return process_tree_read(&sampler->tree, figures);
    int status = process_read(child->pid, figures);
    figures->cpu_ns = child_cpu_ns(child);
    return status;
}

static int kernel_read(struct sampler *sampler, struct result_sample *sample)
{
    struct process_figures figures;
    if (figures_read(sampler, &figures) != 0) {
        error_set(&sampler->error, "the server is gone");
        return -1;
    }
    sample->rss_bytes = figures.rss_bytes;
    sample->vsz_bytes = figures.vsz_bytes;
    sample->minor_faults = figures.minor_faults;
    sample->major_faults = figures.major_faults;
    sample->cpu_ns = figures.cpu_ns;
    return 0;
}

/* Where it may not be read it stays 0. */
static void rollup_read(struct sampler *sampler, struct result_sample *sample)
{
    if (sampler->setup.foreign)
        process_tree_read_rollup(&sampler->tree, &sampler->rollup);
    else
        process_read_rollup(sampler->setup.child->pid, &sampler->rollup);
    sampler->rollup_due_ns = sample->time_ns + ROLLUP_NS;
}

static void rollup_carry(const struct sampler *sampler, struct result_sample *sample)
{
    sample->pss_bytes = sampler->rollup.pss_bytes;
    sample->anonymous_bytes = sampler->rollup.anonymous_bytes;
}

/* What the server says of itself. */
static int told_ask(struct sampler *sampler, struct result_sample *sample)
{
    size_t bytes;
    if (sampler->client == NULL)
        return 0;
    const char *text = http_client_get(sampler->client, "/stats", &bytes, &sampler->error);
    return text == NULL ? -1 : stats_parse(text, bytes, sample, &sampler->error);
}

static int sample_take(struct sampler *sampler, struct result_sample *sample)
{
    sample->time_ns = clock_ns() - sampler->start_ns;
    sample->requests = atomic_load(&sampler->setup.progress->requests);
    bool rollup_due = sample->time_ns >= sampler->rollup_due_ns;
    if (told_ask(sampler, sample) != 0)
        return -1;
    if (sampler->setup.foreign && rollup_due)
        process_tree_find(&sampler->tree, sampler->setup.child->pid);
    if (!atomic_load(&sampler->load_over))
        sampler->requests_after = atomic_load(&sampler->setup.progress->requests);
    if (kernel_read(sampler, sample) != 0)
        return -1;
    if (rollup_due)
        rollup_read(sampler, sample);
    rollup_carry(sampler, sample);
    return 0;
}

/* Takes a sample, adds it and looks at the cap. False: there is no point in going on. */
static bool sampler_look(struct sampler *sampler)
{
    const struct sampler_setup *setup = &sampler->setup;
    struct result_sample sample = {0};
    child_drain(setup->child);
    if (sample_take(sampler, &sample) != 0) {
        sampler->failed = true;
        atomic_store(setup->stop_load, true);
        return false;
    }
    result_sample_add(setup->result, setup->run, &sample);
    if (!atomic_load(&sampler->load_over))
        sampler->loaded = setup->run->sample_count;
    if (setup->seen != NULL)
        setup->seen(setup->context, &sample);
    if (setup->cap_bytes == 0 || sample.rss_bytes <= setup->cap_bytes)
        return true;
    setup->run->capped_ns = sample.time_ns + 1; /* never 0 */
    atomic_store(setup->stop_load, true);
    return false;
}

/* True: the time has come; false: the sampler is to end. */
static bool sampler_wait(struct sampler *sampler, uint64_t due_ns)
{
    struct timespec due = {.tv_sec = (time_t)(due_ns / NS_PER_SECOND),
                           .tv_nsec = (long)(due_ns % NS_PER_SECOND)};
    pthread_mutex_lock(&sampler->mutex);
    while (!sampler->ending &&
           pthread_cond_timedwait(&sampler->wake, &sampler->mutex, &due) != ETIMEDOUT)
        continue;
    bool going_on = !sampler->ending;
    pthread_mutex_unlock(&sampler->mutex);
    return going_on;
}

static void thread_pin(int cpu)
{
    cpu_set_t set;
    if (cpu == SAMPLER_CPU_ANY)
        return;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

static void *sampler_run(void *context)
{
    struct sampler *sampler = context;
    uint64_t interval_ns = sampler->setup.interval_ns, due_ns = sampler->start_ns + interval_ns;
    thread_pin(sampler->setup.cpu);
    if (sampler->setup.run->capped_ns > 0)
        return NULL;
    while (sampler_wait(sampler, due_ns) && sampler_look(sampler)) {
        uint64_t now = clock_ns();
        do
            due_ns += interval_ns;
        while (due_ns < now);
    }
    return NULL;
}

static void sampler_release(struct sampler *sampler)
{
    pthread_cond_destroy(&sampler->wake);
    pthread_mutex_destroy(&sampler->mutex);
    http_client_close(sampler->client);
    perf_counters_close(&sampler->instructions);
    memory_free(sampler);
}

static void wake_create(pthread_cond_t *wake)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(wake, &attributes);
    pthread_condattr_destroy(&attributes);
}

struct sampler *sampler_start(const struct sampler_setup *setup, struct error *error)
{
    struct http_client *client =
        setup->foreign ? NULL : http_client_open(setup->child->port, error);
    if (client == NULL && !setup->foreign)
        return NULL;
    struct sampler *sampler = memory_alloc_zeroed(setup->result->zone, sizeof *sampler);
    sampler->setup = *setup;
    sampler->client = client;
    pthread_mutex_init(&sampler->mutex, NULL);
    wake_create(&sampler->wake);
    if (!setup->foreign)
        perf_counters_open(&sampler->instructions, setup->child->pid);
    sampler->start_ns = clock_ns();
    sampler_look(sampler);
    if (sampler->failed)
        error_set(error, "%s", sampler->error.text);
    else if (pthread_create(&sampler->thread, NULL, sampler_run, sampler) != 0)
        error_set(error, "no thread for the sampler");
    else
        return sampler;
    sampler_release(sampler);
    return NULL;
}

uint64_t sampler_start_ns(const struct sampler *sampler)
{
    return sampler->start_ns;
}

/* What it counted in all, the load being over. */
static void counts_fill(struct sampler *sampler)
{
    struct result_exact *counts = &sampler->setup.run->counts;
    double requests = (double)atomic_load(&sampler->setup.progress->requests);
    struct result_sample end = {0};
    if (requests > 0)
        counts->instructions_per_request = perf_counters_read(&sampler->instructions) / requests;
    if (told_ask(sampler, &end) == 0)
        counts->evictions = end.evictions;
}

/* What a sample costs the server: the CPU time of many questions, without any load. */
static void cost_measure(struct sampler *sampler)
{
    struct result_run *run = sampler->setup.run;
    const struct result_sample *first = &run->samples[0];
    const struct result_sample *last = &run->samples[run->sample_count - 1];
    struct error error;
    size_t bytes;
    uint64_t before_ns = child_cpu_ns(sampler->setup.child);
    for (size_t i = 0; i < CALIBRATION_COUNT && sampler->client != NULL; i++)
        if (http_client_get(sampler->client, "/stats", &bytes, &error) == NULL)
            return;
    double spent_ns = 0; /* to look at a process costs it nothing */
    if (sampler->client != NULL)
        spent_ns = (double)(child_cpu_ns(sampler->setup.child) - before_ns);
    double per_sample_ns = spent_ns / CALIBRATION_COUNT;
    double served_ns = (double)(last->cpu_ns - first->cpu_ns);
    run->sampling = (struct result_sampling){
        .interval_ns = sampler->setup.interval_ns,
        .samples = run->sample_count,
        .cpu_us_per_sample = per_sample_ns / (double)NS_PER_US,
        .cpu_share =
            served_ns > 0 ? per_sample_ns * (double)(run->sample_count - 1) / served_ns : 0,
    };
}

/* How many samples count as taken under load: not those that may have been taken when it was over
 * and its connections were gone. */
static size_t samples_loaded(const struct sampler *sampler)
{
    const struct result_run *run = sampler->setup.run;
    uint64_t all = atomic_load(&sampler->setup.progress->requests);
    size_t count = sampler->loaded;
    if (count > 1 && sampler->requests_after == all)
        count--;
    while (count > 1 && run->samples[count - 1].requests == all)
        count--;
    return count;
}

/* Drops the others, or hands them to the burst. */
static void samples_trim(struct sampler *sampler)
{
    struct result_run *run = sampler->setup.run;
    struct result_sample *last;
    size_t loaded = samples_loaded(sampler);
    if (run->burst != NULL)
        result_burst_samples(sampler->setup.result, run, loaded);
    run->sample_count = loaded;
    last = &run->samples[loaded - 1];
    if (sampler->failed || run->burst != NULL)
        return;
    rollup_read(sampler, last);
    rollup_carry(sampler, last);
}

void sampler_rest(struct sampler *sampler)
{
    atomic_store(&sampler->load_over, true);
}

/* Its statistics also tell how often the allocator was asked. */
static void dump_fetch(struct sampler *sampler, void (*dump)(void *context, const char *, size_t),
                       void *context)
{
    double requests = (double)atomic_load(&sampler->setup.progress->requests);
    struct error error;
    size_t bytes;
    const char *text = http_client_get(sampler->client, "/jemalloc", &bytes, &error);
    if (text == NULL)
        return;
    if (requests > 0)
        sampler->setup.run->counts.allocations_per_request =
            stats_parse_allocations(text, bytes) / requests;
    if (dump != NULL)
        dump(context, text, bytes);
}

int sampler_stop(struct sampler *sampler, void (*dump)(void *context, const char *, size_t),
                 void *context, struct error *error)
{
    pthread_mutex_lock(&sampler->mutex);
    sampler->ending = true;
    pthread_cond_signal(&sampler->wake);
    pthread_mutex_unlock(&sampler->mutex);
    pthread_join(sampler->thread, NULL);
    int status = sampler->failed ? -1 : 0;
    samples_trim(sampler);
    if (status == 0) {
        counts_fill(sampler);
        cost_measure(sampler);
    }
    if (status == 0 && sampler->client != NULL)
        dump_fetch(sampler, dump, context);
    if (status != 0)
        error_set(error, "%s", sampler->error.text);
    sampler_release(sampler);
    return status;
}
