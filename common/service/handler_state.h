/* handler_state.h - the state of the handler and its workers, which its parts share. */
#pragma once

#include "dump_maker.h"
#include "handler.h"
#include "recent_records.h"

#include <pthread.h>
#include <stdatomic.h>

#define CACHE_LINE_BYTES 64
#define RANDOM_ID_BYTES  64

/* The fetches of a thread in the order in which they are due. Another thread takes one out when
 * nobody waits for it any more. A shard's lock is taken before this one. */
struct due_fetches {
    pthread_mutex_t lock;
    struct fetch *first, *last;
};

/* One thread's part. Other threads use only the counters and `due`. */
struct worker {
    struct handler *handler;
    struct origin *origin;
    uint64_t random_state;
    struct due_fetches due;
    atomic_uint_least64_t requests, connections, connections_ever;
    char padding[CACHE_LINE_BYTES]; /* before the next worker's counters */
};

struct handler {
    struct memory_zone *zone; /* of everything except the caches */
    struct shards *shards;
    struct policy_hooks *hooks;
    struct recent_records_setup recent;
    struct fetches **fetches; /* one for each shard */
    struct dump_maker *dumps;
    struct handler_setup setup;
    struct handler_callbacks callbacks;
    struct reference_walk *walk; /* NULL: none in progress */
    struct reference_walk_setup walk_setup;
    bool walk_ended;        /* by its caller; freed when no thread uses it any more */
    struct worker *workers; /* setup.threads of them */
};

/* Frees a walk that its caller has ended, unless a thread still uses it. */
void handler_walk_collect(struct handler *handler);

/* Answers a request for a user; returns as worker_request does. */
enum request_outcome user_request(struct worker *worker, const struct request *request,
                                  struct span id, struct reply *reply);
/* The same for a random id, which is written to `id`. */
enum request_outcome random_user_request(struct worker *worker, const struct request *request,
                                         char id[RANDOM_ID_BYTES], struct reply *reply);

/* Advances a counter that only its own thread writes. */
static inline void counter_advance(atomic_uint_least64_t *counter)
{
    uint64_t count = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, count + 1, memory_order_relaxed);
}
