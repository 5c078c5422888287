/* loop.c - one thread, one epoll: requests go out when due, answers come in as they may. */
#include "loop.h"

#include "request_source.h"
#include "schedule.h"
#include "units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define EVENTS_PER_WAIT 256
#define READ_BYTES      65536
#define UNSENT_MAX      (4 << 20)         /* bytes; 10000 requests of HTTP/2 are less */
#define TICK_NS         (50 * NS_PER_MS)  /* how often timeouts are looked for */
#define TICK_DOWN_NS    NS_PER_MS         /* while connections are down */
#define CONNECT_NS      NS_PER_SECOND     /* longest wait for all connections before the start */
#define OVERTIME_NS     (100 * NS_PER_MS) /* for what was due before the end, but could not go out */
#define RETRY_DOUBLINGS 7                 /* longest wait before connecting again: 128 ms */
#define GIVE_UP_ROUNDS  3 /* failures in a row, as a multiple of the requests in flight */
#define GIVE_UP_NS      (2 * NS_PER_SECOND) /* since the last good answer, if there was one */

enum connection_state { CONNECTION_DOWN, CONNECTION_UNDER_WAY, CONNECTION_OPEN };

struct connection {
    struct loop *loop;
    void *session;
    enum connection_state state;
    int fd;
    bool idle;         /* waits in the ring */
    uint64_t since_ns; /* under way: begun; down: when to try again */
    char *unsent;      /* what the socket did not take yet */
    size_t unsent_bytes;
    struct exchange *again; /* what the server left untouched, to be sent before all else */
    unsigned again_count;
};

struct loop {
    const struct load_setup *setup;
    const struct protocol *protocol;
    const struct address *address;
    struct tally *tally;
    struct load_result *result;
    struct protocol_context context;
    struct request_source source;
    struct schedule schedule;
    struct { /* warm-up included, for setup->progress */
        uint64_t requests, hits, misses, errors;
    } seen;

    int poll_fd;
    struct connection *connections;
    unsigned slots;           /* requests that can be in flight */
    unsigned down;            /* connections that are */
    struct connection **ring; /* idle connections, longest idle first */
    unsigned ring_first, ring_count;
    uint64_t idle_ns;  /* since when there are some; UINT64_MAX: there are none */
    uint64_t batch_ns; /* when the events at hand came */
    char *buffer;

    uint64_t now_ns, tick_ns;
    uint64_t begin_ns, deadline_ns; /* of the measured part */
    uint64_t timeout_ns;
    uint64_t started, in_flight; /* started: of the measured part */
    uint64_t failures_in_row, good_ns;
    bool waiting; /* for the connections, before the first request */
    bool measuring;
    bool closing; /* no further request begins */
};

