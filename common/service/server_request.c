/* server_request.c - passes requests to the handler, when it is their turn, and sends the replies.
 */
#include "server_loop.h"

#include "clock.h"
#include "request_head.h"

#include <poll.h>

/* A client gets a small share of each turn: h2o would go on with one connection until all that it
 * has read is answered. */
#define TURN_REQUESTS 4   /* of an HTTP/1.1 connection that does not wait for replies */
#define TURN_WOKEN    256 /* replies after fetches, of a loop */
#define TURN_PUT_OFF  256 /* requests that were postponed, of a loop */

#define COSTLY_MAX   64 /* waiting, per loop */
#define COSTLY_SHARE 10 /* costly endpoints get 1 / COSTLY_SHARE of the time */

#define FIELDS_MAX   100  /* header fields, as h2o allows in HTTP/1.1 */
#define UNSENT_BYTES 6144 /* what an exchange keeps besides its body: h2o's stream and its pool */
#define HTTP_2       0x200
#define HTTP_1_1     0x101

static struct connection *connection_of(h2o_req_t *request)
{
    return request->conn->callbacks->get_socket(request->conn)->on_close.data;
}

/* Exchanges. */

/* A waiting request that cannot be taken out of its fetch is freed when it is woken. */
static void waiting_abandon(struct exchange *exchange)
{
    struct waiting_request *waiting = exchange->waiting;
    struct loop *loop = waiting->loop;
    waiting->exchange = NULL;
    if (!waiter_cancel(loop->server->handler, &waiting->waiter))
        return;
    loop->waiting--;
    counter_advance(&loop->waits_done);
    free(waiting);
}

static void reply_done(struct exchange *exchange)
{
    struct connection *connection = exchange->connection;
    struct loop *loop = connection->loop;
    if (!connection->aborted) {
        connection->unsent_bytes -= exchange->unsent_bytes;
        loop->unsent_bytes -= exchange->unsent_bytes;
    }
    counter_advance(&loop->replies_done);
    reply_release(loop->server->handler, &exchange->reply);
}

/* h2o frees the request: it was answered, or its client has gone. */
static void exchange_ended(void *memory)
{
    struct exchange *exchange = memory;
    struct connection *connection = exchange->connection;
    if (h2o_linklist_is_linked(&exchange->link))
        h2o_linklist_unlink(&exchange->link);
    connection->loop->costly_count -= exchange->costly;
    if (exchange->waiting)
        waiting_abandon(exchange);
    if (exchange->replied)
        reply_done(exchange);
    else
        connection->abandoned++;
    if (connection->exchange == exchange)
        connection->exchange = NULL;
    if (--connection->open == 0 && connection->loop->stage != SERVING)
        connection_drain(connection);
}

static struct exchange *exchange_begin(struct connection *connection, h2o_req_t *request)
{
    struct exchange *exchange =
        h2o_mem_alloc_shared(&request->pool, sizeof *exchange, exchange_ended);
    exchange->link = (h2o_linklist_t){0};
    exchange->connection = connection;
    exchange->request = request;
    exchange->waiting = NULL;
    exchange->replied = exchange->costly = false; /* the rest is set with the reply */
    connection->open++;
    if (!connection->http2)
        connection->exchange = exchange;
    return exchange;
}

/* Takes the first exchange out of a list. */
static struct exchange *exchange_next(h2o_linklist_t *list)
{
    struct exchange *first = H2O_STRUCT_FROM_MEMBER(struct exchange, link, list->next);
    h2o_linklist_unlink(&first->link);
    return first;
}

/* Replies. */

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
    if (reply->retry_after)
        h2o_add_header_by_str(&request->pool, &request->res.headers, H2O_STRLIT("retry-after"), 0,
                              NULL, H2O_STRLIT("1"));
}

/* Whether an HTTP/1.1 connection is closed after this reply. */
static bool request_is_last(const struct connection *connection)
{
    uint64_t limit = connection->loop->server->setup.connection_requests;
    return connection->loop->stage != SERVING || connection->aborted ||
           (limit > 0 && connection->requests >= limit);
}

/* Counts what the reply keeps until it is sent. */
static void reply_begin_sending(struct exchange *exchange, uint64_t now_ns)
{
    struct connection *connection = exchange->connection;
    struct loop *loop = connection->loop;
    exchange->replied = true;
    exchange->sent_ns = now_ns;
    exchange->unsent_bytes = UNSENT_BYTES + (exchange->reply.text ? exchange->reply.body.count : 0);
    h2o_linklist_insert(&loop->sent, &exchange->link);
    counter_advance(&loop->replies);
    if (connection->aborted)
        return;
    connection->unsent_bytes += exchange->unsent_bytes;
    loop->unsent_bytes += exchange->unsent_bytes;
}

