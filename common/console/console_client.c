/* console_client.c - reads requests, runs them a slice at a time, and answers as fast as it is
 * read. */
#include "console_client.h"

#include "interpreter.h"
#include "wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define UNREAD_BYTES 65536 /* more than this, and the statement waits */

struct outbox {
    char *bytes;
    size_t from, to, room; /* [from, to) is unread */
};

struct client {
    int socket;              /* -1: it has parted */
    uint64_t rests_until_ns; /* from one slice to the next, requests have their turn */
    bool busy;               /* a statement runs */
    bool leaving;            /* once its outbox is empty */
    struct interpreter *interpreter;
    struct outbox out;
    size_t in_count;
    unsigned char in[WIRE_HEADER_BYTES + WIRE_STATEMENT_BYTES];
};

/* Answers. */

static size_t unread(const struct client *client)
{
    return client->out.to - client->out.from;
}

static void out_add(struct outbox *out, const void *bytes, size_t count)
{
    if (out->to + count > out->room) {
        out->room = (out->to + count) * 2;
        out->bytes = realloc(out->bytes, out->room);
        if (out->bytes == NULL)
            abort();
    }
    if (count > 0)
        memcpy(out->bytes + out->to, bytes, count);
    out->to += count;
}

static void out_empty(struct outbox *out)
{
    free(out->bytes);
    *out = (struct outbox){0};
}

static void answer(struct client *client, enum wire_kind kind, const char *bytes, size_t count)
{
    unsigned char header[WIRE_HEADER_BYTES];
    wire_put(header, kind, (uint32_t)count);
    out_add(&client->out, header, sizeof header);
    out_add(&client->out, bytes, count);
}

static bool text_write(void *context, const char *bytes, size_t count)
{
    struct client *client = context;
    while (count > 0) {
        size_t part = count < WIRE_ANSWER_BYTES ? count : WIRE_ANSWER_BYTES;
        answer(client, WIRE_TEXT, bytes, part);
        bytes += part;
        count -= part;
    }
    return unread(client) < UNREAD_BYTES;
}

static void cut_off(struct client *client, const char *reason)
{
    answer(client, WIRE_FAILED, reason, strlen(reason));
    client->leaving = true;
}

/* False: nobody reads any more. */
static bool out_send(struct client *client)
{
    struct outbox *out = &client->out;
    while (out->from < out->to) {
        ssize_t count = send(client->socket, out->bytes + out->from, out->to - out->from,
                             MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0)
            return errno == EAGAIN || errno == EINTR;
        out->from += (size_t)count;
    }
    out_empty(out);
    return !client->leaving;
}

/* Requests. */

static void progress_tell(struct client *client, enum progress progress)
{
    const char *reason = interpreter_reason(client->interpreter);
    client->busy = progress == PROGRESS_RUNNING;
    if (progress == PROGRESS_DONE)
        answer(client, WIRE_DONE, NULL, 0);
    else if (progress == PROGRESS_FAILED)
        answer(client, WIRE_FAILED, reason, strlen(reason));
    else if (progress == PROGRESS_INCOMPLETE)
        answer(client, WIRE_INCOMPLETE, reason, strlen(reason));
}

static void statement_arrives(struct client *client, struct span text)
{
    progress_tell(client, interpreter_begin(client->interpreter, text));
}

static void prefix_arrives(struct client *client, struct span text)
{
    progress_tell(client, interpreter_complete(client->interpreter, text));
}

static void interrupt_arrives(struct client *client, struct span text)
{
    (void)text;
    interpreter_interrupt(client->interpreter);
}

struct request_kind {
    enum wire_kind kind;
    size_t most_bytes;
    bool while_busy;
    void (*arrives)(struct client *client, struct span text);
};

static const struct request_kind request_kinds[] = {
    {WIRE_STATEMENT, WIRE_STATEMENT_BYTES, false, statement_arrives},
    {WIRE_COMPLETE, WIRE_STATEMENT_BYTES, false, prefix_arrives},
    {WIRE_INTERRUPT, 0, true, interrupt_arrives},
};