static uint64_t clock_read(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

/* Which request is next. */

/* On to the next due time: by the rate, or as the trace has it. */
static void schedule_step(struct loop *loop)
{
    double time_ns;

    if (loop->setup->speed <= 0)
        schedule_advance(&loop->schedule);
    else if (request_source_time(&loop->source, &time_ns))
        schedule_set(&loop->schedule, time_ns / loop->setup->speed);
}

static bool limit_reached(const struct loop *loop)
{
    return loop->setup->requests && loop->started == loop->setup->requests;
}

/* What was due before the end may still go out a little later. */
static bool time_is_up(const struct loop *loop)
{
    if (loop->now_ns < loop->deadline_ns)
        return false;
    return schedule_due(&loop->schedule, loop->now_ns) >= loop->deadline_ns ||
           loop->now_ns >= loop->deadline_ns + OVERTIME_NS;
}

static void measuring_begin(struct loop *loop)
{
    if (loop->measuring)
        return;
    loop->measuring = true;
    tally_begin(loop->tally, loop->begin_ns);
}

static bool exchange_retake(struct connection *connection, struct exchange *exchange)
{
    if (connection->again_count == 0)
        return false;
    *exchange = connection->again[--connection->again_count];
    exchange->sent_ns = connection->loop->now_ns;
    return true;
}

/* Takes the next request, if one is due. Whoever takes it must have it ended. */
static bool exchange_take(struct connection *connection, struct exchange *exchange)
{
    struct loop *loop = connection->loop;
    uint64_t due_ns = schedule_due(&loop->schedule, loop->now_ns);

    if (exchange_retake(connection, exchange))
        return true;
    if (loop->waiting || loop->closing || due_ns > loop->now_ns)
        return false;
    if (time_is_up(loop) || limit_reached(loop) ||
        !request_source_take(&loop->source, &exchange->id)) {
        loop->closing = true;
        return false;
    }
    exchange->due_ns = due_ns;
    exchange->sent_ns = loop->now_ns;
    exchange->sender = connection;
    exchange->again = false;
    schedule_step(loop);
    if (due_ns >= loop->begin_ns) {
        measuring_begin(loop);
        loop->started++;
    }
    loop->in_flight++;
    return true;
}

/* How requests end. */

static bool failure_is_trouble(enum load_failure failure)
{
    return failure != LOAD_STATUS && failure != LOAD_WRONG;
}

static void trouble_note(struct loop *loop)
{
    loop->failures_in_row++;
    if (loop->failures_in_row < (uint64_t)GIVE_UP_ROUNDS * loop->slots)
        return;
    if (loop->good_ns && loop->now_ns - loop->good_ns < GIVE_UP_NS)
        return;
    loop->result->gave_up = true;
}

/* For the next connection in its place: a server that took leave has not judged the request. They
 * are no more than the streams that carried them, for nothing else is sent before them. */
static void exchange_keep(const struct exchange *exchange)
{
    struct connection *connection = exchange->sender;
    struct exchange *kept = &connection->again[connection->again_count++];

    *kept = *exchange;
    kept->again = true;
    connection->loop->result->resent++;
}

static void exchange_ended(void *context, const struct exchange *exchange,
                           const struct ending *ending)
{
    struct loop *loop = context;

    if (ending->untouched && !exchange->again) {
        exchange_keep(exchange);
        return;
    }
    loop->in_flight--;
    loop->seen.requests++;
    loop->seen.hits += ending->good && ending->cache == ANSWER_HIT;
    loop->seen.misses += ending->good && ending->cache == ANSWER_MISS;
    loop->seen.errors += !ending->good;
    if (exchange->due_ns >= loop->begin_ns)
        tally_add(loop->tally, exchange, ending, loop->now_ns);
    if (!ending->good && failure_is_trouble(ending->failure)) {
        trouble_note(loop);
    } else {
        loop->failures_in_row = 0;
        loop->good_ns = loop->now_ns;
    }
}

/* Connections. */

static void connection_flush(struct connection *connection);
static void connection_ask(struct connection *connection);

static void ring_push(struct loop *loop, struct connection *connection)
{
    if (connection->idle)
        return;
    connection->idle = true;
    if (loop->ring_count == 0)
        loop->idle_ns = loop->now_ns;
    loop->ring[(loop->ring_first + loop->ring_count++) % loop->setup->connections] = connection;
}

static struct connection *ring_pop(struct loop *loop)
{
    struct connection *connection = loop->ring[loop->ring_first];

    loop->ring_first = (loop->ring_first + 1) % loop->setup->connections;
    loop->ring_count--;
    connection->idle = false;
    return connection;
}

static void connection_poll(struct connection *connection, int operation, uint32_t events)
{
    struct epoll_event event = {.events = events | EPOLLIN | EPOLLRDHUP | EPOLLET,
                                .data.ptr = connection};

    epoll_ctl(connection->loop->poll_fd, operation, connection->fd, &event);
}

static void connection_close(struct connection *connection)
{
    close(connection->fd);
    connection->fd = -1;
    connection->state = CONNECTION_DOWN;
    connection->unsent_bytes = 0;
    connection->loop->down++;
}

/* The first round of failures is tried again at once, later ones ever later. */
static uint64_t retry_delay_ns(const struct loop *loop)
{
    uint64_t rounds = loop->failures_in_row / loop->slots;

    if (rounds == 0)
        return 0;
    return NS_PER_MS << (rounds < RETRY_DOUBLINGS ? rounds : RETRY_DOUBLINGS);
}

/* No connection: the request that it would have carried has failed. */
static void connection_refused(struct connection *connection)
{
    struct loop *loop = connection->loop;
    struct exchange exchange;

    if (exchange_take(connection, &exchange))
        exchange_ended(loop, &exchange, &(struct ending){.failure = LOAD_REFUSED});
    else
        trouble_note(loop);
    connection->since_ns = loop->now_ns + retry_delay_ns(loop);
}

static void connection_open(struct connection *connection)
{
    struct loop *loop = connection->loop;

    connection->fd = address_connect(loop->address);
    if (connection->fd < 0) {
        connection_refused(connection);
        return;
    }
    loop->down--;
    connection->state = CONNECTION_UNDER_WAY;
    connection->since_ns = loop->now_ns;
    connection_poll(connection, EPOLL_CTL_ADD, EPOLLOUT);
}

static bool connection_is_needed(const struct connection *connection)
{
    return !connection->loop->closing || connection->again_count > 0;
}

/* Once more from the start; what was in flight has been ended. */
static void connection_again(struct connection *connection)
{
    struct loop *loop = connection->loop;
    uint64_t delay_ns = retry_delay_ns(loop);

    connection_close(connection);
    connection->since_ns = loop->now_ns + delay_ns;
    if (delay_ns == 0 && connection_is_needed(connection))
        connection_open(connection);
}

static void connection_lost(struct connection *connection, bool orderly)
{
    struct loop *loop = connection->loop;
    uint64_t ended = loop->seen.requests;

    loop->protocol->closed(connection->session, orderly);
    if (loop->seen.requests == ended)
        trouble_note(loop);
    connection_again(connection);
}

/* Keeps what the socket does not take, within reason: a server may ask for replies without end
 * and never read them. */
static void unsent_keep(struct connection *connection, const char *bytes, size_t count)
{
    size_t needed = connection->unsent_bytes + count;
    char *grown = needed <= UNSENT_MAX ? realloc(connection->unsent, needed) : NULL;

    if (grown == NULL) {
        connection_lost(connection, false);
        return;
    }
    memcpy(grown + connection->unsent_bytes, bytes, count);
    connection->unsent = grown;
    connection->unsent_bytes += count;
    connection_poll(connection, EPOLL_CTL_MOD, EPOLLOUT);
}

/* How many bytes the socket took; -1: the connection is gone. */
static ssize_t socket_send(int fd, const char *bytes, size_t count)
{
    ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);

    return sent < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : sent;
}

