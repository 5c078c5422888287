/* server.c - the handler behind HTTP/1.1 and HTTP/2: event loops, connections, signals.
 *
 * Every thread has an event loop with listeners on the same sockets, and the connections that it
 * accepted. The loop of the main thread also has the signals and the cache's tick. Each turn of a
 * loop looks whether the server has moved on to its next stage.
 */
#include "server.h"

#include "clock.h"
#include "listener.h"
#include "recent_records.h"
#include "units.h"

#include <errno.h>
#include <fcntl.h>
#include <h2o.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>

#define LISTENERS        2    /* TCP, and perhaps a Unix socket */
#define TURN_MS          1000 /* a loop turns at least so often */
#define ACCEPTS_AT_ONCE  16   /* before requests get their turn */
#define DESCRIPTORS_MAX  (1 << 20)
#define DESCRIPTORS_KEPT 32    /* for everything but connections */
#define DESCRIPTORS_LOOP 16    /* the same, for each loop */
#define IDLE_MS          60000 /* a connection may be silent so long */
#define ENTITY_BYTES_MAX 65536 /* nobody needs to send us anything */
#define LOOKED_AT_ONCE   128   /* connections, in one step of a walk */

enum stage { SERVING, FINISHING, CUTTING };

struct loop {
    struct server *server;
    struct worker *worker;
    h2o_loop_t *events;
    h2o_context_t context;
    h2o_accept_ctx_t accept;
    h2o_multithread_receiver_t woken; /* gets waiters */
    h2o_socket_t *listeners[LISTENERS];
    h2o_socket_t *alarm; /* a timer for the first fetch that is due */
    h2o_socket_t *tick;
    h2o_multithread_receiver_t looks; /* gets walks */
    struct connection *connections;
    struct connection *cursor; /* where a walk goes on */
    size_t connection_count, connection_limit;
    size_t waiting;    /* requests that wait for a fetch, abandoned ones too */
    struct held *held; /* replies that are being sent */
    /* Written by this thread alone. */
    atomic_uint_least64_t replies, replies_done, waits, waits_done;
    enum stage stage;
    bool paused; /* the listeners are not read */
};

/* Where a walk is that goes through the loops, each in its own thread. */
struct look {
    struct reference_walk *walk;
    unsigned loop;
    bool anew, asked, more;
    atomic_bool answered;
    h2o_multithread_message_t message;
};

struct server {
    struct server_setup setup;
    struct look look;
    struct handler *handler;
    h2o_globalconf_t config;
    int listeners[LISTENERS];
    char url[LISTENER_URL_BYTES];
    _Atomic enum stage stage;
    uint64_t deadline_ns; /* of FINISHING */
    h2o_socket_t *signals;
    struct server_watch watch; /* without `ready`: nothing is watched */
    h2o_socket_t *watched;
    sigset_t signals_taken;
    atomic_uint done; /* threads whose loop is */
    sem_t arrived; /* threads say so when their loop has begun, and when they touch nothing more */
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

/* A request that waits for a fetch. */
struct pending {
    h2o_multithread_message_t message;
    struct waiter waiter;
    struct loop *loop;
    struct connection *connection;
    h2o_req_t *request;    /* NULL: abandoned by its client, perhaps with the connection */
    struct pending **slot; /* in the request's memory; points back here while we wait */
};

/* Timers and signals: descriptors that h2o watches but does not read. */

static h2o_socket_t *descriptor_watch(struct loop *loop, int descriptor, h2o_socket_cb readable)
{
    h2o_socket_t *socket =
        h2o_evloop_socket_create(loop->events, descriptor, H2O_SOCKET_FLAG_DONT_READ);
    socket->data = loop;
    h2o_socket_read_start(socket, readable);
    return socket;
}

static struct timespec timespec_of(uint64_t ns)
{
    return (struct timespec){(time_t)(ns / NS_PER_SECOND), (long)(ns % NS_PER_SECOND)};
}

/* Reads away what made the timer readable. */
static void timer_clear(h2o_socket_t *timer)
{
    uint64_t expirations;
    ssize_t count = read(h2o_socket_get_fd(timer), &expirations, sizeof expirations);
    (void)count; /* it is non-blocking; nothing there is fine */
}

static h2o_socket_t *timer_watch(struct loop *loop, h2o_socket_cb readable)
{
    int descriptor = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (descriptor < 0)
        h2o_fatal("timerfd_create");
    return descriptor_watch(loop, descriptor, readable);
}

static void alarm_set(struct loop *loop)
{
    uint64_t due_ns = worker_due(loop->worker);
    struct itimerspec at = {.it_value = timespec_of(due_ns)};
    timerfd_settime(h2o_socket_get_fd(loop->alarm), TFD_TIMER_ABSTIME, &at, NULL);
}

static void alarm_rings(h2o_socket_t *alarm, const char *error)
{
    struct loop *loop = alarm->data;
    (void)error;
    timer_clear(alarm);
    worker_fetch(loop->worker, clock_ns(), false);
    alarm_set(loop);
}

static struct connection *connection_of(h2o_req_t *request)
{
    return request->conn->callbacks->get_socket(request->conn)->on_close.data;
}

/* Replies. */

struct held { /* a reply that is being sent */
    struct held *next, **link;
    struct loop *loop;
    struct reply reply;
};

/* A counter that only its own thread advances. */
static void counter_advance(atomic_uint_least64_t *counter)
{
    uint64_t count = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, count + 1, memory_order_relaxed);
}

