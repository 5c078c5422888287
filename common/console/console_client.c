/* console_client.c - receives requests, runs them in slices, sends as fast as the client reads. */
#include "console_client.h"

#include "interpreter.h"
#include "wire.h"
#include "xmalloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define UNSENT_BYTES_MAX 65536 /* with as many or more unsent, the statement pauses */

struct output {
    char *bytes;
    size_t from, to, capacity; /* [from, to) is unsent */
};

struct console_client {
    int socket;         /* -1: disconnected */
    bool busy;          /* a statement runs */
    bool closing;       /* disconnects when all output is sent */
    bool request_waits; /* the input may begin with a whole request */
    struct interpreter *interpreter;
    struct output output;
    size_t input_count;
    unsigned char input[WIRE_HEADER_BYTES + WIRE_STATEMENT_BYTES];
};

/* Output. */

static size_t unsent(const struct console_client *client)
{
    return client->output.to - client->output.from;
}

static void output_add(struct output *output, const void *bytes, size_t count)
{
    output->bytes = growable(output->bytes, &output->capacity, output->to + count, 1);
    if (count > 0)
        memcpy(output->bytes + output->to, bytes, count);
    output->to += count;
}

static void output_clear(struct output *output)
{
    free(output->bytes);
    *output = (struct output){0};
}

static void frame_add(struct console_client *client, enum wire_kind kind, const char *bytes,
                      size_t count)
{
    unsigned char header[WIRE_HEADER_BYTES];
    wire_put(header, kind, (uint32_t)count);
    output_add(&client->output, header, sizeof header);
    output_add(&client->output, bytes, count);
}

/* As many bytes as fit into a frame, which ends between two characters if the text is UTF-8. */
static size_t frame_part(const char *bytes, size_t count)
{
    size_t part = WIRE_ANSWER_BYTES;
    if (count <= part)
        return count;
    while (part > WIRE_ANSWER_BYTES - 4 && ((unsigned char)bytes[part] & 0xc0) == 0x80)
        part--;
    return part;
}

static bool text_write(void *context, const char *bytes, size_t count)
{
    struct console_client *client = context;
    while (count > 0) {
        size_t part = frame_part(bytes, count);
        frame_add(client, WIRE_TEXT, bytes, part);
        bytes += part;
        count -= part;
    }
    return unsent(client) < UNSENT_BYTES_MAX;
}

static void reject(struct console_client *client, const char *reason)
{
    frame_add(client, WIRE_FAILED, reason, strlen(reason));
    client->closing = true;
}

/* Returns false if the client disconnected or must be disconnected. */
static bool output_send(struct console_client *client)
{
    struct output *output = &client->output;
    while (output->from < output->to) {
        ssize_t count = send(client->socket, output->bytes + output->from,
                             output->to - output->from, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0)
            return errno == EAGAIN || errno == EINTR;
        output->from += (size_t)count;
    }
    output_clear(output);
    return !client->closing;
}

/* Requests. */

static void progress_report(struct console_client *client, enum progress progress)
{
    static const enum wire_kind kinds[] = {[PROGRESS_DONE] = WIRE_DONE,
                                           [PROGRESS_FAILED] = WIRE_FAILED,
                                           [PROGRESS_INCOMPLETE] = WIRE_INCOMPLETE};
    const char *error = interpreter_error(client->interpreter);
    client->busy = progress == PROGRESS_RUNNING;
    if (!client->busy)
        frame_add(client, kinds[progress], error, progress == PROGRESS_DONE ? 0 : strlen(error));
}

static void statement_run(struct console_client *client, struct span text)
{
    progress_report(client, interpreter_begin(client->interpreter, text));
}

static void prefix_complete(struct console_client *client, struct span text)
{
    progress_report(client, interpreter_complete(client->interpreter, text));
}

static void statement_interrupt(struct console_client *client, struct span text)
{
    interpreter_interrupt(client->interpreter);
}

struct request_kind {
    enum wire_kind kind;
    size_t bytes_max;
    bool while_busy;
    void (*handle)(struct console_client *client, struct span text);
};

static const struct request_kind request_kinds[] = {
    {WIRE_STATEMENT, WIRE_STATEMENT_BYTES, false, statement_run},
    {WIRE_COMPLETE, WIRE_STATEMENT_BYTES, false, prefix_complete},
    {WIRE_INTERRUPT, 0, true, statement_interrupt},
};

