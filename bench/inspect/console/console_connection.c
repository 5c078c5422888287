/* console_connection.c - sends and receives the frames that wire.h defines. */
#include "console_connection.h"

#include "units.h"
#include "wire.h"
#include "xmalloc.h"

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
    size_t count, capacity;
};

struct console_connection {
    int socket;
    int interrupt; /* the descriptor that interrupts; -1: none */
    int timeout_ms;
    struct text text;
    struct error error;
    char frame[WIRE_ANSWER_BYTES];
};

static bool peer_is_trusted(int socket)
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
    if (strlen(path) >= sizeof address.sun_path)
        return error_set(error, "the path of a socket has at most %zu bytes",
                         sizeof address.sun_path - 1);
    strcpy(address.sun_path, path);
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return error_set(error, "socket: %s", strerror(errno));
    if (connect(descriptor, (const struct sockaddr *)&address, sizeof address) < 0)
        error_set(error, "no server answers at %s: %s", path, strerror(errno));
    else if (!peer_is_trusted(descriptor))
        error_set(error, "%s belongs to another user", path);
    else
        return descriptor;
    close(descriptor);
    return -1;
}

struct console_connection *console_connection_open(const char *path, uint64_t timeout_ns,
                                                   struct error *error)
{
    int descriptor = socket_connect(path, error);
    if (descriptor < 0)
        return NULL;
    struct console_connection *connection = xcalloc(1, sizeof *connection);
    connection->socket = descriptor;
    connection->interrupt = -1;
    connection->timeout_ms = timeout_ns == 0 ? -1 : (int)(timeout_ns / NS_PER_MS);
    return connection;
}

void console_connection_close(struct console_connection *connection)
{
    if (connection == NULL)
        return;
    close(connection->socket);
    free(connection->text.bytes);
    free(connection);
}

void console_connection_interrupt_by(struct console_connection *connection, int descriptor)
{
    connection->interrupt = descriptor;
}

const char *console_connection_error(const struct console_connection *connection)
{
    return connection->error.text;
}

/* Frames. A call that returns -1 has set errno, to 0 at the end of the stream. */

/* Does not report errors: receiving fails then, too, and may first get the server's reason. */
static void frame_send(struct console_connection *connection, enum wire_kind kind,
                       const char *bytes, size_t count)
{
    unsigned char header[WIRE_HEADER_BYTES];
    wire_put(header, kind, (uint32_t)count);
    if (send(connection->socket, header, sizeof header, MSG_NOSIGNAL) == sizeof header && count > 0)
        (void)!send(connection->socket, bytes, count, MSG_NOSIGNAL);
}

/* Waits until the socket is readable; sends an interrupt meanwhile if there is one. */
static int socket_wait(struct console_connection *connection)
{
    struct pollfd polled[] = {{.fd = connection->socket, .events = POLLIN},
                              {.fd = connection->interrupt, .events = POLLIN}};
    for (;;) {
        int count = poll(polled, 2, connection->timeout_ms);
        if (count == 0)
            errno = ETIMEDOUT;
        if (count == 0 || (count < 0 && errno != EINTR))
            return -1;
        if (count > 0 && polled[1].revents) {
            frame_send(connection, WIRE_INTERRUPT, NULL, 0);
            polled[1].fd = -1; /* once is enough */
        }
        if (count > 0 && polled[0].revents)
            return 0;
    }
}

static int receive(struct console_connection *connection, void *bytes, size_t count)
{
    for (size_t at = 0; at < count;) {
        if (socket_wait(connection) < 0)
            return -1;
        ssize_t received = recv(connection->socket, (char *)bytes + at, count - at, 0);
        if (received == 0)
            errno = 0;
        if (received == 0 || (received < 0 && errno != EINTR))
            return -1;
        at += received > 0 ? (size_t)received : 0;
    }
    return 0;
}

/* Returns the frame's kind, or -1; its bytes are in connection->frame. */
static int frame_receive(struct console_connection *connection, uint32_t *count)
{
    unsigned char header[WIRE_HEADER_BYTES];
    if (receive(connection, header, sizeof header) < 0)
        return -1;
    *count = wire_count(header);
    errno = EPROTO;
    if (*count > sizeof connection->frame || receive(connection, connection->frame, *count) < 0)
        return -1;
    return header[0];
}

static enum console_outcome disconnected(struct console_connection *connection)
{
    error_set(&connection->error, "lost the connection to the server: %s",
              errno == 0           ? "the server ended"
              : errno == ETIMEDOUT ? "it does not answer"
                                   : strerror(errno));
    return CONSOLE_DISCONNECTED;
}

static enum console_outcome last_frame(struct console_connection *connection, int kind,
                                       uint32_t count)
{
    error_set(&connection->error, "%.*s", (int)count, connection->frame);
    switch (kind) {
    case WIRE_DONE:
        return CONSOLE_DONE;
    case WIRE_FAILED:
        return CONSOLE_FAILED;
    case WIRE_INCOMPLETE:
        return CONSOLE_INCOMPLETE;
    default:
        errno = EPROTO;
        return disconnected(connection);
    }
}

static enum console_outcome exchange(struct console_connection *connection, enum wire_kind kind,
                                     const char *request,
                                     void (*print)(void *context, const char *bytes, size_t count),
                                     void *context)
{
    size_t length = strlen(request);
    if (length > WIRE_STATEMENT_BYTES) {
        error_set(&connection->error, "a statement has at most %d bytes", WIRE_STATEMENT_BYTES);
        return CONSOLE_FAILED;
    }
    frame_send(connection, kind, request, length);
    for (;;) {
        uint32_t count;
        int answer = frame_receive(connection, &count);
        if (answer < 0)
            return disconnected(connection);
        if (answer != WIRE_TEXT)
            return last_frame(connection, answer, count);
        print(context, connection->frame, count);
    }
}

enum console_outcome
console_connection_run(struct console_connection *connection, const char *statement,
                       void (*print)(void *context, const char *bytes, size_t count), void *context)
{
    return exchange(connection, WIRE_STATEMENT, statement, print, context);
}

static void text_add(void *context, const char *bytes, size_t count)
{
    struct text *text = context;
    text->bytes = growable(text->bytes, &text->capacity, text->count + count + 1, 1);
    memcpy(text->bytes + text->count, bytes, count);
    text->count += count;
    text->bytes[text->count] = '\0';
}

static enum console_outcome collect(struct console_connection *connection, enum wire_kind kind,
                                    const char *request, const char **text, size_t *count)
{
    connection->text.count = 0;
    text_add(&connection->text, "", 0);
    enum console_outcome outcome = exchange(connection, kind, request, text_add, &connection->text);
    *text = connection->text.bytes;
    *count = connection->text.count;
    return outcome;
}

enum console_outcome console_connection_query(struct console_connection *connection,
                                              const char *statement, const char **text,
                                              size_t *count)
{
    return collect(connection, WIRE_STATEMENT, statement, text, count);
}

enum console_outcome console_connection_complete(struct console_connection *connection,
                                                 const char *prefix, const char **text,
                                                 size_t *count)
{
    return collect(connection, WIRE_COMPLETE, prefix, text, count);
}
