/* server_loop.h - what the parts of the server share: event loops, connections, stages.
 *
 * Each thread has an event loop, which listens on the same sockets as the others and serves the
 * connections that it accepted. A loop and its connections belong to its thread, but for the atomic
 * counters and the message receivers.
 */
#pragma once

#include "http2_filter.h"
#include "listener.h"
#include "recent_records.h"
#include "server.h"

#include <h2o.h>
#include <semaphore.h>
#include <stdatomic.h>

#define TURN_MS   1000 /* the longest turn of a loop */
#define LISTENERS 2    /* TCP, and a Unix socket if one is configured */

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
    struct connection *cursor;  /* where a reference walk continues */
    struct connection *hand;    /* where the search for an idle connection continues */
    struct connection *current; /* whose input or output h2o is handling; NULL: unknown */
    h2o_linklist_t silent;      /* connections that have sent nothing yet, the oldest first */
    size_t connection_count, connection_limit;
    size_t waiting, waiting_limit; /* requests that wait for a fetch, abandoned ones included */
    uint64_t unsent_bytes, unsent_limit; /* that replies keep until they are sent */
    /* Exchanges, in this order: whose fetch is done; over their connection's share of a turn; with
     * costly endpoints; whose replies h2o is still sending, the oldest first. */
    h2o_linklist_t woken, postponed, costly, sent;
    size_t costly_count;
    uint64_t turn;
    bool running;    /* h2o */
    bool unfinished; /* the next turn must not wait for events */
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
    uint64_t deadline_ns;                  /* of DRAINING */
    atomic_flag answering_costly;          /* one request at a time, of all loops */
    atomic_uint_least64_t costly_after_ns; /* when the next one may */
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
    h2o_linklist_t silent; /* in the loop's list until the first bytes */
    struct loop *loop;
    h2o_socket_t *socket;
    struct recent_records *recent;
    h2o_socket_cb read, written; /* h2o's, which ours call */
    struct exchange *exchange;   /* HTTP/1.1: the latest; NULL: none */
    uint64_t last_ns;            /* when it was opened, or of the latest request */
    uint64_t requests;           /* so far */
    uint64_t abandoned;          /* requests whose stream was reset before the reply */
    uint64_t turn;               /* of the latest request */
    unsigned turn_requests;      /* in that turn */
    unsigned open;               /* exchanges */
    uint64_t unsent_bytes;
    bool http2;
    bool aborted; /* shut down; h2o will close it */
    struct http2_filter filter;
};

/* A request and its reply, until h2o frees the request: in the request's pool. */
struct exchange {
    h2o_linklist_t link; /* in one of the loop's lists, if any */
    struct connection *connection;
    h2o_req_t *request;
    struct waiting_request *waiting; /* NULL: it does not wait */
    bool replied, costly;            /* costly: in the loop's list of those */
    uint64_t sent_ns, unsent_bytes;
    struct reply reply;
};

/* A request that waits for a fetch or a dump. It may live longer than its exchange. */
struct waiting_request {
    h2o_multithread_message_t message;
    struct waiter waiter;
    struct loop *loop;
    uint64_t costly_ns;        /* when a costly endpoint began that is answered aside; 0: none */
    struct exchange *exchange; /* NULL: its client has closed the connection or reset the stream */
};

/* server_timer.c */
struct timespec timespec_of(uint64_t ns);
/* Starts the timer for the first fetch that is due; stops it if there is none. */
void loop_schedule_fetch(struct loop *loop);

/* server_connection.c */
void listener_readable(h2o_socket_t *listener, const char *error);
/* Accepts again if there is room, which it makes by closing an idle connection. */
void listeners_resume(struct loop *loop);
void listeners_close(struct loop *loop);
/* Tells the client that no further request will be read. */
void connection_drain(struct connection *connection);
/* Makes h2o's next call for the written reply of an HTTP/1.1 connection come to us. */
void connection_watch_reply(struct connection *connection);

/* server_request.c */
int request_received(h2o_handler_t *self, h2o_req_t *request);
void wake_received(h2o_multithread_receiver_t *receiver, h2o_linklist_t *messages);
/* Answers some of the requests that were put off. Call it after each turn. */
void requests_continue(struct loop *loop);
/* How long the loop may wait for events. */
int32_t requests_rest_ms(struct loop *loop);

/* server_limits.c: what a connection, and all of them, may take. */
/* Shuts the connection down, and closes it at once if h2o is not at work on it. */
void connection_abort(struct connection *connection);
/* Aborts the idlest of the next few connections that have been without an exchange for a while. */
void connections_make_room(struct loop *loop);
/* Aborts connections until the unsent replies are within the limit, the longest unsent first. */
void replies_trim(struct loop *loop);
/* Aborts connections that have been silent, or have not read a reply, for too long. */
void connections_time_out(struct loop *loop, uint64_t now_ns);
/* Whether its requests are reset too often. */
bool connection_is_abusive(const struct connection *connection);
/* Call it after h2o has read: no more is kept of the input than needed. False: it was too long. */
bool connection_keep_input(struct connection *connection);

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
