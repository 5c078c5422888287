/* http2_fuzz.c - the client's HTTP/2 under libFuzzer: with any input in any pieces, every request
 * ends exactly once. */
#include "fuzz_check.h"
#include "protocol.h"
#include "xmalloc.h"

#include <stdlib.h>
#include <string.h>

#define STREAMS 4

struct fuzz {
    uint64_t submitted, ended;
};

static void exchange_ended(void *load, const struct exchange *exchange,
                           const struct outcome *outcome)
{
    struct fuzz *fuzz = load;
    check(outcome->good || outcome->failure < LOAD_FAILURES);
    check(exchange->id < fuzz->submitted);
    check(++fuzz->ended <= fuzz->submitted);
}

static void session_submit(struct fuzz *fuzz, struct session *session)
{
    const char *output;
    for (unsigned available = protocol_http2.available(session); available > 0; available--) {
        struct exchange exchange = {.id = fuzz->submitted++, .sent_ns = fuzz->submitted};
        protocol_http2.submit(session, &exchange);
    }
    while (protocol_http2.output(session, &output) > 0)
        ;
}

/* Receives a piece in its own allocation. */
static bool session_receive(struct session *session, const uint8_t *data, size_t bytes)
{
    char *copy = xmalloc(bytes);
    bool more;
    memcpy(copy, data, bytes);
    more = protocol_http2.receive(session, copy, bytes);
    free(copy);
    return more;
}

/* The first byte gives the length of the pieces, and whether late requests expire between them. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct fuzz fuzz = {0};
    struct protocol_context context = {
        .streams = STREAMS, .check_id = true, .ended = exchange_ended, .load = &fuzz};
    struct load_target target = {.host = "h", .port = "80", .path = "/users/{id}"};
    struct session *session = protocol_http2.create(&context);
    size_t piece = bytes ? (size_t)data[0] % 64 + 1 : 1;
    bool expires = bytes && data[0] > 127, more = true;
    request_head_render(&context.head, &target);
    protocol_http2.connected(session);
    session_submit(&fuzz, session);
    for (size_t at = 1; at < bytes && more; at += piece) {
        more = session_receive(session, data + at, bytes - at < piece ? bytes - at : piece);
        if (more && expires)
            more = protocol_http2.oldest_ns(session) == UINT64_MAX ||
                   protocol_http2.expire(session, fuzz.submitted - 1);
        if (more)
            session_submit(&fuzz, session);
    }
    protocol_http2.closed(session, true);
    check(fuzz.ended == fuzz.submitted && protocol_http2.oldest_ns(session) == UINT64_MAX);
    protocol_http2.destroy(session);
    return 0;
}
