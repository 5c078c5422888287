/* server_connection.c - accepts connections, passes requests to the handler, sends the replies. */
#include "server_loop.h"

#include "clock.h"

#include <errno.h>

#define ACCEPTS_PER_TURN 16 /* before requests are served again */

static struct connection *connection_of(h2o_req_t *request)
{
    return request->conn->callbacks->get_socket(request->conn)->on_close.data;
}

/* Replies. */

static void reply_done(void *memory)
{
    struct reply_in_flight *sent = memory;
    *sent->link = sent->next;
    if (sent->next)
        sent->next->link = sent->link;
    counter_advance(&sent->loop->replies_done);
    reply_release(sent->loop->server->handler, &sent->reply);
}

/* Keeps what the body lies in until h2o frees the request's pool. */
static void reply_keep(h2o_req_t *request, struct loop *loop, const struct reply *reply)
{
    struct reply_in_flight *sent = h2o_mem_alloc_shared(&request->pool, sizeof *sent, reply_done);
    *sent = (struct reply_in_flight){loop->sent, &loop->sent, loop, *reply};
    if (sent->next)
        sent->next->link = &sent->next;
    loop->sent = sent;
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

/* Whether an HTTP/1.1 connection is closed after this reply. */
static bool request_is_last(const struct loop *loop, h2o_req_t *request)
{
    uint64_t limit = loop->server->setup.connection_requests;
    return loop->stage != SERVING || (limit > 0 && connection_of(request)->requests >= limit);
}

static void reply_send(struct loop *loop, h2o_req_t *request, const struct reply *reply)
{
    static h2o_generator_t generator = {NULL, NULL};
    h2o_iovec_t body = {(char *)reply->body.bytes, reply->body.count};
    if (reply->record || reply->text)
        reply_keep(request, loop, reply);
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

void connection_drain(struct connection *connection)
{
    if (connection->waiting == 0)
        shutdown(h2o_socket_get_fd(connection->socket), SHUT_RD);
}

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

static void connection_open(struct loop *loop, h2o_socket_t *socket)
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

/* Listeners. A loop stops reading them when it has as many connections as it may, or no descriptor
 * for another, until a connection is closed or the next tick. */

static void listeners_pause(struct loop *loop)
{
    loop->paused = true;
    for (size_t i = 0; i < LISTENERS; i++)
        if (loop->listeners[i])
            h2o_socket_read_stop(loop->listeners[i]);
}

void listener_readable(h2o_socket_t *listener, const char *error)
{
    struct loop *loop = listener->data;
    /* with several loops each accepts one connection at a time, so that they share them evenly */
    unsigned left = loop->server->loop_count > 1 ? 1 : ACCEPTS_PER_TURN;
    if (error)
        return;
    for (; left > 0 && loop->connection_count < loop->connection_limit; left--) {
        h2o_socket_t *socket = h2o_evloop_socket_accept(listener);
        if (socket == NULL)
            break;
        connection_open(loop, socket);
    }
    if (loop->connection_count >= loop->connection_limit ||
        (left > 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)))
        listeners_pause(loop);
}

void listeners_resume(struct loop *loop)
{
    if (!loop->paused || loop->connection_count >= loop->connection_limit)
        return;
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

/* Requests. */

/* h2o frees the request: it was answered, or its client has gone. */
static void slot_released(void *memory)
{
    struct waiting_request **slot = memory;
    if (*slot == NULL)
        return;
    (*slot)->request = NULL;
    (*slot)->connection->waiting--;
}

static void waiter_wake(struct waiter *waiter)
{
    struct waiting_request *waiting =
        H2O_STRUCT_FROM_MEMBER(struct waiting_request, waiter, waiter);
    h2o_multithread_send_message(&waiting->loop->wake_receiver, &waiting->message);
}

static struct waiter *waiting_create(void *context)
{
    h2o_req_t *request = context;
    struct connection *connection = connection_of(request);
    struct waiting_request *waiting = h2o_mem_alloc(sizeof *waiting);
    *waiting = (struct waiting_request){.waiter.wake = waiter_wake,
                                        .loop = connection->loop,
                                        .connection = connection,
                                        .request = request};
    waiting->slot = h2o_mem_alloc_shared(&request->pool, sizeof *waiting->slot, slot_released);
    *waiting->slot = waiting;
    connection->waiting++;
    connection->loop->waiting++;
    counter_advance(&connection->loop->waits);
    return &waiting->waiter;
}

static void waiting_answer(struct waiting_request *waiting)
{
    struct loop *loop = waiting->loop;
    struct connection *connection = waiting->connection;
    struct reply reply;
    *waiting->slot = NULL;
    connection->waiting--;
    if (loop->stage != SERVING)
        connection_drain(connection);
    waiter_resume(&waiting->waiter, connection->recent, &reply);
    reply_send(loop, waiting->request, &reply);
}

void wake_received(h2o_multithread_receiver_t *receiver, h2o_linklist_t *messages)
{
    struct loop *loop = H2O_STRUCT_FROM_MEMBER(struct loop, wake_receiver, receiver);
    while (!h2o_linklist_is_empty(messages)) {
        struct waiting_request *waiting =
            H2O_STRUCT_FROM_MEMBER(struct waiting_request, message.link, messages->next);
        h2o_linklist_unlink(&waiting->message.link);
        if (waiting->request)
            waiting_answer(waiting);
        else
            waiter_release(loop->server->handler, &waiting->waiter);
        loop->waiting--;
        counter_advance(&loop->waits_done);
        free(waiting);
    }
}

int request_received(h2o_handler_t *self, h2o_req_t *received)
{
    struct connection *connection = connection_of(received);
    struct loop *loop = connection->loop;
    struct request request = {
        .method = {received->input.method.base, received->input.method.len},
        .path = {received->input.path.base, received->input.path.len},
        .recent = connection->recent,
        .now_ns = clock_ns(),
        .wait = waiting_create,
        .context = received,
    };
    struct reply reply;
    connection->requests++;
    if (worker_request(loop->worker, &request, &reply))
        reply_send(loop, received, &reply);
    else
        loop_schedule_fetch(loop);
    return 0;
}
