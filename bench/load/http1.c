/* http1.c - HTTP/1.1 with keep-alive: one exchange at a time on a connection. */
#include "protocol.h"
#include "xmalloc.h"

#include <stdlib.h>

struct http1 {
    struct protocol_context *context;
    bool busy, unsent;
    struct exchange exchange;
    struct response response;
};

static void *http1_create(struct protocol_context *context)
{
    struct http1 *session = xcalloc(1, sizeof *session);
    session->context = context;
    return session;
}

static void http1_destroy(void *session)
{
    free(session);
}

static void http1_connected(void *opaque)
{
    struct http1 *session = opaque;
    session->busy = session->unsent = false;
}

static unsigned http1_available(const void *opaque)
{
    const struct http1 *session = opaque;
    return !session->busy;
}

static void http1_submit(void *opaque, const struct exchange *exchange)
{
    struct http1 *session = opaque;
    struct request_head *head = &session->context->head;
    if (head->id_at)
        request_render_id(head->text + head->id_at, exchange->id);
    session->exchange = *exchange;
    session->busy = session->unsent = true;
    response_begin(&session->response);
}

static size_t http1_output(void *opaque, const char **bytes)
{
    struct http1 *session = opaque;
    if (!session->unsent)
        return 0;
    session->unsent = false;
    *bytes = session->context->head.text;
    return session->context->head.bytes;
}

static void http1_end(struct http1 *session, const struct outcome *outcome)
{
    session->busy = false;
    session->context->ended(session->context->load, &session->exchange, outcome);
}

static bool http1_expire(void *opaque, uint64_t sent_before_ns)
{
    struct http1 *session = opaque;
    if (!session->busy || session->exchange.sent_ns >= sent_before_ns)
        return true;
    http1_end(session, &(struct outcome){.failure = LOAD_TIMEOUT});
    return false;
}

/* The response is over. excess: bytes follow although no other request is in flight. */
static void http1_finish(struct http1 *session, bool excess)
{
    struct outcome outcome =
        exchange_outcome(session->context, &session->exchange, &session->response, excess);
    http1_end(session, &outcome);
}

static bool http1_receive(void *opaque, const char *data, size_t bytes)
{
    struct http1 *session = opaque;
    size_t used;
    if (!session->busy)
        return false;
    used = response_read(&session->response, data, bytes);
    if (!response_over(&session->response))
        return true;
    http1_finish(session, used < bytes);
    return used == bytes && !session->response.close;
}

static void http1_closed(void *opaque, bool orderly)
{
    struct http1 *session = opaque;
    if (!session->busy)
        return;
    response_end(&session->response, orderly);
    http1_finish(session, false);
}

static uint64_t http1_oldest_ns(const void *opaque)
{
    const struct http1 *session = opaque;
    return session->busy ? session->exchange.sent_ns : UINT64_MAX;
}

const struct protocol protocol_http1 = {
    .create = http1_create,
    .destroy = http1_destroy,
    .connected = http1_connected,
    .available = http1_available,
    .submit = http1_submit,
    .output = http1_output,
    .receive = http1_receive,
    .closed = http1_closed,
    .expire = http1_expire,
    .oldest_ns = http1_oldest_ns,
};
