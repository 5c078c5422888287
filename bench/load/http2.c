/* http2.c - HTTP/2 in clear text with prior knowledge, over libnghttp2.
 *
 * Many exchanges are in flight on a connection. libnghttp2 handles frames, header compression and
 * flow control. Responses are checked by the same rules as for HTTP/1.1, so its own checks of
 * messages are off.
 */
#include "protocol.h"
#include "xmalloc.h"

#include <nghttp2/nghttp2.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_BYTES  INT32_MAX             /* so that the server never waits for the client */
#define OUTPUT_BYTES  16384                 /* rendered at a time, if there is so much */
#define STREAM_LAST   (INT32_MAX - 1000000) /* no further requests after this stream id */
#define STREAMS_FIRST 1                     /* until the server's SETTINGS arrive */

struct stream {
    struct exchange exchange;
    struct response response;
    int32_t number; /* 0: free */
    bool ended;     /* END_STREAM was received */
    bool headed;    /* the final headers began; later ones are trailers */
};

struct session {
    struct protocol_context *context;
    nghttp2_session *session; /* NULL: not connected yet */
    struct stream *streams;
    unsigned *free; /* indexes of free streams */
    unsigned free_count;
    unsigned allowed; /* SETTINGS_MAX_CONCURRENT_STREAMS */
    bool goaway;      /* no further requests on this connection */
    char *output;     /* frames rendered but not fetched yet */
    size_t output_bytes, output_capacity;
};

/* Streams. */

static unsigned in_flight(const struct session *http2)
{
    return http2->context->streams - http2->free_count;
}

static void stream_end(struct session *http2, struct stream *stream, const struct outcome *outcome)
{
    const struct exchange exchange = stream->exchange;
    stream->number = 0;
    http2->free[http2->free_count++] = (unsigned)(stream - http2->streams);
    http2->context->ended(http2->context->load, &exchange, outcome);
}

static void stream_fail(struct session *http2, struct stream *stream, enum load_failure failure)
{
    stream_end(http2, stream, &(struct outcome){.failure = failure});
}

/* The connection or the stream ended early. */
static void stream_lost(struct session *http2, struct stream *stream)
{
    stream_fail(http2, stream, stream->response.begun ? LOAD_TRUNCATED : LOAD_RESET);
}

static void stream_malformed(struct session *http2, struct stream *stream)
{
    stream_fail(http2, stream, LOAD_GARBAGE);
}

/* The server did not process the request: by REFUSED_STREAM, or by a GOAWAY (RFC 9113, 6.8), after
 * which it may be sent again. */
static void stream_refused(struct session *http2, struct stream *stream)
{
    stream_end(http2, stream,
               &(struct outcome){.failure = LOAD_REFUSED, .unprocessed = http2->goaway});
}

static void streams_end(struct session *http2, void (*end)(struct session *, struct stream *))
{
    for (unsigned i = 0; i < http2->context->streams; i++)
        if (http2->streams[i].number)
            end(http2, &http2->streams[i]);
}

/* END_STREAM was received: compares the body's length with the announced one. */
static void stream_finish(struct session *http2, struct stream *stream)
{
    struct response *response = &stream->response;
    uint64_t length = response->sized ? response->remaining : response->body_bytes;
    struct outcome outcome;
    if (!response_over(response)) {
        if (response->status < 200)
            response->state = RESPONSE_MALFORMED;
        else
            response->state = response->body_bytes < length && response->status / 100 == 2
                                  ? RESPONSE_TRUNCATED
                                  : RESPONSE_COMPLETE;
    }
    outcome = exchange_outcome(http2->context, &stream->exchange, response,
                               response->body_bytes > length);
    stream_end(http2, stream, &outcome);
}

static struct stream *stream_of(struct session *http2, int32_t number)
{
    struct stream *stream = nghttp2_session_get_stream_user_data(http2->session, number);
    return stream && stream->number == number ? stream : NULL;
}

/* Callbacks of libnghttp2. */

static int on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *opaque)
{
    struct stream *stream = stream_of(opaque, frame->hd.stream_id);
    if (stream == NULL)
        return 0;
    stream->response.begun = true;
    stream->headed = stream->response.status >= 200;
    if (!stream->headed)
        stream->response.status = 0;
    return 0;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_bytes, const uint8_t *value, size_t value_bytes, uint8_t flags,
                     void *opaque)
{
    struct stream *stream = stream_of(opaque, frame->hd.stream_id);
    (void)session, (void)flags;
    if (stream == NULL || stream->headed || response_over(&stream->response))
        return 0;
    if (name_bytes == 7 && memcmp(name, ":status", 7) == 0)
        response_status(&stream->response, (const char *)value, value_bytes);
    else
        response_header(&stream->response, (const char *)name, name_bytes, (const char *)value,
                        value_bytes);
    return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t number, const uint8_t *data,
                   size_t bytes, void *opaque)
{
    struct stream *stream = stream_of(opaque, number);
    (void)session, (void)flags;
    if (stream != NULL)
        response_body(&stream->response, (const char *)data, bytes);
    return 0;
}

