/* load_connection.c - moves bytes between the sockets and the protocol's sessions. */
#include "load_connection.h"

#include "clock.h"
#include "load_exchange.h"
#include "xmalloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define UNSENT_BYTES_MAX (4 << 20)         /* 10,000 HTTP/2 requests take less */
#define IDLE_CLOSE_NS    (100 * NS_PER_MS) /* a server may close a connection that old at any time */
#define RETRY_DOUBLINGS  7 /* the longest wait before reconnecting is 1 ms << 7 = 128 ms */

static void connection_flush(struct connection *connection);
static void connection_send_due(struct connection *connection);

/* The idle queue. */

static void idle_push(struct loop *loop, struct connection *connection)
{
    if (connection->idle)
        return;
    connection->idle = true;
    if (loop->idle_count == 0)
        loop->idle_since_ns = loop->now_ns;
    loop->idle_queue[(loop->idle_first + loop->idle_count++) % loop->setup->connections] =
        connection;
}

static struct connection *idle_pop(struct loop *loop)
{
    struct connection *connection = loop->idle_queue[loop->idle_first];
    loop->idle_first = (loop->idle_first + 1) % loop->setup->connections;
    loop->idle_count--;
    connection->idle = false;
    return connection;
}

static bool connection_is_ready(const struct connection *connection)
{
    return connection->state == CONNECTION_OPEN &&
           connection->loop->protocol->available(connection->session) > 0;
}

void connection_send_next(struct loop *loop)
{
    struct connection *connection = idle_pop(loop);
    if (connection_is_ready(connection))
        connection_send_due(connection);
    if (loop->idle_count == 0)
        loop->idle_since_ns = UINT64_MAX;
}

/* Connecting and reconnecting. */

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

/* 0 in the first round of failures, then 2, 4, ... up to 128 ms. */
static uint64_t retry_delay_ns(const struct loop *loop)
{
    uint64_t rounds = loop->failures_in_row / loop->in_flight_max;
    if (rounds == 0)
        return 0;
    return NS_PER_MS << (rounds < RETRY_DOUBLINGS ? rounds : RETRY_DOUBLINGS);
}

/* No connection: the request that it would have carried has failed. */
static void connection_refused(struct connection *connection)
{
    struct loop *loop = connection->loop;
    struct exchange exchange;
    if (exchange_next(connection, &exchange))
        exchange_ended(loop, &exchange, &(struct outcome){.failure = LOAD_REFUSED});
    else
        failure_count(loop);
    connection->since_ns = loop->now_ns + retry_delay_ns(loop);
}

void connection_open(struct connection *connection)
{
    struct loop *loop = connection->loop;
    connection->fd = address_connect(loop->address);
    if (connection->fd < 0) {
        connection_refused(connection);
        return;
    }
    loop->down--;
    connection->state = CONNECTION_CONNECTING;
    connection->since_ns = loop->now_ns;
    connection_poll(connection, EPOLL_CTL_ADD, EPOLLOUT);
}

static bool connection_is_needed(const struct connection *connection)
{
    return !connection->loop->closing || connection->retry_count > 0;
}

/* Nothing may be in flight. */
static void connection_reconnect(struct connection *connection)
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
    uint64_t before = loop->total.requests;
    bool idle_close = orderly && loop->now_ns - connection->since_ns >= IDLE_CLOSE_NS;
    loop->protocol->closed(connection->session, orderly);
    if (loop->total.requests == before && !idle_close)
        failure_count(loop);
    connection_reconnect(connection);
}

static void connection_established(struct connection *connection)
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
    connection_send_due(connection);
}

/* Writing. */

/* Keeps bytes that the socket does not accept, up to a limit: a server may request replies without
 * end (HTTP/2 PING) and never read them. */
static void unsent_append(struct connection *connection, const char *bytes, size_t count)
{
    size_t needed = connection->unsent_bytes + count;
    if (needed > UNSENT_BYTES_MAX) {
        connection_lost(connection, false);
        return;
    }
    connection->unsent = xreallocarray(connection->unsent, needed, 1);
    memcpy(connection->unsent + connection->unsent_bytes, bytes, count);
    connection->unsent_bytes = needed;
    connection_poll(connection, EPOLL_CTL_MOD, EPOLLOUT);
}

/* The number of bytes that the socket accepted; -1: the connection is lost. */
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
            unsent_append(connection, bytes + sent, count - (size_t)sent);
            return;
        }
    }
}