static void unsent_send(struct connection *connection)
{
    ssize_t sent = socket_send(connection->fd, connection->unsent, connection->unsent_bytes);

    if (sent < 0) {
        connection_lost(connection, false);
        return;
    }
    connection->unsent_bytes -= (size_t)sent;
    memmove(connection->unsent, connection->unsent + sent, connection->unsent_bytes);
    if (connection->unsent_bytes == 0) {
        connection_poll(connection, EPOLL_CTL_MOD, 0);
        connection_flush(connection);
    }
}

static void connection_flush(struct connection *connection)
{
    const struct protocol *protocol = connection->loop->protocol;
    const char *bytes;
    size_t count;

    while ((count = protocol->output(connection->session, &bytes)) > 0) {
        ssize_t sent = connection->unsent_bytes ? 0 : socket_send(connection->fd, bytes, count);
        if (sent < 0) {
            connection_lost(connection, false);
            return;
        }
        if ((size_t)sent < count) {
            unsent_keep(connection, bytes + sent, count - (size_t)sent);
            return;
        }
    }
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* How late a request goes out though a connection was free since free_ns. Before, it was the
 * server that kept it waiting. */
static void late_note(struct loop *loop, uint64_t due_ns, uint64_t free_ns)
{
    uint64_t late_ns = loop->now_ns - (due_ns > free_ns ? due_ns : free_ns);

    if (due_ns < loop->begin_ns || free_ns > loop->now_ns)
        return;
    loop->result->late += late_ns > LOAD_LATE_NS;
    if (late_ns > loop->result->late_ns)
        loop->result->late_ns = late_ns;
}

/* Sends what is due, as far as there is room. */
static void connection_ask(struct connection *connection)
{
    struct loop *loop = connection->loop;
    uint64_t free_ns = earlier(loop->idle_ns, loop->batch_ns);
    unsigned room = loop->protocol->room(connection->session);
    struct exchange exchange;

    while (room > 0 && exchange_take(connection, &exchange)) {
        if (loop->schedule.open && !exchange.again)
            late_note(loop, exchange.due_ns, free_ns);
        loop->protocol->submit(connection->session, &exchange);
        room--;
    }
    if (room > 0)
        ring_push(loop, connection);
    connection_flush(connection);
}

static void connection_made(struct connection *connection)
{
    struct loop *loop = connection->loop;
    int failure = 0;
    socklen_t bytes = sizeof failure;

    getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &failure, &bytes);
    if (failure != 0) {
        connection_close(connection);
        connection_refused(connection);
        return;
    }
    connection->state = CONNECTION_OPEN;
    loop->result->connects++;
    loop->protocol->connected(connection->session);
    connection_poll(connection, EPOLL_CTL_MOD, 0);
    connection_ask(connection);
}