static void allowed_set(struct session *http2, unsigned allowed)
{
    http2->allowed = allowed;
    if (allowed < http2->context->allowed)
        http2->context->allowed = allowed;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *opaque)
{
    struct session *http2 = opaque;
    uint8_t type = frame->hd.type;
    struct stream *stream;
    if (type == NGHTTP2_GOAWAY) {
        http2->goaway = true;
    } else if (type == NGHTTP2_SETTINGS) {
        allowed_set(http2, nghttp2_session_get_remote_settings(
                               session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS));
    } else if ((type == NGHTTP2_HEADERS || type == NGHTTP2_DATA) &&
               (frame->hd.flags & NGHTTP2_FLAG_END_STREAM)) {
        stream = stream_of(http2, frame->hd.stream_id);
        if (stream != NULL)
            stream->ended = true;
    } else if (type == NGHTTP2_RST_STREAM) {
        stream = stream_of(http2, frame->hd.stream_id);
        if (stream != NULL && frame->rst_stream.error_code != NGHTTP2_REFUSED_STREAM)
            stream_lost(http2, stream);
    }
    return 0;
}

/* The stream is complete, refused by the server, or reset by libnghttp2 as malformed. */
static int on_stream_close(nghttp2_session *session, int32_t number, uint32_t code, void *opaque)
{
    struct session *http2 = opaque;
    struct stream *stream = stream_of(http2, number);
    if (stream == NULL)
        return 0;
    if (code == NGHTTP2_REFUSED_STREAM)
        stream_refused(http2, stream);
    else if (stream->ended)
        stream_finish(http2, stream);
    else
        stream_malformed(http2, stream);
    return 0;
}

/* A request could not be sent because a GOAWAY arrived after it was submitted. */
static int on_not_sent(nghttp2_session *session, const nghttp2_frame *frame, int code, void *opaque)
{
    struct session *http2 = opaque;
    (void)session, (void)code;
    for (unsigned i = 0; frame->hd.type == NGHTTP2_HEADERS && i < http2->context->streams; i++)
        if (http2->streams[i].number == frame->hd.stream_id && frame->hd.stream_id) {
            stream_refused(http2, &http2->streams[i]);
            break;
        }
    return 0;
}

/* The session. */

static void session_begin(struct session *http2)
{
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, WINDOW_BYTES},
    };
    nghttp2_session_callbacks *callbacks = NULL;
    nghttp2_option *option = NULL;
    if (nghttp2_session_callbacks_new(&callbacks) != 0 || nghttp2_option_new(&option) != 0)
        die_of("out of memory");
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks, on_not_sent);
    nghttp2_option_set_no_http_messaging(option, 1);
    if (nghttp2_session_client_new2(&http2->session, callbacks, http2, option) != 0)
        die_of("out of memory");
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_option_del(option);
    nghttp2_submit_settings(http2->session, NGHTTP2_FLAG_NONE, settings,
                            sizeof settings / sizeof settings[0]);
    nghttp2_session_set_local_window_size(http2->session, NGHTTP2_FLAG_NONE, 0, WINDOW_BYTES);
}

static struct session *http2_create(struct protocol_context *context)
{
    struct session *http2 = xcalloc(1, sizeof *http2);
    http2->context = context;
    http2->streams = xcalloc(context->streams, sizeof *http2->streams);
    http2->free = xcalloc(context->streams, sizeof *http2->free);
    for (unsigned i = 0; i < context->streams; i++)
        http2->free[http2->free_count++] = context->streams - 1 - i;
    return http2;
}

static void http2_destroy(struct session *http2)
{
    nghttp2_session_del(http2->session);
    free(http2->streams);
    free(http2->free);
    free(http2->output);
    free(http2);
}

static void http2_connected(struct session *http2)
{
    nghttp2_session_del(http2->session);
    session_begin(http2);
    http2->allowed = STREAMS_FIRST;
    http2->goaway = false;
    http2->output_bytes = 0;
}

/* A server that allows no streams still gets one request, so that the run does not wait forever. */
static unsigned http2_available(const struct session *http2)
{
    unsigned most = http2->context->streams;
    if (http2->goaway)
        return 0;
    if (http2->allowed < most)
        most = http2->allowed ? http2->allowed : 1;
    return in_flight(http2) < most ? most - in_flight(http2) : 0;
}

static nghttp2_nv field_of(const char *name, const char *value, size_t bytes, uint8_t flags)
{
    return (nghttp2_nv){(uint8_t *)name, (uint8_t *)value, strlen(name), bytes,
                        (uint8_t)(NGHTTP2_NV_FLAG_NO_COPY_NAME | flags)};
}

