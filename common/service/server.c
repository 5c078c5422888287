/* server.c - starts, runs and stops the event loops; signals, timers and ticks.
 *
 * The main thread's loop also handles the signals and the ticks of the cache. Each loop checks on
 * every turn whether the server has entered its next stage.
 */
#include "server_loop.h"

#include "clock.h"
#include "xmalloc.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

#define PAUSED_MS        10 /* between two searches for an idle connection */
#define DESCRIPTORS_MAX  (1 << 20)
#define DESCRIPTORS_KEPT 32    /* not for connections, per process */
#define DESCRIPTORS_LOOP 16    /* not for connections, per loop */
#define IDLE_MS          60000 /* after which a silent connection is closed */
#define ENTITY_BYTES_MAX 4096  /* of a request's body, which is only read to refuse it */

/* Timers and signals: descriptors that h2o watches but does not read. */

static h2o_socket_t *descriptor_watch(struct loop *loop, int descriptor, h2o_socket_cb readable)
{
    h2o_socket_t *socket =
        h2o_evloop_socket_create(loop->events, descriptor, H2O_SOCKET_FLAG_DONT_READ);
    socket->data = loop;
    h2o_socket_read_start(socket, readable);
    return socket;
}

/* Reads the expirations, so that the timer is not readable any more. */
static void timer_clear(h2o_socket_t *timer)
{
    uint64_t expirations;
    ssize_t count = read(h2o_socket_get_fd(timer), &expirations, sizeof expirations);
    (void)count; /* non-blocking: there may be nothing to read */
}

static h2o_socket_t *timer_watch(struct loop *loop, h2o_socket_cb readable)
{
    int descriptor = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (descriptor < 0)
        die_of("no timer can be created: too few descriptors are free");
    return descriptor_watch(loop, descriptor, readable);
}

static void fetch_due(h2o_socket_t *timer, const char *error)
{
    struct loop *loop = timer->data;
    timer_clear(timer);
    worker_fetch(loop->worker, clock_ns(), false);
    loop_schedule_fetch(loop);
}

/* Stages. */

static void server_advance(struct server *server, enum stage stage)
{
    atomic_store(&server->stage, stage);
    for (unsigned i = 0; i < server->loop_count; i++)
        h2o_multithread_send_message(&server->loops[i].wake_receiver, NULL);
}

static void signal_received(h2o_socket_t *signals, const char *error)
{
    struct loop *loop = signals->data;
    struct server *server = loop->server;
    struct signalfd_siginfo info;
    if (read(h2o_socket_get_fd(signals), &info, sizeof info) != sizeof info)
        return;
    server->deadline_ns = clock_ns() + SERVER_GRACE_NS;
    server_advance(server, atomic_load(&server->stage) == SERVING ? DRAINING : CLOSING);
}

static void tick_due(h2o_socket_t *timer, const char *error)
{
    struct loop *loop = timer->data;
    struct server *server = loop->server;
    uint64_t now_ns = clock_ns();
    timer_clear(timer);
    connections_time_out(loop, now_ns);
    if (loop != server->loops)
        return;
    handler_tick(server->handler, now_ns);
    if (atomic_load(&server->stage) == DRAINING && now_ns >= server->deadline_ns)
        server_advance(server, CLOSING);
}

static void loop_drain(struct loop *loop)
{
    listeners_close(loop);
    h2o_context_request_shutdown(&loop->context);
    for (struct connection *each = loop->connections; each; each = each->next)
        connection_drain(each);
}

static void loop_close(struct loop *loop)
{
    for (struct connection *each = loop->connections; each; each = each->next)
        shutdown(h2o_socket_get_fd(each->socket), SHUT_RDWR);
    loop->unfinished = true;
}

/* Enters the stages that the server has entered since the last turn. */
static void loop_follow(struct loop *loop)
{
    while (loop->stage < atomic_load(&loop->server->stage))
        if (++loop->stage == DRAINING)
            loop_drain(loop);
        else
            loop_close(loop);
}

/* A loop goes on while another one may wait for its fetches. The first loop ends last, because it
 * handles the ticks. */
static bool loop_is_done(const struct loop *loop)
{
    struct server *server = loop->server;
    return loop->stage != SERVING && loop->connections == NULL && loop->waiting == 0 &&
           worker_due(loop->worker) == 0 &&
           (loop != server->loops || atomic_load(&server->done) == server->loop_count - 1);
}

/* Loops and threads. */

static void loop_begin(struct loop *loop)
{
    struct server *server = loop->server;
    struct timespec tick = timespec_of(CACHE_TICK_NS);
    struct itimerspec ticks = {.it_value = tick, .it_interval = tick};
    h2o_linklist_init_anchor(&loop->silent);
    h2o_linklist_init_anchor(&loop->woken);
    h2o_linklist_init_anchor(&loop->postponed);
    h2o_linklist_init_anchor(&loop->costly);
    h2o_linklist_init_anchor(&loop->sent);
    loop->events = h2o_evloop_create();
    h2o_context_init(&loop->context, loop->events, &server->config);
    loop->accept = (h2o_accept_ctx_t){.ctx = &loop->context, .hosts = server->config.hosts};
    h2o_multithread_register_receiver(loop->context.queue, &loop->wake_receiver, wake_received);
    h2o_multithread_register_receiver(loop->context.queue, &loop->walk_receiver, walk_received);
    loop->fetch_timer = timer_watch(loop, fetch_due);
    loop->tick_timer = timer_watch(loop, tick_due);
    timerfd_settime(h2o_socket_get_fd(loop->tick_timer), 0, &ticks, NULL);
    for (size_t i = 0; i < LISTENERS; i++)
        if (server->listeners[i] >= 0)
            loop->listeners[i] = descriptor_watch(
                loop, fcntl(server->listeners[i], F_DUPFD_CLOEXEC, 0), listener_readable);
}