/* False: the connection is gone. */
static bool connection_receive(struct connection *connection, size_t count)
{
    struct loop *loop = connection->loop;
    uint64_t ended = loop->seen.requests;

    if (loop->measuring)
        loop->result->bytes += count;
    if (loop->protocol->receive(connection->session, loop->buffer, count))
        return true;
    if (loop->seen.requests == ended)
        trouble_note(loop);
    connection_again(connection);
    return false;
}

/* Reads once; after a hangup up to the end, and asks nothing more. */
static void connection_read(struct connection *connection, bool hangup)
{
    struct loop *loop = connection->loop;
    ssize_t count;

    do {
        count = recv(connection->fd, loop->buffer, READ_BYTES, MSG_DONTWAIT);
        loop->now_ns = clock_read();
        if (count < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        if (count <= 0) {
            connection_lost(connection, count == 0);
            return;
        }
        if (!connection_receive(connection, (size_t)count))
            return;
    } while (hangup || count == READ_BYTES);
    connection_ask(connection);
}

static void connection_event(struct connection *connection, uint32_t events)
{
    bool hangup = events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);

    if (connection->state == CONNECTION_UNDER_WAY) {
        connection_made(connection);
        return;
    }
    if ((events & EPOLLOUT) && connection->unsent_bytes)
        unsent_send(connection);
    if (connection->state == CONNECTION_OPEN && ((events & EPOLLIN) || hangup))
        connection_read(connection, hangup);
}

/* What time brings. */

static void connection_expire(struct connection *connection)
{
    struct loop *loop = connection->loop;

    if (connection->state != CONNECTION_OPEN) {
        connection_close(connection);
        connection_refused(connection);
    } else if (loop->protocol->expire(connection->session, loop->now_ns - loop->timeout_ns)) {
        connection_ask(connection);
    } else {
        connection_again(connection);
    }
}

static bool connection_is_late(const struct connection *connection)
{
    const struct loop *loop = connection->loop;
    uint64_t since_ns = connection->state == CONNECTION_OPEN
                            ? loop->protocol->oldest_ns(connection->session)
                            : connection->since_ns;

    return since_ns < loop->now_ns && loop->now_ns - since_ns > loop->timeout_ns;
}

static uint64_t tick_length_ns(const struct loop *loop)
{
    uint64_t length_ns = loop->down ? TICK_DOWN_NS : TICK_NS;
    uint64_t fraction_ns = loop->timeout_ns / 8 + 1;

    return fraction_ns < length_ns ? fraction_ns : length_ns;
}

static void loop_tick(struct loop *loop)
{
    for (unsigned i = 0; i < loop->setup->connections && !loop->result->gave_up; i++) {
        struct connection *connection = &loop->connections[i];
        if (connection->state != CONNECTION_DOWN) {
            if (connection_is_late(connection))
                connection_expire(connection);
        } else if (connection_is_needed(connection) && connection->since_ns <= loop->now_ns) {
            connection_open(connection);
        }
    }
    loop->tick_ns = loop->now_ns + tick_length_ns(loop);
}

static bool connection_is_ready(const struct connection *connection)
{
    return connection->state == CONNECTION_OPEN &&
           connection->loop->protocol->room(connection->session) > 0;
}