static void held_release(void *memory)
{
    struct held *held = memory;
    *held->link = held->next;
    if (held->next)
        held->next->link = held->link;
    counter_advance(&held->loop->replies_done);
    reply_release(held->loop->server->handler, &held->reply);
}

static void reply_hold(h2o_req_t *request, struct loop *loop, const struct reply *reply)
{
    struct held *held = h2o_mem_alloc_shared(&request->pool, sizeof *held, held_release);
    *held = (struct held){loop->held, &loop->held, loop, *reply};
    if (held->next)
        held->next->link = &held->next;
    loop->held = held;
    counter_advance(&loop->replies);
}

static void headers_add(h2o_req_t *request, const struct reply *reply)
{
    h2o_add_header(&request->pool, &request->res.headers, H2O_TOKEN_CONTENT_TYPE, NULL, reply->type,
                   strlen(reply->type));
    if (reply->cache)
        h2o_add_header_by_str(&request->pool, &request->res.headers, H2O_STRLIT("x-cache"), 0, NULL,
                              reply->cache, strlen(reply->cache));
    if (reply->allow)
        h2o_add_header(&request->pool, &request->res.headers, H2O_TOKEN_ALLOW, NULL, reply->allow,
                       strlen(reply->allow));
}

/* Whether the reply to this request is the last on its connection, as far as HTTP/1.1 goes. */
static bool request_is_last(const struct loop *loop, h2o_req_t *request)
{
    uint64_t most = loop->server->setup.connection_requests;
    return loop->stage != SERVING || (most > 0 && connection_of(request)->requests >= most);
}

/* The body is sent from where it lies; the request holds it until then. */
static void reply_send(struct loop *loop, h2o_req_t *request, const struct reply *reply)
{
    static h2o_generator_t generator = {NULL, NULL};
    h2o_iovec_t body = {(char *)reply->body.bytes, reply->body.count};
    if (reply->record || reply->text)
        reply_hold(request, loop, reply);
    request->res.status = (int)reply->status;
    request->res.reason = reply->reason;
    request->res.content_length = body.len;
    if (request_is_last(loop, request))
        request->http1_is_persistent = 0;
    headers_add(request, reply);
    h2o_start_response(request, &generator);
    h2o_send(request, &body, !reply->head, H2O_SEND_STATE_FINAL);
}

/* Connections. */

/* Lets the client know that no further request will be read. */
static void connection_finish(struct connection *connection)
{
    if (connection->waiting == 0)
        shutdown(h2o_socket_get_fd(connection->socket), SHUT_RD);
}

static void listeners_resume(struct loop *loop);

