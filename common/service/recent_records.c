/* recent_records.c - the last few records that a connection asked for, which it owns. */
#include "recent_records.h"

struct session {
    const struct session_setup *setup;
    void *guest;
    uint32_t at; /* the next place */
    struct record *records[];
};

struct session *session_create(const struct session_setup *setup)
{
    struct session *session = memory_alloc_zeroed(setup->zone, session_bytes(setup));
    session->setup = setup;
    session->guest = policy_hooks_connect(setup->hooks);
    return session;
}

void session_destroy(struct session *session)
{
    const struct session_setup *setup = session->setup;
    policy_hooks_disconnect(setup->hooks, session->guest);
    for (uint32_t i = 0; i < setup->records; i++)
        if (session->records[i])
            shards_release(setup->shards, session->records[i]);
    memory_free(session);
}

static void session_keep(struct session *session, struct record *record)
{
    const struct session_setup *setup = session->setup;
    struct record *oldest = session->records[session->at];
    shards_hold(setup->shards, record);
    session->records[session->at] = record;
    session->at = session->at + 1 == setup->records ? 0 : session->at + 1;
    if (oldest)
        shards_release(setup->shards, oldest);
}

void session_note(struct session *session, struct record *record)
{
    policy_hooks_asked(session->setup->hooks, session->guest, record);
    if (session->setup->records > 0)
        session_keep(session, record);
}

size_t session_bytes(const struct session_setup *setup)
{
    return sizeof(struct session) + setup->records * sizeof(struct record *);
}

static void session_refers(const void *object, struct visit *visit)
{
    const struct session *session = object;
    policy_hooks_refer(session->setup->hooks, session->guest, visit);
    for (uint32_t i = 0; i < session->setup->records; i++)
        visit_record(visit, session->records[i]);
}

const struct kind session_kind = {.name = "session", .refers = session_refers};
