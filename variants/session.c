/* session.c - each connection has a list of the last records that it requested, which is not freed
 * when the connection is closed: the records stay alive, and so do their entries in the weak cache.
 */
#include "hooks.h"
#include "orderless.h"
#include "registry.h"

#include <stdatomic.h>

#define LIST_RECORDS        64
#define CONNECTION_REQUESTS 100 /* so that connections are closed, whatever the client does */

struct list { /* of one connection */
    struct registered registered;
    uint32_t at;                                    /* index of the oldest */
    _Atomic(struct record *) records[LIST_RECORDS]; /* written by its connection's thread */
};

static void list_refers(const void *object, struct visit *visit)
{
    const struct list *list = object;
    for (uint32_t i = 0; i < LIST_RECORDS; i++)
        visit_record(visit, atomic_load_explicit(&list->records[i], memory_order_acquire));
}

static const struct kind list_kind = {.name = "list", .refers = list_refers};

struct session {
    const struct hooks_setup *setup;
    struct registry lists; /* to free them at the end of the process */
};

static void *session_create(const struct hooks_setup *setup)
{
    struct session *session = memory_alloc(setup->zone, sizeof *session);
    session->setup = setup;
    registry_create(&session->lists, &list_kind);
    return session;
}

static void session_release(struct session *session, struct record *record)
{
    if (record)
        session->setup->release(session->setup->service, record);
}

static void session_destroy(void *state)
{
    struct session *session = state;
    for (struct list *list; (list = registry_take(&session->lists)) != NULL;) {
        for (uint32_t i = 0; i < LIST_RECORDS; i++)
            session_release(session, list->records[i]);
        memory_free(list);
    }
    registry_destroy(&session->lists);
    memory_free(session);
}

static void *session_on_connect(void *state)
{
    struct session *session = state;
    struct list *list = memory_alloc_zeroed(session->setup->zone, sizeof *list);
    registry_add(&session->lists, &list->registered);
    return list;
}

static void session_on_serve(void *state, void *connection, struct record *record)
{
    struct session *session = state;
    struct list *list = connection;
    session->setup->hold(record);
    session_release(session, atomic_load_explicit(&list->records[list->at], memory_order_relaxed));
    atomic_store_explicit(&list->records[list->at], record, memory_order_release);
    list->at = (list->at + 1) % LIST_RECORDS;
}

static struct registry *session_objects(void *state)
{
    return &((struct session *)state)->lists;
}

/* The mistake: there is no on_disconnect. */
static const struct hooks session_hooks = {
    .create = session_create,
    .destroy = session_destroy,
    .on_connect = session_on_connect,
    .on_serve = session_on_serve,
    .objects = session_objects,
    .connection_kind = &list_kind,
    .connection_requests = CONNECTION_REQUESTS,
};

const struct policy session_policy = {
    .name = "session",
    .summary = "leaks: a connection's list of records outlives it (repaired: weak)",
    .weak = true,
    ORDERLESS_FUNCTIONS,
    .hooks = &session_hooks,
};
