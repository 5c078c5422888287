/* serve.c - one policy served for real, under a trace at a rate. */
#include "serve.h"

#include "child.h"
#include "http_client.h"
#include "load.h"
#include "run.h"
#include "units.h"

#include <jansson.h>
#include <stdio.h>

#define ARGUMENTS       5
#define ARGUMENT_BYTES  1200
#define WARM_NS         (NS_PER_SECOND / 5)
#define CONNECTIONS_MIN 16
#define CONNECTIONS_MAX 2000
#define SERVICE_NS      2000000.0 /* a connection is busy so long beside the origin's time */
#define BUSY_SHARE      0.25      /* of the connections, so that one is free at bursts */

static int refuse(struct error *error, const struct serve_setup *setup, const char *why)
{
    return error_set(error, "serve-%s: %.200s", setup->policy, why);
}

static int server_start(const struct serve_setup *setup, struct child *child, struct error *error)
{
    char text[ARGUMENTS][ARGUMENT_BYTES];
    char *list[ARGUMENTS + 1] = {text[0], text[1], text[2], text[3], NULL};
    snprintf(text[0], ARGUMENT_BYTES, "%s/serve-%s", setup->serving->server_dir, setup->policy);
    snprintf(text[1], ARGUMENT_BYTES, "--port=0");
    snprintf(text[2], ARGUMENT_BYTES, "--capacity=%s", setup->capacity);
    snprintf(text[3], ARGUMENT_BYTES, "--origin-cost=%lluns",
             (unsigned long long)setup->miss_cost_ns);
    if (setup->ttl_ns > 0) {
        snprintf(text[4], ARGUMENT_BYTES, "--ttl=%lluns", (unsigned long long)setup->ttl_ns);
        list[4] = text[4];
    }
    const struct child_setup server = {
        .argv = list, .cpu = setup->serving->server_cpu, .start_ns = CHILD_START_NS};
    return child_start(child, &server, setup->serving->stop, error);
}

static unsigned connections_for(const struct serve_setup *setup)
{
    double busy = setup->rate_rps * ((double)setup->miss_cost_ns + SERVICE_NS) / 1e9;
    double wanted = busy / BUSY_SHARE;
    return wanted < CONNECTIONS_MIN   ? CONNECTIONS_MIN
           : wanted > CONNECTIONS_MAX ? CONNECTIONS_MAX
                                      : (unsigned)wanted;
}

static struct load_setup load_setup_of(const struct serve_setup *setup, const struct child *child,
                                       struct trace *ids)
{
    struct load_setup load = {.ids = ids,
                              .connections = connections_for(setup),
                              .requests = setup->requests,
                              .duration_ns = setup->requests > 0 ? 0 : setup->serving->seconds_ns,
                              .rate_rps = setup->rate_rps,
                              .arrivals = LOAD_POISSON,
                              .seed = setup->seed + 1,
                              .cpu = setup->serving->generator_cpu,
                              .check_id = true,
                              .stop = setup->serving->stop};
    snprintf(load.target.host, sizeof load.target.host, "127.0.0.1");
    snprintf(load.target.port, sizeof load.target.port, "%u", child->port);
    snprintf(load.target.path, sizeof load.target.path, "/users/{id}");
    return load;
}

static int load_check(const struct serve_setup *setup, const struct load_result *result,
                      struct error *error)
{
    if (result->stopped)
        return refuse(error, setup, "interrupted");
    if (result->errors > 0 || result->requests == 0)
        return refuse(error, setup, "requests failed under load");
    return 0;
}

/* Keeps the histogram of the result. */
static void served_fill(struct served *served, struct load_result *result)
{
    served->requests = result->requests;
    served->hits = result->hits;
    served->misses = result->misses;
    served->disturbed = result->bottleneck;
    served->latency = result->all;
    result->all = NULL;
}

static int load_do(const struct serve_setup *setup, const struct child *child, uint64_t span_ns,
                   struct served *served, struct error *error)
{
    /* what comes before asks for other ids, where they are new each time */
    const struct trace_setup stream = {.format = setup->format,
                                       .seed = setup->seed + (span_ns > 0)};
    struct load_result result;
    struct trace *ids = trace_open(setup->trace, &stream, error);
    if (ids == NULL)
        return -1;
    struct load_setup load = load_setup_of(setup, child, ids);
    if (span_ns > 0)
        load.duration_ns = span_ns;
    uint64_t before_ns = child_cpu_ns(child);
    int status = load_run(&load, &result, error);
    served->cpu_ns = (double)(child_cpu_ns(child) - before_ns);
    trace_close(ids);
    if (status != 0)
        return -1;
    status = load_check(setup, &result, error);
    if (status == 0)
        served_fill(served, &result);
    load_result_free(&result);
    return status;
}

static uint64_t cache_bytes_ask(const struct child *child)
{
    struct error error;
    size_t bytes;
    struct http_client *client = http_client_open(child->port, &error);
    const char *text = client != NULL ? http_client_get(client, "/stats", &bytes, &error) : NULL;
    json_t *stats = text != NULL ? json_loads(text, 0, NULL) : NULL;
    json_t *found = json_object_get(json_object_get(stats, "memory"), "cache_bytes");
    uint64_t answer = (uint64_t)json_integer_value(found);
    json_decref(stats);
    http_client_close(client);
    return answer;
}

int serve(const struct serve_setup *setup, struct served *served, struct error *error)
{
    struct child child;
    struct error ending;
    *served = (struct served){0};
    if (server_start(setup, &child, error) != 0)
        return -1;
    int status = 0;
    if (setup->warm) {
        status = load_do(setup, &child, WARM_NS, served, error);
        histogram_destroy(served->latency);
        served->latency = NULL;
    }
    if (status == 0)
        status = load_do(setup, &child, 0, served, error);
    served->cache_bytes = cache_bytes_ask(&child);
    if (child_stop(&child, &ending) != 0 && status == 0) {
        histogram_destroy(served->latency);
        return refuse(error, setup, ending.text);
    }
    return status;
}
