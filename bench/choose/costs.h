/* costs.h - what operations of a policy, hits and misses cost on this machine. */
#pragma once

#include "choice.h"
#include "errors.h"
#include "histogram.h"

/* Measured within milliseconds, in this process, on a cache of COSTS_ENTRIES. */
#define COSTS_ENTRIES 10000
struct policy_costs costs_of_policy(const struct policy *policy);

struct server_environment; /* serve.h */
#define COSTS_SERVER "lru" /* the policy of the servers that are measured */

/* What hits, or misses, cost at a rate. */
struct service_cost {
    double cpu_ns;             /* of the server, per request */
    struct histogram *latency; /* counted from when a request was due; released by costs_free */
    bool disturbed;            /* the load generator sent late: the machine was busy */
};

#define COSTS_RATE_MIN 500
#define COSTS_RATE_MAX 10000
struct service_costs {
    double rate_rps, load_rps; /* the question's rate, and that of the loads that were measured */
    double fetch_ns;           /* the time of the origin */
    struct service_cost hit, miss;
};

/* Runs a server under hits only and one under misses only, with the question's miss cost, and
 * its rate between COSTS_RATE_MIN (fewer requests show nothing) and COSTS_RATE_MAX (more might be
 * too many for one event loop). Call it several times at different moments: the least disturbed
 * load counts. Costs begin as zero. 0, or -1 and one line in error; costs_free is needed in either
 * case. */
int costs_add(struct service_costs *costs, const struct question *question,
              const struct server_environment *environment, struct error *error);
void costs_free(struct service_costs *costs);