static const struct request_kind *request_kind_find(unsigned char kind)
{
    for (size_t i = 0; i < sizeof request_kinds / sizeof request_kinds[0]; i++)
        if (request_kinds[i].kind == kind)
            return &request_kinds[i];
    return NULL;
}

/* Handles the first request of the input. False: it is not complete yet. */
static bool request_handle(struct console_client *client)
{
    if (client->input_count == 0 || client->closing || !interpreter_ready(client->interpreter))
        return false;
    const struct request_kind *kind = request_kind_find(client->input[0]);
    uint32_t count = client->input_count < WIRE_HEADER_BYTES ? 0 : wire_count(client->input);
    size_t bytes = WIRE_HEADER_BYTES + count;
    if (kind == NULL)
        reject(client, "unknown request; connect with `tidemark console`");
    else if (count > kind->bytes_max)
        reject(client, "the statement is too long: it may have 16384 bytes");
    else if (client->busy && !kind->while_busy)
        reject(client, "the request came before the answer to the last one");
    if (client->closing || client->input_count < bytes)
        return false;
    kind->handle(client, (struct span){(char *)client->input + WIRE_HEADER_BYTES, count});
    client->input_count -= bytes;
    memmove(client->input, client->input + bytes, client->input_count);
    return true;
}

/* While a statement runs: interrupts, and what is an error. */
static void interrupts_handle(struct console_client *client)
{
    while (client->busy && request_handle(client))
        ;
}

/* Returns false if the client disconnected. */
static bool input_receive(struct console_client *client)
{
    ssize_t count = recv(client->socket, client->input + client->input_count,
                         sizeof client->input - client->input_count, MSG_DONTWAIT);
    if (count <= 0)
        return count < 0 && (errno == EAGAIN || errno == EINTR);
    client->input_count += (size_t)count;
    client->request_waits = true;
    interrupts_handle(client);
    return true;
}

static bool receives(const struct console_client *client)
{
    return !client->closing && interpreter_ready(client->interpreter) &&
           client->input_count < sizeof client->input;
}

bool console_client_exchange(struct console_client *client)
{
    if (!console_client_connected(client))
        return true;
    if (receives(client) && !input_receive(client))
        return false;
    return output_send(client);
}

/* Slices. */

static void prepare(struct console_client *client)
{
    if (!interpreter_prepare(client->interpreter))
        reject(client, "the server has not enough memory for another client");
}

bool console_client_step(struct console_client *client, uint64_t now_ns)
{
    if (console_client_due_ns(client) > now_ns)
        return true;
    if (!console_client_connected(client))
        return interpreter_free_slice(client->interpreter);
    if (!interpreter_ready(client->interpreter))
        prepare(client);
    else if (client->busy)
        progress_report(client, interpreter_step(client->interpreter));
    else
        client->request_waits = request_handle(client);
    interrupts_handle(client);
    return output_send(client);
}

static bool has_work(const struct console_client *client)
{
    if (!console_client_connected(client))
        return true;
    bool works = client->busy || client->request_waits || !interpreter_ready(client->interpreter);
    return works && !client->closing && unsent(client) < UNSENT_BYTES_MAX;
}

uint64_t console_client_due_ns(const struct console_client *client)
{
    if (!has_work(client))
        return UINT64_MAX;
    return client->busy ? interpreter_wake_ns(client->interpreter) : 0;
}

unsigned console_client_events(const struct console_client *client)
{
    if (!console_client_connected(client))
        return 0;
    return (receives(client) ? EPOLLIN : 0) | (unsent(client) > 0 ? EPOLLOUT : 0);
}

bool console_client_connected(const struct console_client *client)
{
    return client->socket >= 0;
}

int console_client_socket(const struct console_client *client)
{
    return client->socket;
}

struct console_client *console_client_create(int socket, const struct module_host *host)
{
    struct console_client *client = xcalloc(1, sizeof *client);
    client->socket = socket;
    client->interpreter = interpreter_create(host, text_write, client);
    return client;
}

void console_client_disconnect(struct console_client *client)
{
    close(client->socket);
    client->socket = -1;
    client->busy = false;
    output_clear(&client->output);
    interpreter_drop_variables(client->interpreter);
}

void console_client_destroy(struct console_client *client)
{
    interpreter_destroy(client->interpreter);
    output_clear(&client->output);
    if (console_client_connected(client))
        close(client->socket);
    free(client);
}
