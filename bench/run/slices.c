/* slices.c - starts servers together, and gives them slices of requests in shuffled order. */
#include "slices.h"

#include "blocks.h"
#include "load_record.h"
#include "shuffle.h"
#include "stats.h"
#include "units.h"
#include "xmalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define WARM_UP_TURNS 10                   /* of each server */
#define TURN_NS       (1 * NS_PER_SECOND)  /* a turn that takes longer ends there */
#define SLICE_NS      (10 * NS_PER_SECOND) /* the same of a slice */
#define CPU_US_LEAST  1e-3                 /* a clock may show none at all */

/* It took part in all rounds. */
static bool is_whole(const struct slices_server *server)
{
    return server->reason[0] == '\0';
}

static bool is_interrupted(const struct slices *slices)
{
    return atomic_load(slices->setup.interrupted);
}

static void server_end(struct slices_server *server)
{
    struct error error;
    load_session_close(server->session);
    trace_close(server->ids);
    if (server->server != NULL && server_stop(server->server, &error) != 0 &&
        server->reason[0] == '\0')
        snprintf(server->reason, sizeof server->reason, "%.*s", RESULT_WORDS_BYTES - 1, error.text);
    server->session = NULL;
    server->ids = NULL;
    server->server = NULL;
}

/* How the server ended explains more than what the load saw. */
static void server_fail(struct slices_server *server, const char *reason)
{
    server_end(server);
    if (server->reason[0] == '\0')
        snprintf(server->reason, sizeof server->reason, "%.*s", RESULT_WORDS_BYTES - 1, reason);
}

static struct load_setup load_setup_of(const struct slices_setup *setup, size_t i,
                                       const struct slices_server *server)
{
    const struct plan *plan = setup->plan;
    return (struct load_setup){
        .target = server_target(server->server, setup->workload->path),
        .ids = server->ids,
        .connections = plan->connections,
        .http2 = plan->http2,
        .streams = plan->streams,
        .rate_rps = plan->rate_rps,
        .arrivals = LOAD_POISSON,
        .seed = setup->seed,
        .cpu = setup->generator_cpu,
        .expect = plan_expect(plan, setup->subjects[i]),
        .check_id = server->ids != NULL && setup->subjects[i]->policy != NULL,
        .stop = setup->interrupted,
    };
}

static int session_open(const struct slices_setup *setup, size_t i, struct slices_server *server,
                        struct error *error)
{
    const struct trace_setup stream = {.seed = setup->seed};
    const char *ids = plan_ids(setup->workload, setup->subjects[i]);
    if (ids[0] != '\0') {
        server->ids = trace_open(ids, &stream, error);
        if (server->ids == NULL)
            return -1;
    }
    struct load_setup load = load_setup_of(setup, i, server);
    server->session = load_session_open(&load, error);
    return server->session != NULL ? 0 : -1;
}

static void server_open(struct slices *slices, size_t i)
{
    const struct slices_setup *setup = &slices->setup;
    struct slices_server *server = &slices->servers[i];
    struct server_options options =
        plan_server_options(setup->plan, setup->subjects[i], setup->workload, setup->server_cpu);
    struct error error;
    server->keeps_age = options.limits.ttl_ns > 0;
    options.limits.ttl_ns *= setup->count;
    server->latencies = histogram_create();
    server->server = server_start(&options, setup->interrupted, &error);
    if (server->server == NULL || session_open(setup, i, server, &error) != 0)
        server_fail(server, error.text);
}

struct slices *slices_open(const struct slices_setup *setup)
{
    struct slices *slices = xcalloc(1, sizeof *slices);
    size_t order[SLICES_SERVERS_MAX];
    slices->setup = *setup;
    random_seed(&slices->order, setup->seed + random_mix(setup->repetition));
    shuffle(order, setup->count, &slices->order);
    for (size_t i = 0; i < setup->count; i++)
        server_open(slices, order[i]);
    return slices;
}

/* Sends the requests, or fewer if the time is up; all must be answered well. 0, and the caller
 * frees the result; or -1: the server failed. */
static int requests_send(struct slices *slices, struct slices_server *server, uint64_t requests,
                         uint64_t limit_ns, struct load_result *load)
{
    struct error error = {""};
    if (load_session_run(server->session, requests, limit_ns, load, &error) != 0) {
        server_fail(server, error.text);
        return -1;
    }
    if (load->errors > 0)
        load_errors_explain(load, &error);
    else if (is_interrupted(slices))
        error_set(&error, "interrupted");
    else if (load->requests == 0)
        error_set(&error, "the stream of ids has ended; speed needs one without an end");
    if (error.text[0] == '\0') {
        server->missed += requests - load->requests;
        return 0;
    }
    server_fail(server, error.text);
    load_result_free(load);
    return -1;
}

static double rate_of(const struct load_result *load)
{
    return stats_ratio((double)load->requests * (double)NS_PER_SECOND, (double)load->wall_ns);
}

