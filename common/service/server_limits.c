/* server_limits.c - what a connection, and all of them together, may take of a loop. */
#include "server_loop.h"

#include "clock.h"

#define SILENT_NS        (60 * NS_PER_SECOND) /* without a request, or without reading a reply */
#define IDLE_NS          (20 * NS_PER_MS)     /* before a connection is closed for another */
#define CANDIDATES       64                   /* among which the idlest connection is chosen */
#define TIMEOUTS_MAX     64                   /* per call */
#define ABANDONED_MIN    100                  /* resets that are never too many */
#define INPUT_BYTES_MAX  16384                /* of a request's head */
#define INPUT_BYTES_KEPT 8192                 /* h2o's smallest buffer */

static void connection_shut(struct connection *connection)
{
    struct loop *loop = connection->loop;
    connection->aborted = true;
    loop->unsent_bytes -= connection->unsent_bytes;
    connection->unsent_bytes = 0;
    shutdown(h2o_socket_get_fd(connection->socket), SHUT_RDWR);
}

/* h2o closes an HTTP/2 connection when its reading fails, also while it has nothing to read. It
 * must not happen in a callback of that connection. */
static bool connection_is_at_rest(const struct connection *connection)
{
    const struct loop *loop = connection->loop;
    return connection->http2 && connection != loop->current && (loop->current || !loop->running);
}

void connection_abort(struct connection *connection)
{
    if (connection->aborted)
        return;
    connection_shut(connection);
    if (connection_is_at_rest(connection))
        connection->read(connection->socket, h2o_socket_error_closed);
}

/* The connection after this one, in a circle. */
static struct connection *connection_after(const struct connection *connection)
{
    return connection->next ? connection->next : connection->loop->connections;
}

void connections_make_room(struct loop *loop)
{
    uint64_t idle_since_ns = clock_ns() - IDLE_NS;
    struct connection *idlest = NULL, *each = loop->hand ? loop->hand : loop->connections;
    for (int i = 0; each && i < CANDIDATES; i++, each = connection_after(each))
        if (each->open == 0 && !each->aborted && each->last_ns < idle_since_ns &&
            (idlest == NULL || each->last_ns < idlest->last_ns))
            idlest = each;
    loop->hand = each;
    if (idlest)
        connection_abort(idlest);
}

static struct exchange *exchange_first(h2o_linklist_t *list)
{
    return H2O_STRUCT_FROM_MEMBER(struct exchange, link, list->next);
}

/* Replies of aborted connections go to the end of the list. A single reply may be of any size. */
void replies_trim(struct loop *loop)
{
    while (loop->unsent_bytes > loop->unsent_limit && loop->sent.next != loop->sent.prev) {
        struct exchange *oldest = exchange_first(&loop->sent);
        h2o_linklist_unlink(&oldest->link);
        h2o_linklist_insert(&loop->sent, &oldest->link);
        connection_abort(oldest->connection);
    }
}

static void silent_time_out(struct loop *loop, uint64_t now_ns)
{
    h2o_linklist_t *link = loop->silent.next;
    for (int i = 0; i < TIMEOUTS_MAX && link != &loop->silent; i++, link = link->next) {
        struct connection *oldest = H2O_STRUCT_FROM_MEMBER(struct connection, silent, link);
        if (now_ns - oldest->last_ns < SILENT_NS)
            break;
        connection_abort(oldest);
    }
}

void connections_time_out(struct loop *loop, uint64_t now_ns)
{
    h2o_linklist_t *link = loop->sent.next;
    for (int i = 0; i < TIMEOUTS_MAX && link != &loop->sent; i++, link = link->next) {
        struct exchange *oldest = H2O_STRUCT_FROM_MEMBER(struct exchange, link, link);
        if (now_ns - oldest->sent_ns < SILENT_NS)
            break;
        connection_abort(oldest->connection);
    }
    silent_time_out(loop, now_ns);
}

bool connection_is_abusive(const struct connection *connection)
{
    return connection->abandoned > ABANDONED_MIN + connection->requests / 2;
}

/* Moves what is left of the input to a small buffer. h2o has no pointers into it while it waits for
 * more. */
static void input_shrink(h2o_socket_t *socket)
{
    h2o_buffer_t *small;
    size_t bytes = socket->input->size;
    h2o_buffer_init(&small, &h2o_socket_buffer_prototype);
    if (bytes > 0) {
        memcpy(h2o_buffer_reserve(&small, bytes).base, socket->input->bytes, bytes);
        small->size = bytes;
    }
    h2o_buffer_dispose(&socket->input);
    socket->input = small;
}

bool connection_keep_input(struct connection *connection)
{
    const h2o_buffer_t *input = connection->socket->input;
    if (input->size > (connection->http2 ? 2 : 1) * INPUT_BYTES_MAX)
        return false;
    if (input->size <= INPUT_BYTES_KEPT && input->capacity > INPUT_BYTES_KEPT)
        input_shrink(connection->socket);
    return true;
}