static void loop_end(struct loop *loop)
{
    h2o_multithread_queue_t *queue = loop->context.queue;
    h2o_evloop_run(loop->events, 0); /* a walk may have sent a last message */
    h2o_socket_close(loop->fetch_timer);
    h2o_socket_close(loop->tick_timer);
    h2o_timeout_unlink(&loop->context.http2._graceful_shutdown_timeout);
    h2o_multithread_unregister_receiver(loop->context.queue, &loop->wake_receiver);
    h2o_multithread_unregister_receiver(loop->context.queue, &loop->walk_receiver);
    h2o_context_dispose(&loop->context);
    h2o_evloop_run(loop->events, 0);
    h2o_evloop_destroy(loop->events);
    free(queue); /* h2o 2.2 empties the queue and does not free it */
}

/* Nobody waits for what a fetch costs any more. */
static void loop_fetch_all(struct loop *loop)
{
    worker_fetch(loop->worker, clock_ns(), true);
    loop->unfinished |= worker_due(loop->worker) > 0;
}

/* How long the next turn may wait for events. */
static int32_t loop_rest_ms(struct loop *loop)
{
    int32_t rest_ms = loop->unfinished ? 0 : requests_rest_ms(loop);
    return loop->paused && rest_ms > PAUSED_MS ? PAUSED_MS : rest_ms;
}

static void loop_run(struct loop *loop)
{
    while (!loop_is_done(loop)) {
        int32_t rest_ms = loop_rest_ms(loop);
        loop->unfinished = false;
        loop->turn++;
        loop->running = true;
        h2o_evloop_run(loop->events, rest_ms);
        loop->running = false;
        loop_follow(loop);
        requests_continue(loop);
        listeners_resume(loop);
        if (loop->stage == CLOSING)
            loop_fetch_all(loop);
    }
}

/* h2o's buffers belong to the thread that allocated them, so each loop begins in its own thread,
 * and h2o never frees them. A thread whose loop has ended therefore waits for the end of the
 * process, and the main thread frees the loop. */
static void *thread_run(void *context)
{
    struct loop *loop = context;
    struct server *server = loop->server;
    loop_begin(loop);
    sem_post(&server->thread_sync);
    loop_run(loop);
    atomic_fetch_add(&server->done, 1);
    h2o_multithread_send_message(&server->loops[0].wake_receiver, NULL);
    sem_post(&server->thread_sync);
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
        sem_wait(&server->thread_sync);
}

/* Creation and the run. */

static void signals_block(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* Raises the limit of open files. Returns how many connections each loop may have, or 0 when the
 * limit is too low for any. */
static size_t connections_per_loop(unsigned loops)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    rlim_t kept = DESCRIPTORS_KEPT + (rlim_t)loops * DESCRIPTORS_LOOP;
    limit.rlim_cur = limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max : DESCRIPTORS_MAX;
    setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur < kept ? 0 : (limit.rlim_cur - kept) / loops;
}

static void config_begin(struct server *server)
{
    h2o_globalconf_t *config = &server->config;
    h2o_config_init(config);
    config->server_name = h2o_iovec_init(H2O_STRLIT(""));
    config->max_request_entity_size = ENTITY_BYTES_MAX;
    config->http1.req_timeout = IDLE_MS;
    config->http1.upgrade_to_http2 = 0; /* the first bytes decide */
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
    sem_destroy(&server->thread_sync);
    free(server->loops);
    free(server);
}

/* A loop's part of a limit, at least 1. */
static uint64_t loop_share(const struct server *server, uint64_t limit)
{
    return limit / server->loop_count + (limit < server->loop_count);
}

static int server_open(struct server *server, struct error *error)
{
    struct handler_setup setup = server->setup.handler;
    size_t connections = connections_per_loop(server->loop_count);
    if (connections == 0)
        return error_set(error, "too few open files are allowed; raise the limit with ulimit -n");
    setup.threads = server->loop_count;
    setup.now_ns = clock_ns();
    server->handler = handler_create(&setup, error);
    if (server->handler == NULL || listeners_open(server, error) < 0)
        return -1;
    handler_set_callbacks(server->handler, &(struct handler_callbacks){
                                               .census = server_census,
                                               .roots = server_roots,
                                               .roots_idle = server_roots_idle,
                                               .context = server,
                                           });
    for (unsigned i = 0; i < server->loop_count; i++) {
        struct loop *loop = &server->loops[i];
        loop->server = server;
        loop->worker = handler_worker(server->handler, i);
        loop->connection_limit = connections;
        loop->waiting_limit = loop_share(server, server->setup.waiting_limit);
        loop->unsent_limit = loop_share(server, server->setup.unsent_limit_bytes);
    }
    return 0;
}

struct server *server_create(const struct server_setup *setup, struct error *error)
{
    struct server *server = xmalloc(sizeof *server);
    *server = (struct server){.setup = *setup,
                              .listeners = {-1, -1},
                              .loop_count = setup->threads,
                              .loops = xcalloc(setup->threads, sizeof(struct loop))};
    sem_init(&server->thread_sync, 0, 0);
    signals_block(&server->signal_set);
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
        server->loops, signalfd(-1, &server->signal_set, SFD_NONBLOCK | SFD_CLOEXEC),
        signal_received);
    watch_begin(server);
    threads_begin(server);
    threads_await(server);
    loop_run(server->loops);
    threads_await(server);
    handler_settle(server->handler);
    h2o_socket_close(server->signals);
    watch_end(server);
    for (unsigned i = 0; i < server->loop_count; i++)
        loop_end(&server->loops[i]);
    h2o_config_dispose(&server->config);
    server_destroy(server);
}
