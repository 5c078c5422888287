/* sampler.c - samples, watches the memory cap, and measures what sampling costs. */
#include "sampler.h"

#include "clock.h"
#include "xmalloc.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>

#define COST_REQUESTS 32              /* requests for statistics, to measure the cost of one */
#define POLL_NS       (2 * NS_PER_MS) /* how often the number of requests is looked at */

struct sampler {
    struct sampler_setup setup;
    pthread_t thread;
    sem_t ending; /* posted by sampler_stop */
    bool failed;
    uint64_t start_ns;
    uint64_t requests_after; /* ended when the last sample under load had been taken */
    size_t loaded;           /* samples taken under load */
    atomic_bool load_over;
    struct error error;
};

static uint64_t requests_now(const struct sampler *sampler)
{
    return atomic_load(&sampler->setup.progress->requests);
}

/* Takes a sample, adds it and checks the cap. False: sampling ends here. */
static bool sample_take(struct sampler *sampler)
{
    const struct sampler_setup *setup = &sampler->setup;
    struct result_sample sample = {.time_ns = clock_ns() - sampler->start_ns,
                                   .requests = requests_now(sampler)};
    if (server_sample(setup->server, &sample, &sampler->error) != 0) {
        sampler->failed = true;
        atomic_store(setup->stop_load, true);
        return false;
    }
    result_sample_add(setup->result, setup->run, &sample);
    if (!atomic_load(&sampler->load_over)) {
        sampler->requests_after = requests_now(sampler);
        sampler->loaded = setup->run->sample_count;
    }
    if (setup->on_sample != NULL)
        setup->on_sample(setup->context, &sample);
    if (setup->cap_bytes == 0 || sample.rss_bytes <= setup->cap_bytes)
        return true;
    setup->run->capped_ns = sample.time_ns + 1; /* never 0 */
    atomic_store(setup->stop_load, true);
    return false;
}

/* True: the time has come; false: the sampler is to end. */
static bool sampler_sleep(struct sampler *sampler, uint64_t due_ns)
{
    const struct timespec due = {.tv_sec = (time_t)(due_ns / NS_PER_SECOND),
                                 .tv_nsec = (long)(due_ns % NS_PER_SECOND)};
    int status;
    do
        status = sem_clockwait(&sampler->ending, CLOCK_MONOTONIC, &due);
    while (status != 0 && errno == EINTR);
    return status != 0;
}

/* Whether enough requests have ended since the last sample. */
static bool requests_are_due(const struct sampler *sampler)
{
    const struct sampler_setup *setup = &sampler->setup;
    uint64_t last = setup->run->samples[setup->run->sample_count - 1].requests;
    return setup->sample_requests > 0 && requests_now(sampler) >= last + setup->sample_requests;
}

/* True: a sample is due; false: the sampler is to end. */
static bool sampler_wait(struct sampler *sampler, uint64_t due_ns)
{
    uint64_t step_ns = sampler->setup.sample_requests > 0 ? POLL_NS : UINT64_MAX / 2;
    for (uint64_t now_ns = clock_ns();; now_ns = clock_ns()) {
        if (!sampler_sleep(sampler, due_ns < now_ns + step_ns ? due_ns : now_ns + step_ns))
            return false;
        if (clock_ns() >= due_ns || requests_are_due(sampler))
            return true;
    }
}

static void *sampler_run(void *context)
{
    struct sampler *sampler = context;
    uint64_t interval_ns = sampler->setup.interval_ns, due_ns = sampler->start_ns + interval_ns;
    cpu_pin(sampler->setup.cpu);
    if (sampler->setup.run->capped_ns > 0)
        return NULL;
    while (sampler_wait(sampler, due_ns) && sample_take(sampler)) {
        uint64_t now = clock_ns();
        if (sampler->setup.sample_requests > 0)
            due_ns = now + interval_ns;
        while (due_ns <= now)
            due_ns += interval_ns;
    }
    return NULL;
}

