/* slices.h - servers that are alive at once and get slices of requests in turns.
 *
 * All get the same ids: each slice goes on with the stream where the last one ended. Only a server
 * that is too slow gets fewer, since warm-up and slices end after a time, too. A time to live is
 * multiplied by the number of servers, each of which is under load for that share of the time. A
 * server that fails is stopped and left out of all later slices; its reason says why.
 */
#pragma once

#include "plan.h"
#include "random.h"

#include <stdatomic.h>

#define SLICES_SERVERS_MAX (SUBJECTS_MAX + 1) /* and a copy of one of them */

struct slices_setup {
    const struct plan *plan;
    const struct workload *workload;
    const struct subject *subjects[SLICES_SERVERS_MAX];
    size_t count;
    uint64_t repetition, seed;
    int server_cpu, generator_cpu;
    const atomic_bool *interrupted;
};

/* What a server did in its slices. */
struct slices_server {
    struct server_under_test *server; /* NULL: it is not alive */
    struct load_session *session;
    struct trace *ids;
    char reason[RESULT_WORDS_BYTES]; /* why it failed; "": it did not */
    struct histogram *latencies;
    double *cpu_us, *rate_rps; /* per request and per second, in each round */
    uint64_t requests;
    uint64_t missed; /* requests that it was too slow for, in its warm-up and its slices */
    uint64_t cpu_ns; /* at the end of its last turn or slice */
    bool keeps_age;  /* it has a time to live */
    /* CPU time of the generator, without its waits for a core: those fall on all servers alike, and
     * are not in the servers' CPU time. */
    double generator_ns, wall_ns;
    double warm_rps; /* during the last turn of the warm-up */
};

struct slices {
    struct slices_setup setup;
    struct slices_server servers[SLICES_SERVERS_MAX];
    uint64_t rounds;
    struct random order;
};

/* Starts all, in random order. */
struct slices *slices_open(const struct slices_setup *setup);
/* Fills the caches, in turns: so many requests to each, or fewer if they take long. */
void slices_warm_up(struct slices *slices, uint64_t requests);
/* One slice of so many requests for each, in an order shuffled anew. */
void slices_round(struct slices *slices, uint64_t requests);
/* Fills in the figures over all rounds so far. False: the server failed, or there were none. */
bool slices_speed(const struct slices *slices, size_t server, struct result_speed *speed);
/* Stops all; a server that ends badly has failed, too. They keep their figures and reasons. */
void slices_stop(struct slices *slices);
void slices_free(struct slices *slices);
