/* catalogue.c - the rule of what is expected: a mistake shows where it gets what it needs, and all
 * else is bounded, or what the scenario makes of honest variants. */
#include "catalogue.h"

#include <stdio.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define CAPACITY   2000 /* fills and turns over within a second */
#define NEVER_FULL 100000000
#define SET        "4000"
#define SWELL      "burst:60000" /* far more than the server itself takes */
#define HALF_HOUR  INT64_C(1800000000000)

const struct scenario scenarios[] = {
    {"random", "random", GIVES_REQUESTS | GIVES_EVICTIONS | GIVES_NEW_IDS, CAPACITY,
     PLAN_DECAY_DEFAULT, NULL, 0, VERDICT_BOUNDED},
    {"zipf", "zipf:0.99:1000000", GIVES_REQUESTS | GIVES_EVICTIONS | GIVES_NEW_IDS, CAPACITY,
     PLAN_DECAY_DEFAULT, NULL, 0, VERDICT_BOUNDED},
    {"scan", "scan:" SET, GIVES_REQUESTS | GIVES_EVICTIONS, CAPACITY, PLAN_DECAY_DEFAULT, NULL, 0,
     VERDICT_BOUNDED},
    {"burst", "burst:" SET, GIVES_REQUESTS, CAPACITY, PLAN_DECAY_DEFAULT, NULL, 0, VERDICT_BOUNDED},
    {"filling", "random", GIVES_REQUESTS | GIVES_NEW_IDS, NEVER_FULL, PLAN_DECAY_DEFAULT,
     ",unbounded,lru,twoq,sieve,cycle,cycle_fixed,pinned_fixed,ghost,", KEEPS_CAPACITY,
     VERDICT_WARMING},
    {"swell-kept", SWELL, GIVES_REQUESTS, CAPACITY, HALF_HOUR, ",unbounded,lru,ttl,", KEEPS_AGE,
     VERDICT_NOT_RETURNED},
    {"swell-purged", SWELL, GIVES_REQUESTS, CAPACITY, 0, ",ttl,", 0, VERDICT_BOUNDED},
};
const size_t scenarios_count = COUNT_OF(scenarios);

/* The mistakes of policies.def. */
static const struct {
    const char *variant;
    enum verdict_class class;
    unsigned needs; /* of enum scenario_gives: all of them. The first row that has them counts */
} mistakes[] = {
    {"unbounded", VERDICT_LEAK_CONTAINER, GIVES_NEW_IDS},
    {"ghost", VERDICT_LEAK_CONTAINER, GIVES_EVICTIONS | GIVES_NEW_IDS},
    {"session", VERDICT_LEAK_CONTAINER, GIVES_NEW_IDS},
    {"session", VERDICT_LEAK_UNREACHABLE, GIVES_REQUESTS}, /* lists, but no more records */
    {"cycle", VERDICT_LEAK_UNREACHABLE, GIVES_EVICTIONS},
    {"pinned", VERDICT_LEAK_UNREACHABLE, GIVES_REQUESTS},
    {"ttl_lazy", VERDICT_LEAK_EXPIRED, GIVES_NEW_IDS},
    {"fragmenting", VERDICT_FRAGMENTATION, GIVES_EVICTIONS},
};

bool scenario_has(const struct scenario *scenario, const struct policy *variant)
{
    char wanted[RESULT_NAME_BYTES];
    snprintf(wanted, sizeof wanted, ",%s,", variant->name);
    return scenario->variants == NULL || strstr(scenario->variants, wanted) != NULL;
}

enum verdict_class scenario_expects(const struct scenario *scenario, const struct policy *variant)
{
    for (size_t i = 0; i < COUNT_OF(mistakes); i++)
        if (strcmp(mistakes[i].variant, variant->name) == 0 &&
            (scenario->gives & mistakes[i].needs) == mistakes[i].needs)
            return mistakes[i].class;
    return variant->limits & scenario->limits ? scenario->honest : VERDICT_BOUNDED;
}

int scenario_plan(const struct scenario *scenario, double seconds, uint64_t seed,
                  const char *server_dir, struct plan *plan, struct error *error)
{
    struct plan_options options = plan_options_default;
    options.workloads = scenario->workload;
    options.seconds = seconds;
    options.seed = seed;
    options.repeats = 1;
    options.server_dir = server_dir;
    if (plan_make(plan, &options, error) != 0)
        return -1;
    plan->capacity.entries = scenario->capacity_entries;
    plan->workloads[0].dirty_decay_ns = scenario->dirty_decay_ns;
    snprintf(plan->workloads[0].name, sizeof plan->workloads[0].name, "%s", scenario->name);
    return 0;
}