/* The exchange may end here, when too much is unsent. */
static void reply_send(struct exchange *exchange, uint64_t now_ns)
{
    static h2o_generator_t generator = {NULL, NULL};
    struct connection *connection = exchange->connection;
    struct loop *loop = connection->loop;
    const struct reply *reply = &exchange->reply;
    h2o_req_t *request = exchange->request;
    h2o_iovec_t body = {(char *)reply->body.bytes, reply->body.count};
    reply_begin_sending(exchange, now_ns);
    request->res.status = (int)reply->status;
    request->res.reason = reply->reason;
    request->res.content_length = body.len;
    if (request_is_last(connection))
        request->http1_is_persistent = 0;
    headers_add(request, reply);
    h2o_start_response(request, &generator);
    h2o_send(request, &body, !reply->head, H2O_SEND_STATE_FINAL);
    if (!connection->http2)
        connection_watch_reply(connection);
    loop->unfinished |= !loop->running;
    if (loop->unsent_bytes > loop->unsent_limit)
        replies_trim(loop);
}

static void request_fail(struct exchange *exchange, enum failure failure, uint64_t now_ns)
{
    exchange->reply = reply_begin(false);
    reply_fail(&exchange->reply, failure);
    reply_send(exchange, now_ns);
}

/* Waiting for a fetch or a dump. */

static void waiter_wake(struct waiter *waiter)
{
    struct waiting_request *waiting =
        H2O_STRUCT_FROM_MEMBER(struct waiting_request, waiter, waiter);
    h2o_multithread_send_message(&waiting->loop->wake_receiver, &waiting->message);
}

static struct waiter *waiting_create(void *context)
{
    struct exchange *exchange = context;
    struct loop *loop = exchange->connection->loop;
    if (loop->waiting >= loop->waiting_limit)
        return NULL;
    struct waiting_request *waiting = h2o_mem_alloc(sizeof *waiting);
    *waiting =
        (struct waiting_request){.waiter.wake = waiter_wake, .loop = loop, .exchange = exchange};
    exchange->waiting = waiting;
    loop->waiting++;
    counter_advance(&loop->waits);
    return &waiting->waiter;
}

void wake_received(h2o_multithread_receiver_t *receiver, h2o_linklist_t *messages)
{
    struct loop *loop = H2O_STRUCT_FROM_MEMBER(struct loop, wake_receiver, receiver);
    h2o_linklist_insert_list(&loop->woken, messages);
    loop->unfinished = true;
}

static void waiting_answer(struct waiting_request *waiting, uint64_t now_ns)
{
    struct exchange *exchange = waiting->exchange;
    exchange->waiting = NULL;
    waiter_resume(&waiting->waiter, exchange->connection->recent, &exchange->reply);
    reply_send(exchange, now_ns);
}

/* The next costly endpoint may be answered after a rest. */
static void costly_end(struct server *server, uint64_t began_ns)
{
    uint64_t done_ns = clock_ns();
    atomic_store(&server->costly_after_ns, done_ns + (COSTLY_SHARE - 1) * (done_ns - began_ns));
    atomic_flag_clear(&server->answering_costly);
}

static void woken_answer(struct loop *loop, uint64_t now_ns)
{
    for (int i = 0; i < TURN_WOKEN && !h2o_linklist_is_empty(&loop->woken); i++) {
        struct waiting_request *waiting =
            H2O_STRUCT_FROM_MEMBER(struct waiting_request, message.link, loop->woken.next);
        h2o_linklist_unlink(&waiting->message.link);
        if (waiting->exchange)
            waiting_answer(waiting, now_ns);
        else
            waiter_release(loop->server->handler, &waiting->waiter);
        if (waiting->costly_ns > 0)
            costly_end(loop->server, waiting->costly_ns);
        loop->waiting--;
        counter_advance(&loop->waits_done);
        free(waiting);
    }
}

/* Answering. */

static void costly_add(struct exchange *exchange, uint64_t now_ns)
{
    struct loop *loop = exchange->connection->loop;
    if (loop->costly_count >= COSTLY_MAX || loop->stage == CLOSING) {
        request_fail(exchange, BUSY, now_ns);
        return;
    }
    exchange->costly = true;
    loop->costly_count++;
    h2o_linklist_insert(&loop->costly, &exchange->link);
}

/* Returns whether the exchange waits. If not, it may have ended. */
static bool exchange_answer(struct exchange *exchange, uint64_t now_ns, bool defer)
{
    h2o_req_t *received = exchange->request;
    struct connection *connection = exchange->connection;
    struct request request = {
        .method = {received->input.method.base, received->input.method.len},
        .path = {received->input.path.base, received->input.path.len},
        .recent = connection->recent,
        .now_ns = now_ns,
        .wait = waiting_create,
        .context = exchange,
        .defer = defer,
    };
    switch (worker_request(connection->loop->worker, &request, &exchange->reply)) {
    case REQUEST_ANSWERED:
        reply_send(exchange, now_ns);
        return false;
    case REQUEST_WAITS:
        loop_schedule_fetch(connection->loop);
        return true;
    case REQUEST_DEFERRED:
        costly_add(exchange, now_ns);
        break;
    }
    return false;
}