static void connection_closed(void *data)
{
    struct connection *connection = data;
    struct loop *loop = connection->loop;
    if (loop->cursor == connection)
        loop->cursor = connection->next;
    *connection->link = connection->next;
    if (connection->next)
        connection->next->link = connection->link;
    worker_disconnect(loop->worker, connection->recent);
    loop->connection_count--;
    free(connection);
    listeners_resume(loop);
}

static void connection_begin(struct loop *loop, h2o_socket_t *socket)
{
    struct connection *connection = h2o_mem_alloc(sizeof *connection);
    *connection = (struct connection){.next = loop->connections,
                                      .link = &loop->connections,
                                      .loop = loop,
                                      .socket = socket,
                                      .recent = worker_connect(loop->worker)};
    if (connection->next)
        connection->next->link = &connection->next;
    loop->connections = connection;
    loop->connection_count++;
    socket->on_close.cb = connection_closed;
    socket->on_close.data = connection;
    h2o_accept(&loop->accept, socket);
}

/* Listeners. A loop that has as many connections as it may, or no descriptor for one more, stops
 * reading them until one is closed or the next tick. */

static void listeners_pause(struct loop *loop)
{
    loop->paused = true;
    for (size_t i = 0; i < LISTENERS; i++)
        if (loop->listeners[i])
            h2o_socket_read_stop(loop->listeners[i]);
}

static void listener_readable(h2o_socket_t *listener, const char *error)
{
    struct loop *loop = listener->data;
    /* with several loops, each takes one at a time, so that all get their share */
    unsigned left = loop->server->loop_count > 1 ? 1 : ACCEPTS_AT_ONCE;
    if (error)
        return;
    for (; left > 0 && loop->connection_count < loop->connection_limit; left--) {
        h2o_socket_t *socket = h2o_evloop_socket_accept(listener);
        if (socket == NULL)
            break;
        connection_begin(loop, socket);
    }
    if (loop->connection_count >= loop->connection_limit ||
        (left > 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)))
        listeners_pause(loop);
}

static void listeners_resume(struct loop *loop)
{
    if (!loop->paused || loop->connection_count >= loop->connection_limit)
        return;
    loop->paused = false;
    for (size_t i = 0; i < LISTENERS; i++)
        if (loop->listeners[i])
            h2o_socket_read_start(loop->listeners[i], listener_readable);
}

static void listeners_close(struct loop *loop)
{
    for (size_t i = 0; i < LISTENERS; i++) {
        if (loop->listeners[i])
            h2o_socket_close(loop->listeners[i]);
        loop->listeners[i] = NULL;
    }
}

/* Requests that wait. */

/* The request is gone: answered, or given up by its client. */
static void slot_release(void *memory)
{
    struct pending **slot = memory;
    if (*slot == NULL)
        return;
    (*slot)->request = NULL;
    (*slot)->connection->waiting--;
}

static void waiter_wake(struct waiter *waiter)
{
    struct pending *pending = H2O_STRUCT_FROM_MEMBER(struct pending, waiter, waiter);
    h2o_multithread_send_message(&pending->loop->woken, &pending->message);
}

static struct waiter *pending_create(void *context)
{
    h2o_req_t *request = context;
    struct connection *connection = connection_of(request);
    struct pending *pending = h2o_mem_alloc(sizeof *pending);
    *pending = (struct pending){.waiter.wake = waiter_wake,
                                .loop = connection->loop,
                                .connection = connection,
                                .request = request};
    pending->slot = h2o_mem_alloc_shared(&request->pool, sizeof *pending->slot, slot_release);
    *pending->slot = pending;
    connection->waiting++;
    connection->loop->waiting++;
    counter_advance(&connection->loop->waits);
    return &pending->waiter;
}

static void pending_answer(struct pending *pending)
{
    struct loop *loop = pending->loop;
    struct connection *connection = pending->connection;
    struct reply reply;
    *pending->slot = NULL;
    connection->waiting--;
    if (loop->stage != SERVING)
        connection_finish(connection);
    waiter_resume(&pending->waiter, connection->recent, &reply);
    reply_send(loop, pending->request, &reply);
}