/* Gives the requests that are due to the connections that wait for them. */
static void loop_dispatch(struct loop *loop)
{
    loop->now_ns = clock_read();
    while (loop->ring_count && !loop->closing && !loop->waiting) {
        uint64_t due_ns = schedule_due(&loop->schedule, loop->now_ns);
        if (due_ns > loop->now_ns)
            return;
        struct connection *connection = ring_pop(loop);
        if (connection_is_ready(connection))
            connection_ask(connection);
        if (loop->ring_count == 0)
            loop->idle_ns = UINT64_MAX;
        loop->now_ns = clock_read();
    }
}

static void loop_progress(struct loop *loop)
{
    struct load_progress *progress = loop->setup->progress;

    if (progress == NULL)
        return;
    atomic_store_explicit(&progress->hits, loop->seen.hits, memory_order_relaxed);
    atomic_store_explicit(&progress->misses, loop->seen.misses, memory_order_relaxed);
    atomic_store_explicit(&progress->errors, loop->seen.errors, memory_order_relaxed);
    atomic_store_explicit(&progress->requests, loop->seen.requests, memory_order_relaxed);
}

/* When there is something to do even if no answer comes. */
static uint64_t loop_wake_ns(const struct loop *loop)
{
    uint64_t wake_ns = loop->tick_ns;

    if (loop->now_ns < loop->deadline_ns)
        wake_ns = earlier(wake_ns, loop->deadline_ns);
    if (!loop->waiting && !loop->measuring)
        wake_ns = earlier(wake_ns, loop->begin_ns);
    if (loop->ring_count && !loop->closing)
        wake_ns = earlier(wake_ns, schedule_due(&loop->schedule, loop->tick_ns));
    return loop->closing ? loop->tick_ns : wake_ns;
}

static int loop_wait(struct loop *loop, struct epoll_event *events)
{
    uint64_t wake_ns = loop_wake_ns(loop);
    uint64_t wait_ns = wake_ns > loop->now_ns ? wake_ns - loop->now_ns : 0;
    struct timespec patience = {.tv_sec = (time_t)(wait_ns / NS_PER_SECOND),
                                .tv_nsec = (long)(wait_ns % NS_PER_SECOND)};

    return epoll_pwait2(loop->poll_fd, events, EVENTS_PER_WAIT, &patience, NULL);
}

/* The clock of the run starts when all connections stand, or when that goes wrong. */
static void loop_start(struct loop *loop)
{
    const struct load_setup *setup = loop->setup;

    loop->waiting = false;
    loop->begin_ns = loop->now_ns + setup->warmup_ns;
    if (setup->duration_ns)
        loop->deadline_ns = loop->begin_ns + setup->duration_ns;
    schedule_begin(&loop->schedule, setup->rate_rps, setup->arrivals, setup->seed, loop->now_ns);
    if (setup->speed > 0)
        schedule_step(loop);
}

static void loop_clock(struct loop *loop)
{
    loop->now_ns = clock_read();
    if (loop->waiting && (loop->ring_count == loop->setup->connections || loop->failures_in_row ||
                          loop->now_ns > loop->begin_ns + CONNECT_NS))
        loop_start(loop);
    if (loop->waiting)
        return;
    if (loop->now_ns >= loop->begin_ns)
        measuring_begin(loop);
    if (time_is_up(loop))
        loop->closing = true;
}

static bool stop_is_asked(const struct loop *loop)
{
    return loop->setup->stop && atomic_load_explicit(loop->setup->stop, memory_order_relaxed);
}

static bool loop_is_over(const struct loop *loop)
{
    return loop->result->stopped || loop->result->gave_up ||
           (loop->closing && loop->in_flight == 0);
}

/* Counts what was due and found no connection free. */
static void loop_count_unsent(struct loop *loop)
{
    uint64_t end_ns = earlier(loop->deadline_ns, loop->now_ns);

    uint64_t id;

    if (!load_is_open(loop->setup))
        return;
    while (schedule_due(&loop->schedule, end_ns) < end_ns && !limit_reached(loop) &&
           request_source_take(&loop->source, &id)) {
        schedule_step(loop);
        loop->started++;
        loop->result->unsent++;
    }
}