/* A client that does not wait for replies may have gone: h2o does not read then, so that it cannot
 * notice. */
static bool connection_is_dead(const struct connection *connection)
{
    struct pollfd polled = {.fd = h2o_socket_get_fd(connection->socket)};
    return poll(&polled, 1, 0) == 1 && polled.revents & (POLLERR | POLLHUP);
}

static void postponed_answer(struct loop *loop, uint64_t now_ns)
{
    for (int i = 0; i < TURN_PUT_OFF && !h2o_linklist_is_empty(&loop->postponed); i++) {
        struct exchange *exchange = exchange_next(&loop->postponed);
        if (connection_is_dead(exchange->connection))
            exchange->request->http1_is_persistent = 0;
        exchange_answer(exchange, now_ns, true);
    }
}

/* Costly endpoints: one at a time, in all loops, and then a rest. A dump is made aside; its end is
 * the end of its turn. */

static void costly_answer_first(struct loop *loop, uint64_t now_ns)
{
    struct exchange *exchange = exchange_next(&loop->costly);
    exchange->costly = false;
    loop->costly_count--;
    if (exchange_answer(exchange, now_ns, false))
        exchange->waiting->costly_ns = now_ns;
    else
        costly_end(loop->server, now_ns);
}

static void costly_refuse(struct loop *loop, uint64_t now_ns)
{
    while (!h2o_linklist_is_empty(&loop->costly)) {
        struct exchange *exchange = exchange_next(&loop->costly);
        exchange->costly = false;
        loop->costly_count--;
        request_fail(exchange, BUSY, now_ns);
    }
}

static void costly_answer(struct loop *loop, uint64_t now_ns)
{
    struct server *server = loop->server;
    if (loop->stage == CLOSING)
        costly_refuse(loop, now_ns);
    if (h2o_linklist_is_empty(&loop->costly) || now_ns < atomic_load(&server->costly_after_ns) ||
        atomic_flag_test_and_set(&server->answering_costly))
        return;
    costly_answer_first(loop, now_ns);
}

void requests_continue(struct loop *loop)
{
    if (h2o_linklist_is_empty(&loop->woken) && h2o_linklist_is_empty(&loop->postponed) &&
        h2o_linklist_is_empty(&loop->costly))
        return;
    uint64_t now_ns = clock_ns();
    woken_answer(loop, now_ns);
    postponed_answer(loop, now_ns);
    costly_answer(loop, now_ns);
}

int32_t requests_rest_ms(struct loop *loop)
{
    uint64_t now_ns, after_ns;
    if (!h2o_linklist_is_empty(&loop->woken) || !h2o_linklist_is_empty(&loop->postponed))
        return 0;
    if (h2o_linklist_is_empty(&loop->costly))
        return TURN_MS;
    now_ns = clock_ns();
    after_ns = atomic_load(&loop->server->costly_after_ns);
    uint64_t rest_ms = after_ns > now_ns ? (after_ns - now_ns) / NS_PER_MS + 1 : 1;
    return rest_ms < TURN_MS ? (int32_t)rest_ms : TURN_MS;
}

/* Receiving. */

/* What is wrong with a request that h2o has accepted; 0: nothing. */
static enum failure request_failure(h2o_req_t *request, const struct connection *connection)
{
    const h2o_buffer_t *input = connection->socket->input;
    if (request->headers.size > FIELDS_MAX)
        return FIELDS_TOO_MANY;
    if (request->version == HTTP_1_1 &&
        request->input.authority.base == request->hostconf->authority.hostport.base)
        return BAD_MESSAGE;
    if (request->entity.base == NULL)
        return NO_FAILURE;
    if (request->version < HTTP_2 &&
        request_head_is_ambiguous((struct span){input->bytes, input->size}))
        return BAD_MESSAGE;
    return request->entity.len > 0 ? BODY_UNWANTED : NO_FAILURE;
}

/* HTTP/2 has a limit of its own, in the filter. */
static bool connection_has_had_its_turn(struct connection *connection)
{
    if (connection->turn != connection->loop->turn) {
        connection->turn = connection->loop->turn;
        connection->turn_requests = 0;
    }
    return ++connection->turn_requests > TURN_REQUESTS && !connection->http2;
}

int request_received(h2o_handler_t *self, h2o_req_t *request)
{
    struct connection *connection = connection_of(request);
    struct exchange *exchange = exchange_begin(connection, request);
    enum failure failure = request_failure(request, connection);
    connection->requests++;
    connection->last_ns = clock_ns();
    if (failure != NO_FAILURE) {
        request->http1_is_persistent = 0;
        if (failure == FIELDS_TOO_MANY)
            connection_abort(connection);
        request_fail(exchange, failure, connection->last_ns);
    } else if (connection_has_had_its_turn(connection)) {
        h2o_linklist_insert(&connection->loop->postponed, &exchange->link);
    } else {
        exchange_answer(exchange, connection->last_ns, true);
    }
    return 0;
}