static void pending_woken(h2o_multithread_receiver_t *receiver, h2o_linklist_t *messages)
{
    struct loop *loop = H2O_STRUCT_FROM_MEMBER(struct loop, woken, receiver);
    while (!h2o_linklist_is_empty(messages)) {
        struct pending *pending =
            H2O_STRUCT_FROM_MEMBER(struct pending, message.link, messages->next);
        h2o_linklist_unlink(&pending->message.link);
        if (pending->request)
            pending_answer(pending);
        else
            waiter_release(loop->server->handler, &pending->waiter);
        loop->waiting--;
        counter_advance(&loop->waits_done);
        free(pending);
    }
}

static int request_received(h2o_handler_t *self, h2o_req_t *request)
{
    struct connection *connection = connection_of(request);
    struct loop *loop = connection->loop;
    struct request ask = {
        .method = {request->input.method.base, request->input.method.len},
        .path = {request->input.path.base, request->input.path.len},
        .recent = connection->recent,
        .now_ns = clock_ns(),
        .wait = pending_create,
        .context = request,
    };
    struct reply reply;
    (void)self;
    connection->requests++;
    if (worker_request(loop->worker, &ask, &reply))
        reply_send(loop, request, &reply);
    else
        alarm_set(loop);
    return 0;
}

/* What lives, and who holds it. */

static void loops_census(const struct server *server, struct census *census)
{
    for (unsigned i = 0; i < server->loop_count; i++) {
        const struct loop *loop = &server->loops[i];
        uint64_t sent = atomic_load_explicit(&loop->replies_done, memory_order_relaxed);
        uint64_t replies = atomic_load_explicit(&loop->replies, memory_order_relaxed);
        uint64_t woken = atomic_load_explicit(&loop->waits_done, memory_order_relaxed);
        uint64_t waits = atomic_load_explicit(&loop->waits, memory_order_relaxed);
        census_add(census, &(struct census_row){"main.requests", "reply", replies - sent,
                                                (replies - sent) * sizeof(struct held), replies,
                                                replies * sizeof(struct held)});
        census_add(census, &(struct census_row){"main.requests", "waiting", waits - woken,
                                                (waits - woken) * sizeof(struct pending), waits,
                                                waits * sizeof(struct pending)});
    }
}

static void connections_census(struct census *census)
{
    struct census_row row = *census_find(census, "main.sessions", "session");
    row.live_bytes = row.live * sizeof(struct connection);
    row.total_bytes = row.total * sizeof(struct connection);
    snprintf(row.container, sizeof row.container, "main.connections");
    snprintf(row.type, sizeof row.type, "connection");
    census_add(census, &row);
}

static void server_census(void *context, struct census *census)
{
    connections_census(census);
    loops_census(context, census);
}

static uint64_t loop_number(const struct loop *loop)
{
    const struct server *server = loop->server;
    return server->loop_count > 1 ? (uint64_t)(loop - server->loops) : REFERENCE_NO_NUMBER;
}

static void replies_look(const struct loop *loop, struct reference_walk *walk)
{
    reference_walk_push(walk, "main.requests", loop_number(loop));
    for (const struct held *held = loop->held; held; held = held->next) {
        reference_walk_push(walk, "reply", REFERENCE_NO_NUMBER);
        visit_record(reference_walk_visit(walk), held->reply.record);
        reference_walk_pop(walk);
    }
    reference_walk_pop(walk);
}

/* False: those were the last. */
static bool connections_look(struct loop *loop, struct reference_walk *walk)
{
    reference_walk_push(walk, "main.connections", loop_number(loop));
    for (int i = 0; i < LOOKED_AT_ONCE && loop->cursor; i++) {
        struct connection *connection = loop->cursor;
        loop->cursor = connection->next;
        reference_walk_push(
            walk, "connection",
            (uint64_t)h2o_socket_get_fd(connection->socket)); /* as others know it */
        visit_refer(reference_walk_visit(walk), &recent_records_kind, connection->recent);
        reference_walk_pop(walk);
    }
    reference_walk_pop(walk);
    return loop->cursor != NULL;
}

