/* client_frames_fuzz.c - any bytes of a console's client are answered in whole frames: each request
 * by one last frame, until one that breaks the rules.
 *
 * The interpreter is replaced by one that does what a statement's letters say, so that the frames
 * are all that is tried. The first byte of the input is the length of the pieces.
 */
#include "console_client.h"
#include "interpreter.h"
#include "wire.h"

#include "fuzz_check.h"
#include "xmalloc.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define PREPARE_STEPS 2
#define FREE_STEPS    2
#define LONG_TEXT     70000 /* more than a frame may have */
#define LONGS_MAX     8     /* a statement */
#define STEPS_MAX     100000

/* The interpreter: a letter a slice. */

struct interpreter {
    bool (*write)(void *context, const char *bytes, size_t count);
    void *context;
    char statement[WIRE_STATEMENT_BYTES];
    size_t at, count;
    unsigned prepared, freed;
    bool running, interrupted, dropped;
    unsigned longs;  /* long texts written by the statement */
    uint64_t *begun; /* counts statements */
};

struct interpreter *
interpreter_create(const struct module_host *host,
                   bool (*write)(void *context, const char *bytes, size_t count), void *context)
{
    struct interpreter *made = xcalloc(1, sizeof *made);
    made->begun = host->client_bytes;
    made->write = write;
    made->context = context;
    return made;
}

void interpreter_destroy(struct interpreter *interpreter)
{
    free(interpreter);
}

bool interpreter_ready(const struct interpreter *interpreter)
{
    return interpreter->prepared == PREPARE_STEPS && !interpreter->dropped;
}

bool interpreter_prepare(struct interpreter *interpreter)
{
    check(!interpreter_ready(interpreter));
    interpreter->prepared++;
    return true;
}

void interpreter_drop_variables(struct interpreter *interpreter)
{
    interpreter->dropped = true;
    interpreter->running = false;
}

bool interpreter_free_slice(struct interpreter *interpreter)
{
    check(interpreter->dropped);
    return ++interpreter->freed < FREE_STEPS;
}

static enum progress slice_end(struct interpreter *interpreter, enum progress progress)
{
    interpreter->running = progress == PROGRESS_RUNNING;
    return progress;
}

enum progress interpreter_step(struct interpreter *interpreter)
{
    static const char text[LONG_TEXT] = "";
    check(interpreter->running && interpreter_ready(interpreter));
    if (interpreter->interrupted)
        return slice_end(interpreter, PROGRESS_FAILED);
    if (interpreter->at == interpreter->count)
        return slice_end(interpreter, PROGRESS_DONE);
    switch (interpreter->statement[interpreter->at++]) {
    case 'f':
        return slice_end(interpreter, PROGRESS_FAILED);
    case 'm':
        return slice_end(interpreter, PROGRESS_INCOMPLETE);
    case 'p':
        interpreter->write(interpreter->context, text, 3);
        break;
    case 'w':
        if (interpreter->longs++ < LONGS_MAX)
            interpreter->write(interpreter->context, text, sizeof text);
        break;
    }
    return PROGRESS_RUNNING;
}

enum progress interpreter_begin(struct interpreter *interpreter, struct span statement)
{
    check(!interpreter->running && interpreter_ready(interpreter));
    check(statement.count <= sizeof interpreter->statement);
    memcpy(interpreter->statement, statement.bytes, statement.count);
    interpreter->at = 0;
    interpreter->count = statement.count;
    interpreter->running = true;
    interpreter->interrupted = false;
    interpreter->longs = 0;
    ++*interpreter->begun;
    return interpreter_step(interpreter);
}

enum progress interpreter_complete(struct interpreter *interpreter, struct span prefix)
{
    return interpreter_begin(interpreter, prefix);
}

void interpreter_interrupt(struct interpreter *interpreter)
{
    interpreter->interrupted = true;
}

uint64_t interpreter_wake_ns(const struct interpreter *interpreter)
{
    return 0;
}

const char *interpreter_error(const struct interpreter *interpreter)
{
    return "an error";
}

/* The client at the other end of the socket. */

struct peer {
    struct console_client *client;
    int socket;
    uint64_t begun;    /* requests that the interpreter got */
    uint64_t ended;    /* last frames received */
    size_t frame_left; /* bytes of the current frame */
    size_t header_count;
    unsigned char header[WIRE_HEADER_BYTES];
};

static void frame_begin(struct peer *peer)
{
    uint32_t count = wire_count(peer->header);
    peer->frame_left = count;
    peer->header_count = 0;
    switch (peer->header[0]) {
    case WIRE_TEXT:
        check(count > 0 && count <= WIRE_ANSWER_BYTES);
        return;
    case WIRE_DONE:
        check(count == 0);
        break;
    default:
        check(peer->header[0] == WIRE_FAILED || peer->header[0] == WIRE_INCOMPLETE);
    }
    peer->ended++;
}

static void bytes_parse(struct peer *peer, const unsigned char *bytes, size_t count)
{
    while (count > 0) {
        size_t used = peer->frame_left < count ? peer->frame_left : count;
        if (used > 0) {
            peer->frame_left -= used;
        } else {
            used = 1;
            peer->header[peer->header_count++] = *bytes;
            if (peer->header_count == WIRE_HEADER_BYTES)
                frame_begin(peer);
        }
        bytes += used;
        count -= used;
    }
}

static void answers_read(struct peer *peer)
{
    static unsigned char bytes[65536];
    ssize_t count;
    while ((count = recv(peer->socket, bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
        bytes_parse(peer, bytes, (size_t)count);
    check(peer->ended <= peer->begun + 1);
}

/* Runs the console's side until it waits for input. False: it has ended the connection. */
static bool client_run(struct peer *peer)
{
    for (unsigned steps = 0; steps < STEPS_MAX; steps++) {
        if (!console_client_exchange(peer->client))
            return false;
        answers_read(peer);
        if (console_client_due_ns(peer->client) == 0) {
            if (!console_client_step(peer->client, 1))
                return false;
        } else if (!(console_client_events(peer->client) & EPOLLOUT)) {
            return true;
        }
    }
    check(false); /* a statement has at most as many slices as letters */
    return false;
}

static void peer_end(struct peer *peer, bool connected)
{
    answers_read(peer);
    /* Whoever is still connected got an answer to each request. */
    check(!connected || (peer->ended == peer->begun && peer->frame_left == 0));
    shutdown(peer->socket, SHUT_RDWR);
    check(!connected || !client_run(peer));
    console_client_disconnect(peer->client);
    while (console_client_step(peer->client, 1))
        ;
    console_client_destroy(peer->client);
    close(peer->socket);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int sockets[2];
    struct peer peer = {0};
    struct module_host host = {.client_bytes = &peer.begun};
    if (size == 0 ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, sockets) < 0)
        return 0;
    size_t piece = (size_t)data[0] * 8 + 1;
    bool connected = true;
    peer.socket = sockets[1];
    peer.client = console_client_create(sockets[0], &host);
    for (size_t at = 1; at < size && connected; at += piece) {
        size_t count = size - at < piece ? size - at : piece;
        connected = send(peer.socket, data + at, count, MSG_NOSIGNAL) == (ssize_t)count &&
                    client_run(&peer);
    }
    peer_end(&peer, connected);
    return 0;
}
