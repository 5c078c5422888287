/* serve.c - runs a server of one policy under a trace at a given rate. */
#include "serve.h"

#include "load.h"
#include "server_under_test.h"
#include "units.h"

#include <math.h>

#define WARM_NS         (NS_PER_SECOND / 5)
#define CONNECTIONS_MIN 16
#define CONNECTIONS_MAX 2000
#define SERVICE_NS      2000000.0 /* a request keeps its connection busy, beside the origin's time */
#define BUSY_SHARE      0.25      /* of the connections on average, so that bursts find free ones */

static struct server_under_test *server_of(const struct serve_setup *setup, struct error *error)
{
    const struct server_options options = {
        .folder = setup->environment->server_dir,
        .policy = setup->policy,
        .limits = setup->limits,
        .dirty_decay_ns = SERVER_DECAY_DEFAULT,
        .origin_cost_ns = setup->miss_cost_ns,
        .cpu = setup->environment->server_cpu,
    };
    return server_start(&options, setup->environment->stop, error);
}

static unsigned connections_for(const struct serve_setup *setup)
{
    double busy = setup->rate_rps * ((double)setup->miss_cost_ns + SERVICE_NS) / 1e9;
    return (unsigned)fmin(fmax(busy / BUSY_SHARE, CONNECTIONS_MIN), CONNECTIONS_MAX);
}

static struct load_setup load_setup_of(const struct serve_setup *setup,
                                       const struct server_under_test *server, struct trace *ids)
{
    return (struct load_setup){.target = server_target(server, "/users/{id}"),
                               .ids = ids,
                               .connections = connections_for(setup),
                               .requests = setup->requests,
                               .duration_ns =
                                   setup->requests > 0 ? 0 : setup->environment->seconds_ns,
                               .rate_rps = setup->rate_rps,
                               .arrivals = LOAD_POISSON,
                               .seed = setup->reading.seed + 1,
                               .cpu = setup->environment->generator_cpu,
                               .check_id = true,
                               .stop = setup->environment->stop};
}

/* Takes the histogram over from the result. */
static int served_fill(struct serve_result *served, struct load_result *result, struct error *error)
{
    if (result->stopped)
        return error_set(error, "interrupted");
    if (result->errors > 0 || result->requests == 0)
        return error_set(error, "requests failed under load");
    histogram_destroy(served->latency);
    served->requests = result->requests;
    served->hits = result->hits;
    served->misses = result->misses;
    served->disturbed = result->bottleneck;
    served->latency = result->all;
    result->all = NULL;
    return 0;
}

/* Loads the server with the trace. warm_ns > 0: for this time; random ids are different then. */
static int server_load(const struct serve_setup *setup, struct server_under_test *server,
                       uint64_t warm_ns, struct serve_result *served, struct error *error)
{
    struct trace_setup stream = setup->reading;
    stream.limit = 0;
    stream.seed += warm_ns > 0;
    struct load_result result;
    struct trace *ids = trace_open(setup->trace, &stream, error);
    if (ids == NULL)
        return -1;
    struct load_setup load = load_setup_of(setup, server, ids);
    if (warm_ns > 0)
        load.duration_ns = warm_ns;
    uint64_t before_ns = server_cpu_ns(server);
    int status = load_run(&load, &result, error);
    served->cpu_ns = (double)(server_cpu_ns(server) - before_ns);
    trace_close(ids);
    if (status != 0)
        return -1;
    status = served_fill(served, &result, error);
    load_result_free(&result);
    return status;
}

static int server_measure(const struct serve_setup *setup, struct server_under_test *server,
                          struct serve_result *served, struct error *error)
{
    struct result_sample sample = {0};
    if ((setup->warm && server_load(setup, server, WARM_NS, served, error) != 0) ||
        server_load(setup, server, 0, served, error) != 0 ||
        server_statistics(server, &sample, error) != 0)
        return -1;
    served->cache_bytes = sample.cache_bytes;
    return 0;
}

int serve_run(const struct serve_setup *setup, struct serve_result *served, struct error *error)
{
    struct error ending;
    *served = (struct serve_result){0};
    struct server_under_test *server = server_of(setup, error);
    int status = server != NULL ? server_measure(setup, server, served, error) : -1;
    if (server != NULL && server_stop(server, &ending) != 0 && status == 0)
        status = error_set(error, "%s", ending.text);
    if (status == 0)
        return 0;
    histogram_destroy(served->latency);
    return error_set(error, "serve-%s: %s", setup->policy, error->text);
}