static void loop_look(struct loop *loop)
{
    struct look *look = &loop->server->look;
    if (look->anew) {
        loop->cursor = loop->connections;
        replies_look(loop, look->walk);
    }
    look->more = connections_look(loop, look->walk);
    atomic_store(&look->answered, true);
}

static void look_arrives(h2o_multithread_receiver_t *receiver, h2o_linklist_t *messages)
{
    struct loop *loop = H2O_STRUCT_FROM_MEMBER(struct loop, looks, receiver);
    if (h2o_linklist_is_empty(messages))
        return;
    h2o_linklist_unlink(&loop->server->look.message.link); /* there is no other */
    loop_look(loop);
}

/* Whether a loop has been asked and has not answered yet. */
static bool look_is_under_way(const struct look *look)
{
    return look->asked && !atomic_load(&look->answered);
}

static void look_ask(struct server *server, struct reference_walk *walk)
{
    struct look *look = &server->look;
    look->walk = walk;
    look->asked = true;
    atomic_store(&look->answered, false);
    if (look->loop == 0)
        loop_look(server->loops);
    else
        h2o_multithread_send_message(&server->loops[look->loop].looks, &look->message);
}

static enum reference_walk_state roots_look(void *context, struct reference_walk *walk, bool again)
{
    struct server *server = context;
    struct look *look = &server->look;
    if (again)
        look->loop = 0;
    else if (look_is_under_way(look))
        return WALK_WAITING;
    else if (!look->more)
        look->loop++;
    look->anew = again || !look->more;
    if (look->loop == server->loop_count)
        return WALK_DONE;
    look_ask(server, walk);
    return look_is_under_way(look) ? WALK_WAITING : WALK_CONTINUES;
}

static bool roots_rest(void *context)
{
    return !look_is_under_way(&((struct server *)context)->look);
}

/* Stages. */

static void server_advance(struct server *server, enum stage stage)
{
    atomic_store(&server->stage, stage);
    for (unsigned i = 0; i < server->loop_count; i++)
        h2o_multithread_send_message(&server->loops[i].woken, NULL);
}

static void signal_arrives(h2o_socket_t *signals, const char *error)
{
    struct loop *loop = signals->data;
    struct server *server = loop->server;
    struct signalfd_siginfo info;
    (void)error;
    if (read(h2o_socket_get_fd(signals), &info, sizeof info) != sizeof info)
        return;
    server->deadline_ns = clock_ns() + SERVER_GRACE_NS;
    server_advance(server, atomic_load(&server->stage) == SERVING ? FINISHING : CUTTING);
}

static void tick_arrives(h2o_socket_t *tick, const char *error)
{
    struct loop *loop = tick->data;
    struct server *server = loop->server;
    uint64_t now_ns = clock_ns();
    (void)error;
    timer_clear(tick);
    listeners_resume(loop);
    if (loop != server->loops)
        return;
    handler_tick(server->handler, now_ns);
    if (atomic_load(&server->stage) == FINISHING && now_ns >= server->deadline_ns)
        server_advance(server, CUTTING);
}

static void loop_finish(struct loop *loop)
{
    listeners_close(loop);
    h2o_context_request_shutdown(&loop->context);
    for (struct connection *connection = loop->connections; connection;
         connection = connection->next)
        connection_finish(connection);
}

static void loop_cut(struct loop *loop)
{
    for (struct connection *connection = loop->connections; connection;
         connection = connection->next)
        shutdown(h2o_socket_get_fd(connection->socket), SHUT_RDWR);
    worker_fetch(loop->worker, clock_ns(), true);
}

static void loop_follow(struct loop *loop)
{
    static void (*const enter[])(struct loop *
                                 loop) = {[FINISHING] = loop_finish, [CUTTING] = loop_cut};
    while (loop->stage < atomic_load(&loop->server->stage))
        enter[++loop->stage](loop);
}

/* Others may wait for a fetch of ours; and the first loop outlasts them, since it has the clock. */
static bool loop_is_done(const struct loop *loop)
{
    struct server *server = loop->server;
    return loop->stage != SERVING && loop->connections == NULL && loop->waiting == 0 &&
           worker_due(loop->worker) == 0 &&
           (loop != server->loops || atomic_load(&server->done) == server->loop_count - 1);
}

