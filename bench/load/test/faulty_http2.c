/* faulty_http2.c - an HTTP/2 server over libnghttp2 with a fault of choice. */
#include "faulty_http2.h"

#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define PATH_BYTES  1024
#define BODY_BYTES  64
#define SOME        10
#define FIELDS_MAX  3
#define BODIES      64 /* more than streams on a connection */
#define STATUS_GOOD "200"

struct http2_client {
    int fd;
    enum http2_behaviour behaviour;
    nghttp2_session *session;
    unsigned requests;
    bool close;
    int32_t late[HTTP2_STREAMS_MAX]; /* to be reset when everything else is sent */
    unsigned late_count;
    char bodies[BODIES][BODY_BYTES];
    char path[PATH_BYTES]; /* of the request whose headers are being received */
};

static ssize_t body_read(nghttp2_session *session, int32_t number, uint8_t *buffer, size_t bytes,
                         uint32_t *flags, nghttp2_data_source *source, void *opaque)
{
    size_t count = strlen(source->ptr);
    (void)session, (void)number, (void)opaque;
    if (count > bytes)
        return NGHTTP2_ERR_CALLBACK_FAILURE;
    memcpy(buffer, source->ptr, count);
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    return (ssize_t)count;
}

static nghttp2_nv field_of(const char *name, const char *value)
{
    return (nghttp2_nv){(uint8_t *)name, (uint8_t *)value, strlen(name), strlen(value),
                        NGHTTP2_NV_FLAG_NONE};
}

static void response_good(struct http2_client *client, int32_t number, const char *status,
                          const char *id, int announced_beyond)
{
    char length[16], *body = client->bodies[number / 2 % BODIES];
    int bytes = snprintf(body, BODY_BYTES, "{\"user_id\":\"%.16s\"}", id);
    nghttp2_data_provider provider = {.source.ptr = body, .read_callback = body_read};
    nghttp2_nv fields[FIELDS_MAX];
    snprintf(length, sizeof length, "%d", bytes + announced_beyond);
    fields[0] = field_of("x-cache", "hit");
    fields[1] = field_of("content-length", length);
    if (status)
        fields[2] = fields[0], fields[0] = field_of(":status", status);
    nghttp2_submit_response(client->session, number, fields, status ? 3 : 2, &provider);
}

static void response_head(struct http2_client *client, int32_t number, const char *status)
{
    const nghttp2_nv fields[] = {field_of(":status", status)};
    nghttp2_submit_headers(client->session, NGHTTP2_FLAG_NONE, number, NULL, fields, 1, NULL);
}

static void stream_reset(struct http2_client *client, int32_t number, uint32_t code)
{
    nghttp2_submit_rst_stream(client->session, NGHTTP2_FLAG_NONE, number, code);
}

static void goaway_send(struct http2_client *client, int32_t last)
{
    nghttp2_submit_goaway(client->session, NGHTTP2_FLAG_NONE, last, NGHTTP2_NO_ERROR, NULL, 0);
}

static void request_response(struct http2_client *client, int32_t number)
{
    const char *id = strrchr(client->path, '/') ? strrchr(client->path, '/') + 1 : "";
    client->requests++;
    switch (client->behaviour) {
    case HTTP2_INTERIM:
        response_head(client, number, "103");
        break;
    case HTTP2_RESET:
        stream_reset(client, number, NGHTTP2_INTERNAL_ERROR);
        return;
    case HTTP2_RESET_LATE:
        response_head(client, number, STATUS_GOOD);
        client->late[client->late_count++ % HTTP2_STREAMS_MAX] = number;
        return;
    case HTTP2_REFUSE:
        stream_reset(client, number, NGHTTP2_REFUSED_STREAM);
        return;
    case HTTP2_GOAWAY:
        goaway_send(client, 0);
        return;
    case HTTP2_GOAWAY_LATE:
        if (client->requests == SOME)
            goaway_send(client, number);
        break;
    case HTTP2_SOME_SILENT:
        if (client->requests % SOME == 0)
            return;
        break;
    case HTTP2_CLOSE:
        client->close = true;
        return;
    case HTTP2_SILENT:
    case HTTP2_NO_STREAMS:
        return;
    default:
        break;
    }
    response_good(client, number,
                  client->behaviour == HTTP2_STATUS      ? "500"
                  : client->behaviour == HTTP2_NO_STATUS ? NULL
                                                         : STATUS_GOOD,
                  client->behaviour == HTTP2_WRONG ? "0123456789abcdex" : id,
                  client->behaviour == HTTP2_SHORT  ? 10
                  : client->behaviour == HTTP2_LONG ? -10
                                                    : 0);
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_bytes, const uint8_t *value, size_t value_bytes, uint8_t flags,
                     void *opaque)
{
    struct http2_client *client = opaque;
    (void)session, (void)frame, (void)flags, (void)value_bytes;
    if (name_bytes == 5 && memcmp(name, ":path", 5) == 0)
        snprintf(client->path, sizeof client->path, "%s", (const char *)value);
    return 0;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *opaque)
{
    if (frame->hd.type == NGHTTP2_HEADERS)
        request_response(opaque, frame->hd.stream_id);
    return 0;
}

struct http2_client *http2_client_open(int fd, enum http2_behaviour behaviour)
{
    const nghttp2_settings_entry settings = {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS,
                                             behaviour == HTTP2_NO_STREAMS ? 0 : HTTP2_STREAMS_MAX};
    struct http2_client *client = calloc(1, sizeof *client);
    nghttp2_session_callbacks *callbacks;
    client->fd = fd;
    client->behaviour = behaviour;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_server_new(&client->session, callbacks, client);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(client->session, NGHTTP2_FLAG_NONE, &settings, 1);
    return client;
}

void http2_client_close(struct http2_client *client)
{
    if (client == NULL)
        return;
    nghttp2_session_del(client->session);
    free(client);
}

static bool frames_send(struct http2_client *client)
{
    const uint8_t *frame;
    ssize_t count;
    while ((count = nghttp2_session_mem_send(client->session, &frame)) > 0)
        if (send(client->fd, frame, (size_t)count, MSG_NOSIGNAL) < 0)
            return false;
    return true;
}

bool http2_client_receive(struct http2_client *client, const void *data, size_t bytes)
{
    if (nghttp2_session_mem_recv(client->session, data, bytes) < 0 || !frames_send(client))
        return false;
    while (client->late_count > 0)
        stream_reset(client, client->late[--client->late_count % HTTP2_STREAMS_MAX],
                     NGHTTP2_INTERNAL_ERROR);
    return frames_send(client) && !client->close &&
           (nghttp2_session_want_read(client->session) ||
            nghttp2_session_want_write(client->session));
}