static void turn_run(struct slices *slices, struct slices_server *server, uint64_t requests)
{
    struct load_result load;
    if (requests_send(slices, server, requests, TURN_NS, &load) != 0)
        return;
    server->warm_rps = rate_of(&load);
    server->cpu_ns = server_cpu_ns(server->server);
    load_result_free(&load);
}

void slices_warm_up(struct slices *slices, uint64_t requests)
{
    uint64_t each = (requests + WARM_UP_TURNS - 1) / WARM_UP_TURNS;
    for (size_t turn = 0; turn < WARM_UP_TURNS; turn++)
        for (size_t i = 0; i < slices->setup.count; i++)
            if (slices->servers[i].session != NULL)
                turn_run(slices, &slices->servers[i], each);
}

/* What a slice stored may expire during the slices of others: that is counted with the next one. */
static void slice_run(struct slices *slices, struct slices_server *server, uint64_t requests)
{
    struct load_result load;
    uint64_t before_ns = server->keeps_age ? server->cpu_ns : server_cpu_ns(server->server);
    if (requests_send(slices, server, requests, SLICE_NS, &load) != 0)
        return;
    server->cpu_ns = server_cpu_ns(server->server);
    double cpu_us = (double)(server->cpu_ns - before_ns) / (double)NS_PER_US;
    server->cpu_us[slices->rounds] = cpu_us / (double)load.requests;
    server->rate_rps[slices->rounds] = rate_of(&load);
    server->requests += load.requests;
    server->generator_ns += (double)load.cpu_ns;
    server->wall_ns += (double)load.wall_ns;
    histogram_merge(server->latencies, load.all);
    load_result_free(&load);
}

void slices_round(struct slices *slices, uint64_t requests)
{
    size_t order[SLICES_SERVERS_MAX], count = slices->rounds + 1;
    shuffle(order, slices->setup.count, &slices->order);
    for (size_t i = 0; i < slices->setup.count; i++) {
        struct slices_server *server = &slices->servers[order[i]];
        if (server->session == NULL)
            continue;
        server->cpu_us = xreallocarray(server->cpu_us, count, sizeof *server->cpu_us);
        server->rate_rps = xreallocarray(server->rate_rps, count, sizeof *server->rate_rps);
        slice_run(slices, server, requests);
    }
    slices->rounds++;
}

/* The servers that took part in all rounds are the variants of a block design whose blocks are the
 * rounds: what the rounds have in common, and slices that were disturbed, do not count. */
static double cpu_us_of(const struct slices *slices, size_t wanted)
{
    struct blocks blocks;
    size_t count = 0, at = 0;
    for (size_t i = 0; i < slices->setup.count; i++)
        count += is_whole(&slices->servers[i]);
    blocks_create(&blocks, count, slices->rounds);
    for (size_t i = 0, next = 0; i < slices->setup.count; i++) {
        const struct slices_server *server = &slices->servers[i];
        if (i == wanted)
            at = next;
        for (uint64_t round = 0; is_whole(server) && round < slices->rounds; round++)
            blocks.logs[next * slices->rounds + round] =
                log(fmax(server->cpu_us[round], CPU_US_LEAST));
        next += is_whole(server);
    }
    blocks_fit_effects(&blocks);
    double cpu_us = exp(blocks.effects[at]);
    blocks_release(&blocks);
    return cpu_us;
}

bool slices_speed(const struct slices *slices, size_t i, struct result_speed *speed)
{
    const struct slices_setup *setup = &slices->setup;
    const struct slices_server *server = &slices->servers[i];
    if (!is_whole(server) || slices->rounds == 0)
        return false;
    *speed = (struct result_speed){
        .repetition = setup->repetition,
        .seed = setup->seed,
        .rounds = slices->rounds,
        .requests = server->requests,
        .cpu_us_per_request = cpu_us_of(slices, i),
        .requests_per_second = stats_median(server->rate_rps, slices->rounds),
        .p50_ns = histogram_percentile(server->latencies, 50),
        .p90_ns = histogram_percentile(server->latencies, 90),
        .p99_ns = histogram_percentile(server->latencies, 99),
        .p999_ns = histogram_percentile(server->latencies, 99.9),
        .max_ns = histogram_max(server->latencies),
        .bottleneck = server->generator_ns > LOAD_BUSY_LIMIT * server->wall_ns,
    };
    snprintf(speed->workload, sizeof speed->workload, "%s", setup->workload->name);
    return true;
}

void slices_stop(struct slices *slices)
{
    for (size_t i = 0; i < slices->setup.count; i++)
        server_end(&slices->servers[i]);
}

void slices_free(struct slices *slices)
{
    slices_stop(slices);
    for (size_t i = 0; i < slices->setup.count; i++) {
        histogram_destroy(slices->servers[i].latencies);
        free(slices->servers[i].cpu_us);
        free(slices->servers[i].rate_rps);
    }
    free(slices);
}