/* Notes by how much the generator itself sends a request late: since it was due, or since a
 * connection was free (free_ns) if that was later. Before that, the server caused the delay. */
static void late_note(struct loop *loop, uint64_t due_ns, uint64_t free_ns)
{
    uint64_t late_ns = loop->now_ns - (due_ns > free_ns ? due_ns : free_ns);
    if (due_ns < loop->begin_ns || free_ns > loop->now_ns)
        return;
    loop->result->late += late_ns > LOAD_LATE_NS;
    if (late_ns > loop->result->late_ns)
        loop->result->late_ns = late_ns;
}

/* Sends as many due requests as the connection can take. */
static void connection_send_due(struct connection *connection)
{
    struct loop *loop = connection->loop;
    uint64_t free_ns = earlier(loop->idle_since_ns, loop->events_ns);
    unsigned available = loop->protocol->available(connection->session);
    struct exchange exchange;
    while (available > 0 && exchange_next(connection, &exchange)) {
        if (loop->schedule.open && !exchange.is_retry)
            late_note(loop, exchange.due_ns, free_ns);
        loop->protocol->submit(connection->session, &exchange);
        available--;
    }
    if (available > 0)
        idle_push(loop, connection);
    connection_flush(connection);
}

/* Reading. */

/* False: the connection was closed. */
static bool connection_receive(struct connection *connection, size_t count)
{
    struct loop *loop = connection->loop;
    uint64_t before = loop->total.requests;
    if (loop->measuring)
        loop->result->bytes += count;
    if (loop->protocol->receive(connection->session, loop->buffer, count))
        return true;
    if (loop->total.requests == before)
        failure_count(loop);
    connection_reconnect(connection);
    return false;
}

/* Reads until the socket is empty; after a hangup until its end. */
static void connection_read(struct connection *connection, bool hangup)
{
    struct loop *loop = connection->loop;
    ssize_t count;
    do {
        count = recv(connection->fd, loop->buffer, READ_BYTES, MSG_DONTWAIT);
        loop->now_ns = clock_ns();
        if (count < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        if (count <= 0) {
            connection_lost(connection, count == 0);
            return;
        }
        if (!connection_receive(connection, (size_t)count))
            return;
    } while (hangup || count == READ_BYTES);
    connection_send_due(connection);
}

void connection_event(struct connection *connection, uint32_t events)
{
    bool hangup = events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);
    if (connection->state == CONNECTION_CONNECTING) {
        connection_established(connection);
        return;
    }
    if ((events & EPOLLOUT) && connection->unsent_bytes)
        unsent_send(connection);
    if (connection->state == CONNECTION_OPEN && ((events & EPOLLIN) || hangup))
        connection_read(connection, hangup);
}

/* Timeouts. */

static void connection_expire(struct connection *connection)
{
    struct loop *loop = connection->loop;
    if (connection->state != CONNECTION_OPEN) {
        connection_close(connection);
        connection_refused(connection);
    } else if (loop->protocol->expire(connection->session, loop->now_ns - loop->timeout_ns)) {
        connection_send_due(connection);
    } else {
        connection_reconnect(connection);
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

void connection_tick(struct connection *connection)
{
    if (connection->state != CONNECTION_DOWN) {
        if (connection_is_late(connection))
            connection_expire(connection);
    } else if (connection_is_needed(connection) &&
               connection->since_ns <= connection->loop->now_ns) {
        connection_open(connection);
    }
}

/* Beginning and end. */

void connections_create(struct loop *loop)
{
    unsigned count = loop->setup->connections;
    loop->connections = xcalloc(count, sizeof *loop->connections);
    loop->idle_queue = xcalloc(count, sizeof(struct connection *));
    for (unsigned i = 0; i < count; i++)
        loop->connections[i] = (struct connection){
            .loop = loop,
            .fd = -1,
            .session = loop->protocol->create(&loop->context),
            .retries = xcalloc(loop->context.streams, sizeof(struct exchange)),
        };
    loop->down = count;
}

void connections_destroy(struct loop *loop)
{
    for (unsigned i = 0; i < loop->setup->connections; i++) {
        struct connection *connection = &loop->connections[i];
        if (connection->fd >= 0)
            close(connection->fd);
        loop->protocol->destroy(connection->session);
        free(connection->unsent);
        free(connection->retries);
    }
    free(loop->connections);
    free(loop->idle_queue);
}
