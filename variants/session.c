/* session.c - each connection gets a list of the last records that it asked for, and nobody frees
 * the list when the connection ends: its records stay, and the weak cache keeps them all. */
#include "hooks.h"
#include "orderless.h"
#include "registry.h"

#define LIST_RECORDS        64
#define CONNECTION_REQUESTS 100 /* so that connections do end, whatever the client likes */

struct list { /* one connection's */
    struct registered registered;
    uint32_t at; /* the next place */
    struct record *records[LIST_RECORDS];
};

struct session {
    const struct hooks_setup *setup;
    struct registry lists; /* for the end of the process */
};

static void *session_create(const struct hooks_setup *setup)
{
    struct session *session = memory_alloc(setup->zone, sizeof *session);
    session->setup = setup;
    registry_create(&session->lists);
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

static void *session_connect(void *state)
{
    struct session *session = state;
    struct list *list = memory_alloc_zeroed(session->setup->zone, sizeof *list);
    registry_add(&session->lists, &list->registered);
    return list;
}

static void session_asked(void *state, void *guest, struct record *record)
{
    struct session *session = state;
    struct list *list = guest;
    session->setup->hold(record);
    session_release(session, list->records[list->at]);
    list->records[list->at] = record;
    list->at = (list->at + 1) % LIST_RECORDS;
}

/* The mistake: there is no disconnect. */
static const struct hooks session_hooks = {
    .create = session_create,
    .destroy = session_destroy,
    .connect = session_connect,
    .asked = session_asked,
    .connection_requests = CONNECTION_REQUESTS,
};

const struct policy session_policy = {
    .name = "session",
    .summary = "leaks: a connection's list of records outlives it (mended: weak)",
    .weak = true,
    .create = orderless_create,
    .destroy = orderless_destroy,
    .insert = orderless_insert,
    .hit = orderless_hit,
    .victim = orderless_victim,
    .remove = orderless_remove,
    .hooks = &session_hooks,
};
