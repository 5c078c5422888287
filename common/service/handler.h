/* handler.h - the core that all variants share: a request in, a reply out. No sockets.
 *
 * A handler serves a fixed number of threads; each calls only with the worker that is its own.
 * Time is handed in, monotonic, in nanoseconds.
 */
#ifndef HANDLER_H
#define HANDLER_H

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
    const char *origin;       /* as origin_open wants it */
    uint64_t origin_cost_ns;  /* what a fetch takes longer */
    uint32_t session_records; /* how many records a connection owns */
    unsigned threads;
    uint64_t now_ns;
    struct recorder *recorder; /* of what is answered; NULL: nobody records. Not the handler's */
};

/* NULL: error says why in one line. */
struct handler *handler_create(const struct handler_setup *setup, struct error *error);
/* All replies released, all sessions closed, no fetch left. */
void handler_destroy(struct handler *handler);
/* To be called every CACHE_TICK_NS, by one of the threads. */
void handler_tick(struct handler *handler, uint64_t now_ns);

/* As it is now, for whoever watches. Any thread may ask. */
void handler_read(struct handler *handler, uint64_t now_ns, struct figures *figures);

/* What is around the handler and owns sessions and replies, for those who look on. */
struct handler_callbacks {
    void (*census)(void *context, struct census *census);
    enum reference_walk_state (*roots)(void *context, struct reference_walk *walk,
                                       bool again); /* as in walk.h */
    bool (*roots_rest)(void *context);              /* no thread is at the walk's roots any more */
    void *context;
};
void handler_set_callbacks(struct handler *handler, const struct handler_callbacks *around);

/* What lives in the process, by container and type. What has no row of its own, such as h2o, is in
 * one for all of it where the allocator tells how much there is. Any thread may ask. */
void handler_census(struct handler *handler, struct census *census, uint64_t now_ns);
/* A walk (walk.h) from the caches and from what is around. Where a step waits, other threads must
 * have their turn. It takes the record's reference over. NULL: another walk is not over yet. */
struct reference_walk *handler_walk(struct handler *handler, struct record *record);
/* Instead of reference_walk_destroy, over or not. */
void handler_walk_end(struct handler *handler);
/* The record under a key, with a reference that is the caller's to give to a walk: from its cache,
 * or else from the sample of what lives. NULL: neither has it. */
struct record *handler_find(struct handler *handler, struct span key);

/* For whoever looks deeper. */
struct shards *handler_shards(struct handler *handler);
const struct handler_setup *handler_settings(const struct handler *handler);

struct worker *handler_worker(struct handler *handler, unsigned index);

/* A connection begins, and ends. */
struct recent_records *worker_connect(struct worker *worker);
void worker_disconnect(struct worker *worker, struct recent_records *recent);

struct request {
    struct span method, path; /* as they were sent */
    struct recent_records *recent;
    uint64_t now_ns;
    /* Makes the waiter of a request that must wait. It must not call the handler. */
    struct waiter *(*wait)(void *context);
    void *context;
};

/* False: it waits for a fetch, and the waiter is going to be woken, even before the return. */
bool worker_request(struct worker *worker, const struct request *request, struct reply *reply);
/* The reply to a request whose waiter was woken. It takes the waiter's record over. */
void waiter_resume(struct waiter *waiter, struct recent_records *recent, struct reply *reply);
/* To be called once its body has been sent, if it holds a record or a text. */
void reply_release(struct handler *handler, struct reply *reply);
/* Instead of waiter_resume, where nobody is there any more to hear the answer. */
void waiter_release(struct handler *handler, struct waiter *waiter);

/* When the first fetch of this thread is due; 0: it has none. */
uint64_t worker_due(const struct worker *worker);
/* Does this thread's fetches that are due, or all, and wakes those who wait for them. */
void worker_fetch(struct worker *worker, uint64_t now_ns, bool all);

#endif
