/* costs.c - measures a policy on a fixture, and servers under hits only and misses only. */
#include "costs.h"

#include "cache_fixture.h"
#include "clock.h"
#include "serve.h"

#include <math.h>

#define ROUNDS     3 /* the smallest counts: the others were disturbed */
#define OPERATIONS 20000
#define BODY_CHARS 350
#define KEYS       (4 * COSTS_ENTRIES)

static void get_hits(struct cache_fixture *fixture, const struct key *keys)
{
    for (uint32_t i = 0; i < OPERATIONS; i++)
        cache_fixture_get(fixture, &keys[i % COSTS_ENTRIES]);
}

static void get_misses(struct cache_fixture *fixture, const struct key *keys)
{
    for (uint32_t i = 0; i < OPERATIONS; i++)
        cache_fixture_get(fixture, &keys[2 * COSTS_ENTRIES + i % COSTS_ENTRIES]);
}

static void put_all(struct cache_fixture *fixture, const struct key *keys)
{
    for (uint32_t i = 0; i < OPERATIONS; i++)
        cache_fixture_put(fixture);
}

static double least_ns(void (*work)(struct cache_fixture *, const struct key *),
                       struct cache_fixture *fixture, const struct key *keys)
{
    double least = 0;
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t began = clock_read_ns(CLOCK_THREAD_CPUTIME_ID);
        work(fixture, keys);
        double each = (double)(clock_read_ns(CLOCK_THREAD_CPUTIME_ID) - began) / OPERATIONS;
        least = round == 0 || each < least ? each : least;
    }
    return least;
}

struct policy_costs costs_of_policy(const struct policy *policy)
{
    struct memory_zone *zone = memory_zone_create();
    struct key *keys = keys_create(zone, KEYS);
    struct cache_fixture *fixture =
        cache_fixture_create(zone, &(struct cache_fixture_setup){.policy = policy,
                                                                 .entries = COSTS_ENTRIES,
                                                                 .keys = keys,
                                                                 .key_count = KEYS,
                                                                 .body_chars = BODY_CHARS});
    struct policy_costs costs;
    cache_fixture_fill(fixture);
    costs.hit_ns = least_ns(get_hits, fixture, keys);
    costs.miss_ns = least_ns(get_misses, fixture, keys);
    costs.put_ns = least_ns(put_all, fixture, keys);
    cache_fixture_destroy(fixture);
    memory_free(keys);
    memory_zone_destroy(zone);
    return costs;
}

/* Keeps the load with the shortest latencies: the others were disturbed. */
static void cost_update(struct service_cost *cost, const struct serve_result *served)
{
    if (cost->latency != NULL && histogram_mean(cost->latency) <= histogram_mean(served->latency)) {
        histogram_destroy(served->latency);
        return;
    }
    histogram_destroy(cost->latency);
    cost->cpu_ns = served->cpu_ns / (double)histogram_count(served->latency);
    cost->latency = served->latency;
    cost->disturbed = served->disturbed;
}

static int cost_measure(struct service_cost *cost, struct serve_setup *setup, const char *ids,
                        struct error *error)
{
    struct serve_result served;
    setup->trace = ids;
    if (serve_run(setup, &served, error) != 0)
        return -1;
    cost_update(cost, &served);
    return 0;
}

int costs_add(struct service_costs *costs, const struct question *question,
              const struct server_environment *environment, struct error *error)
{
    struct serve_setup setup = {.environment = environment,
                                .policy = COSTS_SERVER,
                                .limits = {.capacity_entries = 1000},
                                .miss_cost_ns = question->miss_cost_ns,
                                .rate_rps =
                                    fmin(fmax(question->rate_rps, COSTS_RATE_MIN), COSTS_RATE_MAX),
                                .warm = true};
    costs->rate_rps = question->rate_rps;
    costs->load_rps = setup.rate_rps;
    costs->fetch_ns = (double)question->miss_cost_ns;
    if (cost_measure(&costs->hit, &setup, "uniform:1", error) != 0)
        return -1;
    return cost_measure(&costs->miss, &setup, "random", error);
}

void costs_free(struct service_costs *costs)
{
    histogram_destroy(costs->hit.latency);
    histogram_destroy(costs->miss.latency);
    *costs = (struct service_costs){0};
}
