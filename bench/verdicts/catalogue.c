/* catalogue.c - the scenarios, and the verdict expected of each policy under them. */
#include "catalogue.h"

#include "count_of.h"
#include "server_under_test.h"

#include <stdio.h>
#include <string.h>

#define CAPACITY    2000 /* fills and turns over within a second */
#define SAMPLES     64   /* in a run */
#define NEVER_FULL  100000000
#define SET         "4000"
#define LARGE_BURST "burst:60000" /* far more memory than the server itself needs */
#define HALF_HOUR   INT64_C(1800000000000)

const struct scenario scenarios[] = {
    {"random", "random", OFFERS_REQUESTS | OFFERS_EVICTIONS | OFFERS_NEW_IDS, CAPACITY,
     SERVER_DECAY_DEFAULT, NULL, 0, VERDICT_BOUNDED},
    {"zipf", "zipf:0.99:1000000", OFFERS_REQUESTS | OFFERS_EVICTIONS | OFFERS_NEW_IDS, CAPACITY,
     SERVER_DECAY_DEFAULT, NULL, 0, VERDICT_BOUNDED},
    {"scan", "scan:" SET, OFFERS_REQUESTS | OFFERS_EVICTIONS, CAPACITY, SERVER_DECAY_DEFAULT, NULL,
     0, VERDICT_BOUNDED},
    {"burst", "burst:" SET, OFFERS_REQUESTS, CAPACITY, SERVER_DECAY_DEFAULT, NULL, 0,
     VERDICT_BOUNDED},
    {"filling", "random", OFFERS_REQUESTS | OFFERS_NEW_IDS, NEVER_FULL, SERVER_DECAY_DEFAULT,
     ",unbounded,lru,twoq,sieve,cycle,cycle_fixed,pinned_fixed,ghost,", KEEPS_CAPACITY,
     VERDICT_WARMING},
    {"large-burst-kept", LARGE_BURST, OFFERS_REQUESTS, CAPACITY, HALF_HOUR, ",unbounded,lru,ttl,",
     KEEPS_AGE, VERDICT_NOT_RETURNED},
    {"large-burst-purged", LARGE_BURST, OFFERS_REQUESTS, CAPACITY, 0, ",ttl,", 0, VERDICT_BOUNDED},
};
const size_t scenarios_count = COUNT_OF(scenarios);

/* The policies of policies.def that make a mistake, and the verdict on it. */
static const struct {
    const char *policy;
    enum verdict_class class;
    unsigned needs; /* all of these offers; the first row whose needs are met counts */
} mistakes[] = {
    {"unbounded", VERDICT_LEAK_CONTAINER, OFFERS_NEW_IDS},
    {"ghost", VERDICT_LEAK_CONTAINER, OFFERS_EVICTIONS | OFFERS_NEW_IDS},
    {"session", VERDICT_LEAK_CONTAINER, OFFERS_NEW_IDS},
    {"session", VERDICT_LEAK_UNREACHABLE,
     OFFERS_REQUESTS}, /* its lists grow, but hold no new records */
    {"cycle", VERDICT_LEAK_UNREACHABLE, OFFERS_EVICTIONS},
    {"pinned", VERDICT_LEAK_UNREACHABLE, OFFERS_REQUESTS},
    {"ttl_lazy", VERDICT_LEAK_EXPIRED, OFFERS_NEW_IDS},
    {"fragmenting", VERDICT_FRAGMENTATION, OFFERS_EVICTIONS},
};

bool scenario_has(const struct scenario *scenario, const struct policy *policy)
{
    char item[RESULT_NAME_BYTES + 2];
    snprintf(item, sizeof item, ",%s,", policy->name);
    return scenario->policies == NULL || strstr(scenario->policies, item) != NULL;
}

enum verdict_class scenario_expects(const struct scenario *scenario, const struct policy *policy)
{
    for (size_t i = 0; i < COUNT_OF(mistakes); i++)
        if (strcmp(mistakes[i].policy, policy->name) == 0 &&
            (scenario->offers & mistakes[i].needs) == mistakes[i].needs)
            return mistakes[i].class;
    return policy->limits & scenario->limits ? scenario->correct : VERDICT_BOUNDED;
}

int scenario_plan(const struct scenario *scenario, uint64_t duration_ns, uint64_t seed,
                  const char *server_dir, struct plan *plan, struct error *error)
{
    struct bench_options options = bench_options_default;
    options.workloads = scenario->workload;
    options.duration_ns = duration_ns;
    options.seed = seed;
    options.repeats = 1;
    options.server_dir = server_dir;
    if (plan_make(plan, &options, error) != 0)
        return -1;
    plan->interval_ns = plan->duration_ns / SAMPLES;
    plan->capacity.entries = scenario->capacity_entries;
    plan->workloads.list[0].dirty_decay_ns = scenario->dirty_decay_ns;
    snprintf(plan->workloads.list[0].name, sizeof plan->workloads.list[0].name, "%s",
             scenario->name);
    return 0;
}
