/* console_connection.c - frames to the console and back, as wire.h has them. */
#include "console_connection.h"

#include "units.h"
#include "wire.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct text {
    char *bytes;
    size_t count, room;
};

struct client {
    int socket;
    int heeded; /* -1: nothing */
    int patience_ms;
    struct text text;
    struct error reason;
    char frame[WIRE_ANSWER_BYTES];
};

/* Connecting. */

static bool peer_is_ours(int socket)
{
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
        return false;
    return geteuid() == 0 || peer.uid == geteuid() || peer.uid == 0;
}

static int socket_connect(const char *path, struct error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        return error_set(error, "a socket's path has at most %zu bytes",
                         sizeof address.sun_path - 1);
    }
    strcpy(address.sun_path, path);
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    error_set(error, "%.100s belongs to another user", path);
    if (descriptor >= 0 &&
        connect(descriptor, (const struct sockaddr *)&address, sizeof address) < 0)
        error_set(error, "no server answers at %.100s: %.60s", path, strerror(errno));
    else if (descriptor >= 0 && peer_is_ours(descriptor))
        return descriptor;
    if (descriptor >= 0)
        close(descriptor);
    return -1;
}

struct client *client_open(const char *path, uint64_t patience_ns, struct error *error)
{
    int descriptor = socket_connect(path, error);
    if (descriptor < 0)
        return NULL;
    struct client *client = calloc(1, sizeof *client);
    if (client == NULL)
        abort();
    client->socket = descriptor;
    client->heeded = -1;
    client->patience_ms = patience_ns == 0 ? -1 : (int)(patience_ns / NS_PER_MS);
    return client;
}

void client_close(struct client *client)
{
    if (client == NULL)
        return;
    close(client->socket);
    free(client->text.bytes);
    free(client);
}

void client_heed(struct client *client, int descriptor)
{
    client->heeded = descriptor;
}

const char *client_reason(const struct client *client)
{
    return client->reason.text;
}

/* Frames. */

static int frame_send(struct client *client, enum wire_kind kind, const char *bytes, size_t count)
{
    unsigned char header[WIRE_HEADER_BYTES];
    wire_put(header, kind, (uint32_t)count);
    if (send(client->socket, header, sizeof header, MSG_NOSIGNAL) != sizeof header)
        return -1;
    return count == 0 || send(client->socket, bytes, count, MSG_NOSIGNAL) == (ssize_t)count ? 0
                                                                                            : -1;
}

/* Waits for the socket, passing an interrupt on. */
static int answer_await(struct client *client)
{
    struct pollfd polled[] = {{.fd = client->socket, .events = POLLIN},
                              {.fd = client->heeded, .events = POLLIN}};
    for (;;) {
        int count = poll(polled, 2, client->patience_ms);
        if (count < 0 && errno != EINTR)
            return -1;
        if (count == 0) {
            errno = ETIMEDOUT;
            return -1;
        }
        if (count > 0 && polled[1].revents) {
            frame_send(client, WIRE_INTERRUPT, NULL, 0);
            polled[1].fd = -1; /* once is enough */
        }
        if (count > 0 && polled[0].revents)
            return 0;
    }
}

static int receive(struct client *client, void *bytes, size_t count)
{
    for (size_t at = 0; at < count;) {
        if (answer_await(client) < 0)
            return -1;
        ssize_t got = recv(client->socket, (char *)bytes + at, count - at, 0);
        if (got <= 0 && errno != EINTR) {
            errno = got == 0 ? 0 : errno;
            return -1;
        }
        at += got > 0 ? (size_t)got : 0;
    }
    return 0;
}

/* The frame's kind, its bytes in client->frame; or -1. */
static int frame_receive(struct client *client, uint32_t *count)
{
    unsigned char header[WIRE_HEADER_BYTES];
    if (receive(client, header, sizeof header) < 0)
        return -1;
    *count = wire_count(header);
    if (*count > sizeof client->frame) {
        errno = EPROTO;
        return -1;
    }
    return receive(client, client->frame, *count) < 0 ? -1 : header[0];
}

static enum client_outcome gone(struct client *client)
{
    const char *why = errno == 0 ? "it ended" : strerror(errno);
    error_set(&client->reason, "the server is gone: %.100s",
              errno == ETIMEDOUT ? "it does not answer" : why);
    return CLIENT_GONE;
}

static enum client_outcome outcome_of(struct client *client, int kind, uint32_t count)
{
    size_t most = sizeof client->reason.text - 1;
    count = count < most ? count : (uint32_t)most;
    memcpy(client->reason.text, client->frame, count);
    client->reason.text[count] = '\0';
    if (kind == WIRE_FAILED)
        return CLIENT_FAILED;
    if (kind == WIRE_INCOMPLETE)
        return CLIENT_INCOMPLETE;
    if (kind == WIRE_DONE)
        return CLIENT_DONE;
    errno = EPROTO;
    return gone(client);
}

static enum client_outcome talk(struct client *client, enum wire_kind kind, const char *text,
                                void (*hear)(void *context, const char *bytes, size_t count),
                                void *context)
{
    size_t length = strlen(text);
    if (length > WIRE_STATEMENT_BYTES) {
        error_set(&client->reason, "a statement has at most %d bytes", WIRE_STATEMENT_BYTES);
        return CLIENT_FAILED;
    }
    frame_send(client, kind, text, length); /* who refused us has said why */
    for (;;) {
        uint32_t count;
        int answer = frame_receive(client, &count);
        if (answer < 0)
            return gone(client);
        if (answer != WIRE_TEXT)
            return outcome_of(client, answer, count);
        hear(context, client->frame, count);
    }
}

/* Questions. */

enum client_outcome client_run(struct client *client, const char *statement,
                               void (*hear)(void *context, const char *bytes, size_t count),
                               void *context)
{
    return talk(client, WIRE_STATEMENT, statement, hear, context);
}

static void text_add(void *context, const char *bytes, size_t count)
{
    struct text *text = context;
    if (text->count + count + 1 > text->room) {
        text->room = 2 * (text->count + count + 1);
        text->bytes = realloc(text->bytes, text->room);
        if (text->bytes == NULL)
            abort();
    }
    memcpy(text->bytes + text->count, bytes, count);
    text->count += count;
    text->bytes[text->count] = '\0';
}

static enum client_outcome collect(struct client *client, enum wire_kind kind, const char *question,
                                   const char **text, size_t *count)
{
    client->text.count = 0;
    text_add(&client->text, "", 0);
    enum client_outcome outcome = talk(client, kind, question, text_add, &client->text);
    *text = client->text.bytes;
    *count = client->text.count;
    return outcome;
}

enum client_outcome client_ask(struct client *client, const char *statement, const char **text,
                               size_t *count)
{
    return collect(client, WIRE_STATEMENT, statement, text, count);
}

enum client_outcome client_complete(struct client *client, const char *prefix, const char **text,
                                    size_t *count)
{
    return collect(client, WIRE_COMPLETE, prefix, text, count);
}
