/* handler.h - the core that all variants share: takes a request, returns a reply. No sockets.
 *
 * A handler serves a fixed number of threads; each thread uses its own worker. Times are passed in:
 * monotonic, in nanoseconds.
 */
#pragma once

#include "cache.h"
#include "errors.h"
#include "fetches.h"
#include "figures.h"
#include "recorder.h"
#include "reference_walk.h"
#include "reply.h"

struct handler;
struct worker;
struct recent_records; /* what a connection owns */

struct handler_setup {
    const char *version;
    struct cache_setup cache;
    const char *origin;       /* as for origin_open */
    uint64_t origin_cost_ns;  /* added to the time that a fetch takes */
    uint32_t session_records; /* how many records a connection owns */
    unsigned threads;
    uint64_t now_ns;
    struct recorder *recorder; /* records the requests answered; NULL: none. The caller's */
};

/* NULL: see error. */
struct handler *handler_create(const struct handler_setup *setup, struct error *error);
/* All replies must be released, all connections closed, and no fetch may be left. */
void handler_destroy(struct handler *handler);
/* Call it every CACHE_TICK_NS, on one of the threads. */
void handler_tick(struct handler *handler, uint64_t now_ns);

struct worker *handler_worker(struct handler *handler, unsigned index);
struct shards *handler_shards(struct handler *handler);
const struct handler_setup *handler_settings(const struct handler *handler);

/* Requests. */

/* A connection is opened, and closed. */
struct recent_records *worker_connect(struct worker *worker);
void worker_disconnect(struct worker *worker, struct recent_records *recent);

struct request {
    struct span method, path; /* as received */
    struct recent_records *recent;
    uint64_t now_ns;
    /* Creates the waiter of a request that has to wait. It must not call the handler. NULL: too
     * many requests wait already. */
    struct waiter *(*wait)(void *context);
    void *context;
    bool defer; /* an endpoint whose reply takes milliseconds: the caller chooses the time */
};

enum request_outcome {
    REQUEST_WAITS,    /* waiter->wake will be called, perhaps before the return */
    REQUEST_ANSWERED, /* by *reply */
    REQUEST_DEFERRED, /* nothing was done: make the request again, without `defer` */
};
enum request_outcome worker_request(struct worker *worker, const struct request *request,
                                    struct reply *reply);
/* Takes a waiter out of its fetch, which ends if nobody else waits for it. Returns false if the
 * waiter was woken, or will be in spite of this. */
bool waiter_cancel(struct handler *handler, struct waiter *waiter);
/* Returns when no `wake` is in progress on a thread that is not the server's. Call it before what
 * they use is freed. */
void handler_settle(struct handler *handler);
/* The reply to a request whose waiter was woken. Takes over what the waiter got. */
void waiter_resume(struct waiter *waiter, struct recent_records *recent, struct reply *reply);
/* Releases what a waiter got whose request is gone; call it instead of waiter_resume. */
void waiter_release(struct handler *handler, struct waiter *waiter);
/* Call it once the body was sent, for a reply with a record or a text. */
void reply_release(struct handler *handler, struct reply *reply);

/* When this thread's first fetch is due; 0: it has none. */
uint64_t worker_due(struct worker *worker);
/* Does some of this thread's fetches that are due (or of all of them) and wakes their waiters: at
 * most WORKER_FETCHES, which take about a millisecond. */
#define WORKER_FETCHES 64
void worker_fetch(struct worker *worker, uint64_t now_ns, bool all);

/* Introspection. Any thread may call these. */

void handler_read(struct handler *handler, uint64_t now_ns, struct figures *figures);

/* Provided by the server, which owns connections and replies. */
struct handler_callbacks {
    void (*census)(void *context, struct census *census); /* adds the server's rows */
    /* As in struct reference_walk_setup. */
    enum reference_walk_state (*roots)(void *context, struct reference_walk *walk, bool restart);
    bool (*roots_idle)(void *context); /* no thread is visiting the walk's roots */
    void *context;
};
void handler_set_callbacks(struct handler *handler, const struct handler_callbacks *callbacks);

/* Counts all objects of the process, by container and type. One row stands for all memory that has
 * no row of its own, such as h2o's, where the allocator reports how much there is. */
void handler_census(struct handler *handler, struct census *census, uint64_t now_ns);
/* Starts a reference walk from the caches and the server's roots. Takes over the record's
 * reference. When a step returns WALK_WAITING, let other threads run. NULL: another walk is in
 * progress. */
struct reference_walk *handler_walk(struct handler *handler, struct record *record);
/* Ends the walk, finished or not; call it instead of reference_walk_destroy. */
void handler_walk_end(struct handler *handler);
/* Finds the record of a key in its cache or, failing that, in the sample of live records. Returns a
 * reference; NULL: neither has it. */
struct record *handler_find(struct handler *handler, struct span key);
