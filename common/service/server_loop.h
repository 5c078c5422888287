/* server_loop.h - what the parts of the server share: event loops, connections, stages.
 *
 * Each thread has an event loop, which listens on the same sockets as the others and serves the
 * connections that it accepted. A loop and its connections belong to its thread, but for the atomic
 * counters and the message receivers.
 */
#pragma once

#include "listener.h"
#include "recent_records.h"
#include "server.h"

#include <h2o.h>
#include <semaphore.h>
#include <stdatomic.h>

#define LISTENERS 2 /* TCP, and a Unix socket if one is configured */

enum stage {
    SERVING,
    DRAINING, /* no new connections; requests in flight are answered */
    CLOSING,  /* all connections are shut down */
};

struct loop {
    struct server *server;
    struct worker *worker;
    h2o_loop_t *events;
    h2o_context_t context;
    h2o_accept_ctx_t accept;
    h2o_multithread_receiver_t wake_receiver; /* gets waiting requests that were answered */
    h2o_multithread_receiver_t walk_receiver; /* gets the reference walk */
    h2o_socket_t *listeners[LISTENERS];
    h2o_socket_t *fetch_timer; /* goes off when the first fetch is due */
    h2o_socket_t *tick_timer;
    struct connection *connections;
    struct connection *cursor; /* where a reference walk continues */
    size_t connection_count, connection_limit;
    size_t waiting;               /* requests that wait for a fetch, abandoned ones included */
    struct reply_in_flight *sent; /* replies whose body h2o is still sending */
    /* Written by this thread only. */
    atomic_uint_least64_t replies, replies_done, waits, waits_done;
    enum stage stage;
    bool paused; /* the listeners are not read */
};

/* A reference walk through the loops, one after the other, each in its own thread. */
struct roots_walk {
    struct reference_walk *walk;
    unsigned loop; /* the one at work */
    bool restart, requested, more;
    atomic_bool answered;
    h2o_multithread_message_t message;
};

struct server {
    struct server_setup setup;
    struct roots_walk roots;
    struct handler *handler;
    h2o_globalconf_t config;
    int listeners[LISTENERS];
    char url[LISTENER_URL_BYTES];
    _Atomic enum stage stage;
    uint64_t deadline_ns; /* of DRAINING */
    h2o_socket_t *signals;
    struct server_watch watch; /* ready NULL: no descriptor is watched */
    h2o_socket_t *watched;
    sigset_t signal_set;
    atomic_uint done;  /* threads whose loop has ended */
    sem_t thread_sync; /* posted by a thread when its loop begins, and when it has ended */
    unsigned loop_count;
    struct loop *loops;
};

struct connection {
    struct connection *next, **link;
    struct loop *loop;
    h2o_socket_t *socket;
    struct recent_records *recent;
    uint64_t requests; /* so far */
    size_t waiting;    /* requests that wait for a fetch */
};

/* A reply whose body h2o is still sending. */
struct reply_in_flight {
    struct reply_in_flight *next, **link;
    struct loop *loop;
    struct reply reply;
};

/* A request that waits for a fetch. */
struct waiting_request {
    h2o_multithread_message_t message;
    struct waiter waiter;
    struct loop *loop;
    struct connection *connection;
    h2o_req_t *request; /* NULL: its client has closed the connection or reset the stream */
    struct waiting_request **slot; /* in the request's pool; points here until the answer */
};

/* server_timer.c */
struct timespec timespec_of(uint64_t ns);
/* Starts the timer for the first fetch that is due; stops it if there is none. */
void loop_schedule_fetch(struct loop *loop);

/* server_connection.c */
int request_received(h2o_handler_t *self, h2o_req_t *request);
void wake_received(h2o_multithread_receiver_t *receiver, h2o_linklist_t *messages);
void listener_readable(h2o_socket_t *listener, const char *error);
void listeners_resume(struct loop *loop);
void listeners_close(struct loop *loop);
/* Tells the client that no further request will be read. */
void connection_drain(struct connection *connection);

/* server_introspection.c: the handler's callbacks, whose context is the server. */
void server_census(void *context, struct census *census);
enum reference_walk_state server_roots(void *context, struct reference_walk *walk, bool restart);
bool server_roots_idle(void *context);
void walk_received(h2o_multithread_receiver_t *receiver, h2o_linklist_t *messages);

/* Advances a counter that only this thread writes. */
static inline void counter_advance(atomic_uint_least64_t *counter)
{
    uint64_t count = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, count + 1, memory_order_relaxed);
}
