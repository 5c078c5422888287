/* http1.c - HTTP/1.1 with keep-alive: one exchange at a time on a connection. */
#include "protocol.h"
#include "xmalloc.h"

#include <stdlib.h>

struct session {
    struct protocol_context *context;
    bool busy, unsent;
    struct exchange exchange;
    struct response response;
};

static struct session *http1_create(struct protocol_context *context)
{
    struct session *session = xcalloc(1, sizeof *session);
    session->context = context;
    return session;
}

static void http1_destroy(struct session *session)
{
    free(session);
}

static void http1_connected(struct session *session)
{
    session->busy = session->unsent = false;
}

static unsigned http1_available(const struct session *session)
{
    return !session->busy;
}

static void http1_submit(struct session *session, const struct exchange *exchange)
{
    struct request_head *head = &session->context->head;
    if (head->id_at)
        request_render_id(head->text + head->id_at, exchange->id);
    session->exchange = *exchange;
    session->busy = session->unsent = true;
    response_begin(&session->response);
}

static size_t http1_output(struct session *session, const char **bytes)
{
    if (!session->unsent)
        return 0;
    session->unsent = false;
    *bytes = session->context->head.text;
    return session->context->head.bytes;
}

static void http1_end(struct session *session, const struct outcome *outcome)
{
    session->busy = false;
    session->context->ended(session->context->load, &session->exchange, outcome);
}

static bool http1_expire(struct session *session, uint64_t sent_before_ns)
{
    if (!session->busy || session->exchange.sent_ns >= sent_before_ns)
        return true;
    http1_end(session, &(struct outcome){.failure = LOAD_TIMEOUT});
    return false;
}

/* The response is over. excess: bytes follow although no other request is in flight. */
static void http1_finish(struct session *session, bool excess)
{
    struct outcome outcome =
        exchange_outcome(session->context, &session->exchange, &session->response, excess);
    http1_end(session, &outcome);
}

static bool http1_receive(struct session *session, const char *data, size_t bytes)
{
    size_t used;
    if (!session->busy)
        return false;
    used = response_read(&session->response, data, bytes);
    if (!response_over(&session->response))
        return true;
    http1_finish(session, used < bytes);
    return used == bytes && !session->response.close;
}

static void http1_closed(struct session *session, bool orderly)
{
    if (!session->busy)
        return;
    response_end(&session->response, orderly);
    http1_finish(session, false);
}

static uint64_t http1_oldest_ns(const struct session *session)
{
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