/* Making and unmaking. */

static void loop_begin(struct loop *loop)
{
    struct server *server = loop->server;
    struct timespec tick = timespec_of(CACHE_TICK_NS);
    struct itimerspec ticks = {.it_value = tick, .it_interval = tick};
    loop->events = h2o_evloop_create();
    h2o_context_init(&loop->context, loop->events, &server->config);
    loop->accept = (h2o_accept_ctx_t){.ctx = &loop->context, .hosts = server->config.hosts};
    h2o_multithread_register_receiver(loop->context.queue, &loop->woken, pending_woken);
    h2o_multithread_register_receiver(loop->context.queue, &loop->looks, look_arrives);
    loop->alarm = timer_watch(loop, alarm_rings);
    loop->tick = timer_watch(loop, tick_arrives);
    timerfd_settime(h2o_socket_get_fd(loop->tick), 0, &ticks, NULL);
    for (size_t i = 0; i < LISTENERS; i++)
        if (server->listeners[i] >= 0)
            loop->listeners[i] = descriptor_watch(
                loop, fcntl(server->listeners[i], F_DUPFD_CLOEXEC, 0), listener_readable);
}

static void loop_end(struct loop *loop)
{
    h2o_multithread_queue_t *queue = loop->context.queue;
    h2o_evloop_run(loop->events, 0); /* a walk may have sent a last message */
    h2o_socket_close(loop->alarm);
    h2o_socket_close(loop->tick);
    h2o_timeout_unlink(&loop->context.http2._graceful_shutdown_timeout);
    h2o_multithread_unregister_receiver(loop->context.queue, &loop->woken);
    h2o_multithread_unregister_receiver(loop->context.queue, &loop->looks);
    h2o_context_dispose(&loop->context);
    h2o_evloop_run(loop->events, 0);
    h2o_evloop_destroy(loop->events);
    free(queue); /* h2o 2.2 empties it and forgets it */
}

static void loop_run(struct loop *loop)
{
    while (!loop_is_done(loop)) {
        h2o_evloop_run(loop->events, TURN_MS);
        loop_follow(loop);
    }
}

/* h2o's buffers belong to the thread that made them, so each loop begins in its own thread. They
 * are never given back either: a thread whose loop is done waits for the end of the process, and
 * the main thread takes the loop apart. */
static void *thread_run(void *context)
{
    struct loop *loop = context;
    struct server *server = loop->server;
    loop_begin(loop);
    sem_post(&server->arrived);
    loop_run(loop);
    atomic_fetch_add(&server->done, 1);
    h2o_multithread_send_message(&server->loops[0].woken, NULL);
    sem_post(&server->arrived);
    while (pause() < 0) /* always */
        ;
    return NULL;
}

static void threads_begin(struct server *server)
{
    for (unsigned i = 1; i < server->loop_count; i++) {
        pthread_t thread;
        h2o_multithread_create_thread(&thread, NULL, thread_run, &server->loops[i]);
        pthread_detach(thread);
    }
}

static void threads_await(struct server *server)
{
    for (unsigned i = 1; i < server->loop_count; i++)
        sem_wait(&server->arrived);
}

static void signals_take(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* How many connections a loop may have; 0: not enough descriptors for anything. */
static size_t descriptors_share(unsigned loops)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    rlim_t least = DESCRIPTORS_KEPT + (rlim_t)loops * DESCRIPTORS_LOOP;
    limit.rlim_cur = limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max : DESCRIPTORS_MAX;
    setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur < least ? 0 : (limit.rlim_cur - least) / loops;
}

static void config_begin(struct server *server)
{
    h2o_globalconf_t *config = &server->config;
    h2o_config_init(config);
    config->server_name = h2o_iovec_init(H2O_STRLIT(""));
    config->max_request_entity_size = ENTITY_BYTES_MAX;
    config->http1.req_timeout = IDLE_MS;
    config->http2.idle_timeout = IDLE_MS;
    h2o_hostconf_t *host =
        h2o_config_register_host(config, h2o_iovec_init(H2O_STRLIT("default")), 65535);
    h2o_pathconf_t *path = h2o_config_register_path(host, "/", 0);
    h2o_create_handler(path, sizeof(h2o_handler_t))->on_req = request_received;
}