struct sampler *sampler_start(const struct sampler_setup *setup, struct error *error)
{
    struct sampler *sampler = xcalloc(1, sizeof *sampler);
    sampler->setup = *setup;
    sem_init(&sampler->ending, 0, 0);
    sampler->start_ns = clock_ns();
    sample_take(sampler);
    if (!sampler->failed && pthread_create(&sampler->thread, NULL, sampler_run, sampler) == 0)
        return sampler;
    error_set(error, "%s", sampler->failed ? sampler->error.text : "cannot start a thread");
    free(sampler);
    return NULL;
}

uint64_t sampler_start_ns(const struct sampler *sampler)
{
    return sampler->start_ns;
}

void sampler_load_ended(struct sampler *sampler)
{
    atomic_store(&sampler->load_over, true);
}

/* Samples that were certainly taken under load: not those after the last request, when the load's
 * connections may have been closed already. */
static size_t samples_loaded(const struct sampler *sampler)
{
    const struct result_run *run = sampler->setup.run;
    uint64_t all = requests_now(sampler);
    size_t count = sampler->loaded;
    if (count > 1 && sampler->requests_after == all)
        count--;
    while (count > 1 && run->samples[count - 1].requests == all)
        count--;
    return count;
}

/* Gives the samples without load to the burst, or drops them. */
static void samples_trim(struct sampler *sampler)
{
    struct result_run *run = sampler->setup.run;
    size_t loaded = samples_loaded(sampler);
    if (run->burst != NULL)
        result_burst_samples(sampler->setup.result, run, loaded);
    run->sample_count = loaded;
    if (!sampler->failed && run->burst == NULL)
        server_sample_pss(sampler->setup.server, &run->samples[loaded - 1]);
}

static void counts_fill(const struct sampler *sampler)
{
    struct result_exact *counts = &sampler->setup.run->counts;
    double requests = (double)requests_now(sampler);
    struct result_sample end = {0};
    struct error error;
    if (requests > 0)
        counts->instructions_per_request = server_instructions(sampler->setup.server) / requests;
    if (server_statistics(sampler->setup.server, &end, &error) == 0)
        counts->evictions = end.evictions;
}

/* The server's CPU time for one request for statistics, without load; a foreign program has none.
 */
static double sample_cost_ns(struct server_under_test *server)
{
    struct result_sample sample;
    struct error error;
    uint64_t before_ns = server_cpu_ns(server);
    for (size_t i = 0; i < COST_REQUESTS; i++)
        if (server_statistics(server, &sample, &error) != 0)
            return 0;
    return (double)(server_cpu_ns(server) - before_ns) / COST_REQUESTS;
}

static void sampling_fill(const struct sampler *sampler)
{
    struct result_run *run = sampler->setup.run;
    size_t last = run->sample_count - 1;
    double cost_ns =
        server_is_foreign(sampler->setup.server) ? 0 : sample_cost_ns(sampler->setup.server);
    double used_ns = (double)(run->samples[last].cpu_ns - run->samples[0].cpu_ns);
    run->sampling = (struct result_sampling){
        .interval_ns = sampler->setup.interval_ns,
        .samples = run->sample_count,
        .cpu_us_per_sample = cost_ns / (double)NS_PER_US,
        .cpu_share = used_ns > 0 ? cost_ns * (double)last / used_ns : 0,
    };
}

static void dump_read(const struct sampler *sampler,
                      void (*dump)(void *context, const char *, size_t), void *context)
{
    double requests = (double)requests_now(sampler), allocations;
    size_t bytes;
    const char *text = server_allocator_dump(sampler->setup.server, &bytes, &allocations);
    if (requests > 0)
        sampler->setup.run->counts.allocations_per_request = allocations / requests;
    if (text != NULL && dump != NULL)
        dump(context, text, bytes);
}

int sampler_stop(struct sampler *sampler, void (*dump)(void *context, const char *, size_t),
                 void *context, struct error *error)
{
    sem_post(&sampler->ending);
    pthread_join(sampler->thread, NULL);
    int status = sampler->failed ? error_set(error, "%s", sampler->error.text) : 0;
    samples_trim(sampler);
    if (status == 0) {
        counts_fill(sampler);
        sampling_fill(sampler);
        dump_read(sampler, dump, context);
    }
    free(sampler);
    return status;
}