static const struct request_kind *request_kind_find(unsigned char kind)
{
    for (size_t i = 0; i < sizeof request_kinds / sizeof request_kinds[0]; i++)
        if (request_kinds[i].kind == kind)
            return &request_kinds[i];
    return NULL;
}

/* Takes one request from what was read; false: none is whole. */
static bool request_take(struct client *client)
{
    if (client->in_count == 0 || client->leaving || !interpreter_ready(client->interpreter))
        return false;
    const struct request_kind *kind = request_kind_find(client->in[0]);
    uint32_t count = client->in_count < WIRE_HEADER_BYTES ? 0 : wire_count(client->in);
    if (kind == NULL)
        cut_off(client, "that is no request; use `tidemark console`");
    else if (count > kind->most_bytes)
        cut_off(client, "a statement is too long: it has at most 16384 bytes");
    else if (client->busy && !kind->while_busy)
        cut_off(client, "the request came before the last answer was given");
    if (client->leaving || client->in_count < WIRE_HEADER_BYTES + count)
        return false;
    kind->arrives(client, (struct span){(char *)client->in + WIRE_HEADER_BYTES, count});
    client->in_count -= WIRE_HEADER_BYTES + count;
    memmove(client->in, client->in + WIRE_HEADER_BYTES + count, client->in_count);
    return true;
}

static void requests_take(struct client *client)
{
    while (request_take(client))
        ;
}

/* False: the client is gone. */
static bool in_receive(struct client *client)
{
    ssize_t count = recv(client->socket, client->in + client->in_count,
                         sizeof client->in - client->in_count, MSG_DONTWAIT);
    if (count <= 0)
        return count < 0 && (errno == EAGAIN || errno == EINTR);
    client->in_count += (size_t)count;
    requests_take(client);
    return true;
}

static bool hears(const struct client *client)
{
    return !client->leaving && interpreter_ready(client->interpreter);
}

bool client_exchange(struct client *client)
{
    if (client_parted(client))
        return true;
    if (hears(client) && !in_receive(client))
        return false;
    return out_send(client);
}

bool client_step(struct client *client, uint64_t now_ns)
{
    if (client_due_ns(client) > now_ns)
        return true;
    client->rests_until_ns = now_ns + 2 * SLICE_NS;
    if (client_parted(client))
        return interpreter_shrink(client->interpreter);
    if (interpreter_ready(client->interpreter))
        progress_tell(client, interpreter_step(client->interpreter));
    else
        interpreter_prepare(client->interpreter);
    requests_take(client);
    return out_send(client);
}

/* It has something to do, and somebody who takes it. */
static bool works(const struct client *client)
{
    if (client_parted(client))
        return true;
    bool works = client->busy || !interpreter_ready(client->interpreter);
    return works && !client->leaving && unread(client) < UNREAD_BYTES;
}

uint64_t client_due_ns(const struct client *client)
{
    uint64_t wake_ns = client->busy ? interpreter_wake_ns(client->interpreter) : 0;
    if (!works(client))
        return UINT64_MAX;
    return wake_ns > client->rests_until_ns ? wake_ns : client->rests_until_ns;
}

unsigned client_events(const struct client *client)
{
    if (client_parted(client))
        return 0;
    return (hears(client) ? EPOLLIN : 0) | (unread(client) > 0 ? EPOLLOUT : 0);
}

bool client_parted(const struct client *client)
{
    return client->socket < 0;
}

int client_socket(const struct client *client)
{
    return client->socket;
}

struct client *client_create(int socket, const struct module_host *host)
{
    struct client *client = calloc(1, sizeof *client);
    if (client == NULL)
        abort();
    client->socket = socket;
    client->interpreter = interpreter_create(host, &(struct outlet){text_write, client});
    return client;
}

void client_part(struct client *client)
{
    close(client->socket);
    client->socket = -1;
    client->busy = false;
    out_empty(&client->out);
    interpreter_abandon(client->interpreter);
}

void client_destroy(struct client *client)
{
    interpreter_destroy(client->interpreter);
    out_empty(&client->out);
    if (!client_parted(client))
        close(client->socket);
    free(client);
}
