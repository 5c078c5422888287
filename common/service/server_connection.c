/* server_connection.c - accepts connections, and stands between their sockets and h2o. */
#include "server_loop.h"

#include "clock.h"

#include <errno.h>
#include <h2o/http1.h>
#include <h2o/http2.h>

#define ACCEPTS_PER_TURN 16 /* before requests are served again */

static const struct span http2_preface = {"PRI", 3}; /* its beginning: no method is called so */

/* Reading. h2o's callbacks for a socket's input and output are replaced by ours, which call them:
 * h2o 2.2 has no other way to look at what it is given. */

/* h2o sets its callback anew when it has stopped reading for a while. */
static void connection_watch_input(struct connection *connection);

/* Ends a connection in its own callback. */
static void connection_end(struct connection *connection)
{
    connection_abort(connection);
    connection->read(connection->socket, h2o_socket_error_closed);
}

/* h2o has handled input or output. It stops reading while it answers a request of HTTP/1.1, and
 * when an HTTP/2 client reads too little of what it asked for. */
static void connection_check(struct connection *connection)
{
    bool reading = h2o_socket_is_reading(connection->socket);
    if (reading)
        connection_watch_input(connection);
    if (connection->http2 && (!reading || connection->aborted || connection_is_abusive(connection)))
        connection_end(connection);
    else if (reading && connection->socket->input->bytes && !connection_keep_input(connection))
        connection_end(connection);
}

/* Calls h2o, which may close the connection. */
static void connection_call(struct connection *connection, h2o_socket_cb callback,
                            const char *error)
{
    struct loop *loop = connection->loop;
    loop->current = connection;
    callback(connection->socket, error);
    if (loop->current == connection)
        connection_check(connection);
    loop->current = NULL;
}

/* Looks at the last bytes of the input. */
static bool input_filter(struct connection *connection, size_t received)
{
    h2o_buffer_t *input = connection->socket->input;
    size_t count = received + connection->filter.pending, before = input->size - count;
    if (!http2_filter_run(&connection->filter, (unsigned char *)input->bytes + before, &count,
                          clock_ns()))
        return false;
    input->size = before + count;
    return true;
}

static void connection_readable(h2o_socket_t *socket, const char *error)
{
    struct connection *connection = socket->on_close.data;
    if (error == NULL && connection->http2 && !input_filter(connection, socket->bytes_read))
        error = h2o_socket_error_closed;
    connection_call(connection, connection->read, error);
}

static void connection_watch_input(struct connection *connection)
{
    h2o_socket_t *socket = connection->socket;
    if (socket->_cb.read == connection_readable)
        return;
    connection->read = socket->_cb.read;
    socket->_cb.read = connection_readable;
}

/* After a failed write h2o would go on with the requests that it has read already. */
static void reply_written(h2o_socket_t *socket, const char *error)
{
    struct connection *connection = socket->on_close.data;
    if (error && connection->exchange)
        connection->exchange->request->http1_is_persistent = 0;
    connection_call(connection, connection->written, error);
}

void connection_watch_reply(struct connection *connection)
{
    h2o_socket_t *socket = connection->socket;
    connection->written = socket->_cb.write;
    socket->_cb.write = reply_written;
}

/* The beginning and the end. */

static void connection_accept(h2o_socket_t *socket, const char *error)
{
    struct connection *connection = socket->on_close.data;
    struct loop *loop = connection->loop;
    struct timeval now = *h2o_get_timestamp(&loop->context, NULL, NULL);
    if (connection->http2)
        h2o_http2_accept(&loop->accept, socket, now);
    else
        h2o_http1_accept(&loop->accept, socket, now);
}