static int listeners_open(struct server *server, struct error *error)
{
    const struct server_setup *setup = &server->setup;
    server->listeners[0] = listener_open_tcp(setup->address, setup->port, error);
    if (server->listeners[0] < 0)
        return -1;
    listener_url(server->listeners[0], server->url);
    if (setup->unix_path)
        server->listeners[1] = listener_open_unix(setup->unix_path, error);
    return setup->unix_path && server->listeners[1] < 0 ? -1 : 0;
}

void server_destroy(struct server *server)
{
    for (size_t i = 0; i < LISTENERS; i++)
        if (server->listeners[i] >= 0)
            close(server->listeners[i]);
    if (server->listeners[1] >= 0)
        unlink(server->setup.unix_path);
    if (server->handler)
        handler_destroy(server->handler);
    sem_destroy(&server->arrived);
    free(server->loops);
    free(server);
}

static int server_open(struct server *server, struct error *error)
{
    struct handler_setup setup = server->setup.handler;
    size_t connections = descriptors_share(server->loop_count);
    if (connections == 0) {
        return error_set(error, "too few open files are allowed; see ulimit -n");
    }
    setup.threads = server->loop_count;
    setup.now_ns = clock_ns();
    server->handler = handler_create(&setup, error);
    if (server->handler == NULL || listeners_open(server, error) < 0)
        return -1;
    handler_set_callbacks(server->handler, &(struct handler_callbacks){.census = server_census,
                                                                       .roots = roots_look,
                                                                       .roots_rest = roots_rest,
                                                                       .context = server});
    for (unsigned i = 0; i < server->loop_count; i++) {
        struct loop *loop = &server->loops[i];
        loop->server = server;
        loop->worker = handler_worker(server->handler, i);
        loop->connection_limit = connections;
    }
    return 0;
}

struct server *server_create(const struct server_setup *setup, struct error *error)
{
    struct server *server = h2o_mem_alloc(sizeof *server);
    *server = (struct server){.setup = *setup, .listeners = {-1, -1}, .loop_count = setup->threads};
    server->loops = h2o_mem_alloc(setup->threads * sizeof(struct loop));
    memset(server->loops, 0, setup->threads * sizeof(struct loop));
    sem_init(&server->arrived, 0, 0);
    signals_take(&server->signals_taken);
    if (server_open(server, error) == 0)
        return server;
    server_destroy(server);
    return NULL;
}

const char *server_url(const struct server *server)
{
    return server->url;
}

struct handler *server_handler(struct server *server)
{
    return server->handler;
}

void server_watch(struct server *server, const struct server_watch *watch)
{
    server->watch = *watch;
}

static void watch_ready(h2o_socket_t *watched, const char *error)
{
    struct loop *loop = watched->data;
    (void)error;
    loop->server->watch.ready(loop->server->watch.context);
}

static void watch_begin(struct server *server)
{
    const struct server_watch *watch = &server->watch;
    if (watch->ready)
        server->watched = descriptor_watch(
            server->loops, fcntl(watch->descriptor, F_DUPFD_CLOEXEC, 0), watch_ready);
}

static void watch_end(struct server *server)
{
    if (server->watched == NULL)
        return;
    h2o_socket_close(server->watched);
    server->watch.end(server->watch.context);
}

void server_run(struct server *server)
{
    config_begin(server);
    loop_begin(server->loops);
    server->signals = descriptor_watch(
        server->loops, signalfd(-1, &server->signals_taken, SFD_NONBLOCK | SFD_CLOEXEC),
        signal_arrives);
    watch_begin(server);
    threads_begin(server);
    threads_await(server);
    loop_run(server->loops);
    threads_await(server);
    h2o_socket_close(server->signals);
    watch_end(server);
    for (unsigned i = 0; i < server->loop_count; i++)
        loop_end(&server->loops[i]);
    h2o_config_dispose(&server->config);
    server_destroy(server);
}
