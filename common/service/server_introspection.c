/* server_introspection.c - adds connections and replies to a census and to a reference walk. */
#include "server_loop.h"

#define CONNECTIONS_PER_STEP 128

static void requests_census(struct census *census, const char *type, atomic_uint_least64_t *total,
                            atomic_uint_least64_t *done, size_t bytes)
{
    uint64_t ended = atomic_load_explicit(done, memory_order_relaxed);
    uint64_t begun = atomic_load_explicit(total, memory_order_relaxed);
    struct census_row row = {"main.requests",         "",    begun - ended,
                             (begun - ended) * bytes, begun, begun * bytes};
    snprintf(row.type, sizeof row.type, "%s", type);
    census_add(census, &row);
}

static void connections_census(struct census *census)
{
    struct census_row row = *census_find(census, "main.sessions", "session");
    row.live_bytes = row.live * sizeof(struct connection);
    row.total_bytes = row.total * sizeof(struct connection);
    snprintf(row.container, sizeof row.container, "main.connections");
    snprintf(row.type, sizeof row.type, "connection");
    census_add(census, &row);
}

void server_census(void *context, struct census *census)
{
    struct server *server = context;
    connections_census(census);
    for (unsigned i = 0; i < server->loop_count; i++) {
        struct loop *loop = &server->loops[i];
        requests_census(census, "reply", &loop->replies, &loop->replies_done,
                        sizeof(struct exchange));
        requests_census(census, "waiting", &loop->waits, &loop->waits_done,
                        sizeof(struct waiting_request));
    }
}

/* The reference walk. */

static uint64_t loop_number(const struct loop *loop)
{
    const struct server *server = loop->server;
    return server->loop_count > 1 ? (uint64_t)(loop - server->loops) : REFERENCE_NO_NUMBER;
}

static void replies_visit(const struct loop *loop, struct reference_walk *walk)
{
    reference_walk_push(walk, "main.requests", loop_number(loop));
    for (const h2o_linklist_t *link = loop->sent.next; link != &loop->sent; link = link->next) {
        const struct exchange *sent = H2O_STRUCT_FROM_MEMBER(struct exchange, link, link);
        reference_walk_push(walk, "reply", REFERENCE_NO_NUMBER);
        visit_record(reference_walk_visit(walk), sent->reply.record);
        reference_walk_pop(walk);
    }
    reference_walk_pop(walk);
}

/* Returns whether there are more connections. A connection's number is its file descriptor. */
static bool connections_visit(struct loop *loop, struct reference_walk *walk)
{
    reference_walk_push(walk, "main.connections", loop_number(loop));
    for (int i = 0; i < CONNECTIONS_PER_STEP && loop->cursor; i++) {
        struct connection *connection = loop->cursor;
        loop->cursor = connection->next;
        reference_walk_push(walk, "connection", (uint64_t)h2o_socket_get_fd(connection->socket));
        visit_refer(reference_walk_visit(walk), &recent_records_kind, connection->recent);
        reference_walk_pop(walk);
    }
    reference_walk_pop(walk);
    return loop->cursor != NULL;
}

static void loop_visit(struct loop *loop)
{
    struct roots_walk *roots = &loop->server->roots;
    if (roots->restart) {
        loop->cursor = loop->connections;
        replies_visit(loop, roots->walk);
    }
    roots->more = connections_visit(loop, roots->walk);
    atomic_store(&roots->answered, true);
}

void walk_received(h2o_multithread_receiver_t *receiver, h2o_linklist_t *messages)
{
    struct loop *loop = H2O_STRUCT_FROM_MEMBER(struct loop, walk_receiver, receiver);
    if (h2o_linklist_is_empty(messages))
        return;
    h2o_linklist_unlink(&loop->server->roots.message.link); /* the only message there is */
    loop_visit(loop);
}

/* A loop was sent the walk and has not answered yet. */
static bool roots_in_progress(const struct roots_walk *roots)
{
    return roots->requested && !atomic_load(&roots->answered);
}

static void roots_request(struct server *server, struct reference_walk *walk)
{
    struct roots_walk *roots = &server->roots;
    roots->walk = walk;
    roots->requested = true;
    atomic_store(&roots->answered, false);
    if (roots->loop == 0)
        loop_visit(server->loops);
    else
        h2o_multithread_send_message(&server->loops[roots->loop].walk_receiver, &roots->message);
}

enum reference_walk_state server_roots(void *context, struct reference_walk *walk, bool restart)
{
    struct server *server = context;
    struct roots_walk *roots = &server->roots;
    if (restart)
        roots->loop = 0;
    else if (roots_in_progress(roots))
        return WALK_WAITING;
    else if (!roots->more)
        roots->loop++;
    roots->restart = restart || !roots->more;
    if (roots->loop == server->loop_count)
        return WALK_DONE;
    roots_request(server, walk);
    return roots_in_progress(roots) ? WALK_WAITING : WALK_CONTINUES;
}

bool server_roots_idle(void *context)
{
    return !roots_in_progress(&((struct server *)context)->roots);
}