/* Own headers; nghttp2 makes their names lower-case. */
static size_t fields_add(nghttp2_nv *fields, size_t count, const struct request_head *head)
{
    for (size_t i = 0; i < head->field_count; i++) {
        const struct request_field *own = &head->fields[i];
        fields[count++] = (nghttp2_nv){(uint8_t *)(head->text + own->name_at),
                                       (uint8_t *)(head->text + own->value_at), own->name_bytes,
                                       own->value_bytes, NGHTTP2_NV_FLAG_NONE};
    }
    return count;
}

static int32_t request_submit(struct session *http2, uint64_t id, struct stream *stream)
{
    struct request_head *head = &http2->context->head;
    enum { PSEUDO_HEADERS = 4 };
    bool is_tls = http2->context->tls != NULL;
    nghttp2_nv fields[PSEUDO_HEADERS + LOAD_HEADERS_MAX] = {
        field_of(":method", "GET", 3, NGHTTP2_NV_FLAG_NO_COPY_VALUE),
        field_of(":scheme", is_tls ? "https" : "http", is_tls ? 5 : 4,
                 NGHTTP2_NV_FLAG_NO_COPY_VALUE),
        field_of(":authority", head->text + head->host_at, head->host_bytes,
                 NGHTTP2_NV_FLAG_NO_COPY_VALUE),
        field_of(":path", head->text + head->path_at, head->path_bytes, NGHTTP2_NV_FLAG_NONE),
    };
    if (head->id_at)
        request_render_id(head->text + head->id_at, id);
    return nghttp2_submit_request(http2->session, NULL, fields,
                                  fields_add(fields, PSEUDO_HEADERS, head), NULL, stream);
}

static void http2_submit(struct session *http2, const struct exchange *exchange)
{
    struct stream *stream = &http2->streams[http2->free[--http2->free_count]];
    stream->exchange = *exchange;
    stream->ended = stream->headed = false;
    response_begin(&stream->response);
    stream->number = request_submit(http2, exchange->id, stream);
    http2->goaway |= stream->number < 0 || stream->number > STREAM_LAST;
    if (stream->number < 0)
        stream_fail(http2, stream, LOAD_RESET);
}

/* Renders pending frames. */
static void output_fill(struct session *http2)
{
    const uint8_t *frame;
    ssize_t bytes;
    while (http2->output_bytes < OUTPUT_BYTES &&
           (bytes = nghttp2_session_mem_send(http2->session, &frame)) > 0) {
        http2->output = growable(http2->output, &http2->output_capacity,
                                 http2->output_bytes + (size_t)bytes, 1);
        memcpy(http2->output + http2->output_bytes, frame, (size_t)bytes);
        http2->output_bytes += (size_t)bytes;
    }
}

static size_t http2_output(struct session *http2, const char **bytes)
{
    size_t count;
    output_fill(http2);
    count = http2->output_bytes;
    http2->output_bytes = 0;
    *bytes = http2->output;
    return count;
}

static bool http2_receive(struct session *http2, const char *data, size_t bytes)
{
    ssize_t used = nghttp2_session_mem_recv(http2->session, (const uint8_t *)data, bytes);
    output_fill(http2);
    if (used == (ssize_t)bytes && nghttp2_session_want_read(http2->session))
        return !http2->goaway || in_flight(http2) > 0;
    streams_end(http2, stream_malformed);
    return false;
}

static void http2_closed(struct session *http2, bool orderly)
{
    streams_end(http2, stream_lost);
}

static uint64_t http2_oldest_ns(const struct session *http2)
{
    uint64_t oldest_ns = UINT64_MAX;
    for (unsigned i = 0; i < http2->context->streams && in_flight(http2); i++)
        if (http2->streams[i].number && http2->streams[i].exchange.sent_ns < oldest_ns)
            oldest_ns = http2->streams[i].exchange.sent_ns;
    return oldest_ns;
}

/* Resets the late streams only: the others on the connection may still get their responses. */
static bool http2_expire(struct session *http2, uint64_t sent_before_ns)
{
    for (unsigned i = 0; i < http2->context->streams; i++) {
        struct stream *stream = &http2->streams[i];
        if (stream->number == 0 || stream->exchange.sent_ns >= sent_before_ns)
            continue;
        nghttp2_submit_rst_stream(http2->session, NGHTTP2_FLAG_NONE, stream->number,
                                  NGHTTP2_CANCEL);
        stream_fail(http2, stream, LOAD_TIMEOUT);
    }
    return in_flight(http2) > 0;
}

const struct protocol protocol_http2 = {
    .create = http2_create,
    .destroy = http2_destroy,
    .connected = http2_connected,
    .available = http2_available,
    .submit = http2_submit,
    .output = http2_output,
    .receive = http2_receive,
    .closed = http2_closed,
    .expire = http2_expire,
    .oldest_ns = http2_oldest_ns,
};