static void loop_turn(struct loop *loop)
{
    struct epoll_event events[EVENTS_PER_WAIT];

    while (!loop_is_over(loop)) {
        int count = loop_wait(loop, events);
        loop_clock(loop);
        loop->batch_ns = loop->now_ns;
        for (int i = 0; i < count; i++)
            connection_event(events[i].data.ptr, events[i].events);
        loop_dispatch(loop);
        if (loop->now_ns >= loop->tick_ns)
            loop_tick(loop);
        loop_progress(loop);
        loop->result->stopped = stop_is_asked(loop);
    }
    if (!loop->measuring)
        tally_begin(loop->tally, loop->now_ns);
    loop_count_unsent(loop);
    loop->result->streams = loop->context.allowed;
    tally_end(loop->tally, loop->now_ns);
}

/* Beginning and end. */

/* Are there no times where some are needed? */
static bool loop_lacks_times(const struct loop *loop)
{
    return loop->setup->speed > 0 && loop->source.count && !trace_is_timed(loop->setup->ids);
}

static int loop_allocate(struct loop *loop)
{
    unsigned count = loop->setup->connections;

    loop->connections = calloc(count, sizeof *loop->connections);
    loop->ring = calloc(count, sizeof(struct connection *));
    loop->buffer = malloc(READ_BYTES);
    if (request_source_open(&loop->source, loop->setup->ids) < 0 || !loop->connections ||
        !loop->ring || !loop->buffer)
        return -1;
    for (unsigned i = 0; i < count; i++) {
        loop->connections[i] = (struct connection){.loop = loop, .fd = -1};
        loop->connections[i].session = loop->protocol->create(&loop->context);
        loop->connections[i].again = calloc(loop->context.streams, sizeof(struct exchange));
        if (loop->connections[i].session == NULL || loop->connections[i].again == NULL)
            return -1;
    }
    loop->down = count;
    return 0;
}

static void loop_release(struct loop *loop)
{
    for (unsigned i = 0; loop->connections && i < loop->setup->connections; i++) {
        struct connection *connection = &loop->connections[i];
        if (connection->fd >= 0)
            close(connection->fd);
        if (connection->session)
            loop->protocol->destroy(connection->session);
        free(connection->unsent);
        free(connection->again);
    }
    free(loop->connections);
    free(loop->ring);
    request_source_close(&loop->source);
    free(loop->buffer);
    if (loop->poll_fd >= 0)
        close(loop->poll_fd);
}

static unsigned setup_streams(const struct load_setup *setup)
{
    return setup->http2 && setup->streams ? setup->streams : 1;
}

static void loop_begin(struct loop *loop)
{
    const struct load_setup *setup = loop->setup;

    loop->context = (struct protocol_context){
        .check_id = setup->check_id,
        .streams = setup_streams(setup),
        .allowed = setup_streams(setup),
        .ended = exchange_ended,
        .load = loop,
    };
    loop->slots = setup->connections * loop->context.streams;
    request_head_render(&loop->context.head, &setup->target);
    loop->waiting = true;
    loop->now_ns = clock_read();
    loop->begin_ns = loop->now_ns;
    loop->deadline_ns = UINT64_MAX;
    loop->timeout_ns = setup->timeout_ns ? setup->timeout_ns : LOAD_TIMEOUT_NS;
    loop->tick_ns = loop->batch_ns = loop->now_ns;
    loop->idle_ns = UINT64_MAX;
}

int loop_run(const struct load_setup *setup, const struct protocol *protocol,
             const struct address *address, struct tally *tally, struct error *error)
{
    struct loop loop = {.setup = setup,
                        .protocol = protocol,
                        .address = address,
                        .tally = tally,
                        .result = tally->result};
    int status = -1;

    loop_begin(&loop);
    loop.poll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (loop.poll_fd < 0) {
        error_set(error, "epoll: %s", strerror(errno));
    } else if (loop_allocate(&loop) < 0) {
        error_set(error, "out of memory for %u connections", setup->connections);
    } else if (loop_lacks_times(&loop)) {
        error_set(error, "the trace has no times: give a rate instead of a speed");
    } else {
        loop_turn(&loop);
        status = 0;
    }
    loop_release(&loop);
    return status;
}
