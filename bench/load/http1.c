/* http1.c - HTTP/1.1 with keep-alive: one exchange at a time on a connection. */
#include "protocol.h"

#include <stdlib.h>

struct http1 {
    struct protocol_context *context;
    bool busy, unsent;
    struct exchange exchange;
    struct answer answer;
};

static void *http1_create(struct protocol_context *context)
{
    struct http1 *session = calloc(1, sizeof *session);

    if (session != NULL)
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

static unsigned http1_room(const void *opaque)
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
    answer_begin(&session->answer);
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

static void http1_end(struct http1 *session, const struct ending *ending)
{
    session->busy = false;
    session->context->ended(session->context->load, &session->exchange, ending);
}

static bool http1_expire(void *opaque, uint64_t sent_before_ns)
{
    struct http1 *session = opaque;

    if (!session->busy || session->exchange.sent_ns >= sent_before_ns)
        return true;
    http1_end(session, &(struct ending){.failure = LOAD_TIMEOUT});
    return false;
}

/* The answer is over. More bytes than it announced cannot be told from the next answer's. */
static void http1_judge(struct http1 *session, bool excess)
{
    struct ending ending =
        exchange_judge(session->context, &session->exchange, &session->answer, excess);

    http1_end(session, &ending);
}

static bool http1_receive(void *opaque, const char *data, size_t bytes)
{
    struct http1 *session = opaque;
    size_t used;

    if (!session->busy)
        return false;
    used = answer_read(&session->answer, data, bytes);
    if (!answer_over(&session->answer))
        return true;
    http1_judge(session, used < bytes);
    return used == bytes && !session->answer.close;
}

static void http1_closed(void *opaque, bool orderly)
{
    struct http1 *session = opaque;

    if (!session->busy)
        return;
    answer_end(&session->answer, orderly);
    http1_judge(session, false);
}

static uint64_t http1_oldest_ns(const void *opaque)
{
    const struct http1 *session = opaque;
    return session->busy ? session->exchange.sent_ns : UINT64_MAX;
}

const struct protocol protocol_http1 = {
    .name = "http/1.1",
    .create = http1_create,
    .destroy = http1_destroy,
    .connected = http1_connected,
    .room = http1_room,
    .submit = http1_submit,
    .output = http1_output,
    .receive = http1_receive,
    .closed = http1_closed,
    .expire = http1_expire,
    .oldest_ns = http1_oldest_ns,
};