/* The first bytes say which protocol it is. */
static void connection_begin(h2o_socket_t *socket, const char *error)
{
    struct connection *connection = socket->on_close.data;
    if (error) {
        h2o_socket_close(socket);
        return;
    }
    if (socket->input->size < http2_preface.count)
        return;
    h2o_linklist_unlink(&connection->silent);
    connection->http2 = memcmp(socket->input->bytes, http2_preface.bytes, http2_preface.count) == 0;
    if (connection->http2 && !input_filter(connection, socket->input->size))
        h2o_socket_close(socket);
    else
        connection_call(connection, connection_accept, NULL);
}

void connection_drain(struct connection *connection)
{
    if (connection->open == 0)
        shutdown(h2o_socket_get_fd(connection->socket), SHUT_RD);
}

static void connection_closed(void *data)
{
    struct connection *connection = data;
    struct loop *loop = connection->loop;
    if (loop->cursor == connection)
        loop->cursor = connection->next;
    if (loop->hand == connection)
        loop->hand = connection->next;
    if (loop->current == connection)
        loop->current = NULL;
    *connection->link = connection->next;
    if (connection->next)
        connection->next->link = connection->link;
    if (h2o_linklist_is_linked(&connection->silent))
        h2o_linklist_unlink(&connection->silent);
    loop->unsent_bytes -= connection->unsent_bytes;
    worker_disconnect(loop->worker, connection->recent);
    loop->connection_count--;
    free(connection);
    listeners_resume(loop);
}

static void connection_open(struct loop *loop, h2o_socket_t *socket)
{
    uint64_t now_ns = clock_ns();
    struct connection *connection = h2o_mem_alloc(sizeof *connection);
    *connection = (struct connection){.next = loop->connections,
                                      .link = &loop->connections,
                                      .loop = loop,
                                      .socket = socket,
                                      .last_ns = now_ns,
                                      .recent = worker_connect(loop->worker)};
    if (connection->next)
        connection->next->link = &connection->next;
    loop->connections = connection;
    loop->connection_count++;
    http2_filter_init(&connection->filter, now_ns);
    h2o_linklist_insert(&loop->silent, &connection->silent);
    socket->on_close.cb = connection_closed;
    socket->on_close.data = connection;
    h2o_socket_read_start(socket, connection_begin);
}

/* Listeners. When a client wants to connect and the loop has as many connections as it may, or no
 * descriptor for another, the loop stops reading them and closes an idle connection. */

static void listeners_pause(struct loop *loop)
{
    loop->paused = true;
    for (size_t i = 0; i < LISTENERS; i++)
        if (loop->listeners[i])
            h2o_socket_read_stop(loop->listeners[i]);
    connections_make_room(loop);
}

void listener_readable(h2o_socket_t *listener, const char *error)
{
    struct loop *loop = listener->data;
    /* with several loops each accepts one connection at a time, so that they share them evenly */
    unsigned left = loop->server->loop_count > 1 ? 1 : ACCEPTS_PER_TURN;
    if (error)
        return;
    if (loop->connection_count >= loop->connection_limit) {
        listeners_pause(loop);
        return;
    }
    for (; left > 0 && loop->connection_count < loop->connection_limit; left--) {
        h2o_socket_t *socket = h2o_evloop_socket_accept(listener);
        if (socket == NULL)
            break;
        connection_open(loop, socket);
    }
    if (left > 0 && loop->connection_count < loop->connection_limit &&
        (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS))
        listeners_pause(loop);
}

void listeners_resume(struct loop *loop)
{
    if (!loop->paused)
        return;
    if (loop->connection_count >= loop->connection_limit) {
        connections_make_room(loop);
        return;
    }
    loop->paused = false;
    for (size_t i = 0; i < LISTENERS; i++)
        if (loop->listeners[i])
            h2o_socket_read_start(loop->listeners[i], listener_readable);
}

void listeners_close(struct loop *loop)
{
    for (size_t i = 0; i < LISTENERS; i++) {
        if (loop->listeners[i])
            h2o_socket_close(loop->listeners[i]);
        loop->listeners[i] = NULL;
    }
}
