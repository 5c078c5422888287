/* costs.h - what this machine takes: for an operation of a policy, for a hit and a miss served. */
#ifndef COSTS_H
#define COSTS_H

#include "choice.h"
#include "errors.h"
#include "histogram.h"

#include <stdatomic.h>

/* Briefly measured, in this process, on a cache of COSTS_ENTRIES. */
#define COSTS_ENTRIES 10000
struct policy_costs costs_of_policy(const struct policy *policy);

/* Of one kind of request, served at a rate. */
struct service_cost {
    double cpu_ns;             /* of the server, a request */
    struct histogram *latency; /* from when it was due; released by costs_free */
    bool disturbed;            /* the load generator itself was late: the machine was busy */
};

struct service_costs {
    double rate_rps, fetch_ns; /* the load, and what the origin takes */
    struct service_cost hit, miss;
};

/* Whoever serves. */
struct serving {
    const char *server_dir;
    int server_cpu, generator_cpu;
    uint64_t seconds_ns; /* of a load that is not limited in requests */
    const atomic_bool *stop;
};

/* Serves hits only for a while, and then misses only, at the question's rate; a miss costs what the
 * question says. Of several times, which had better lie apart, the least disturbed counts. Costs
 * begin as zero. 0, or -1 and one line in error; costs_free is needed all the same. */
int costs_add(struct service_costs *costs, const struct question *question,
              const struct serving *serving, struct error *error);
void costs_free(struct service_costs *costs);

#endif
