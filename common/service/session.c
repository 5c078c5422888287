/* session.c - the last few records that a connection asked for, which it owns. */
#include "session.h"

struct session {
    struct shards *shards;
    uint32_t count, at; /* places; the next one */
    struct record *records[];
};

struct session *session_create(struct shards *shards, struct memory_zone *zone, uint32_t records)
{
    struct session *session =
        memory_alloc_zeroed(zone, sizeof *session + records * sizeof(struct record *));
    session->shards = shards;
    session->count = records;
    return session;
}

void session_destroy(struct session *session)
{
    for (uint32_t i = 0; i < session->count; i++)
        if (session->records[i])
            shards_release(session->shards, session->records[i]);
    memory_free(session);
}

void session_note(struct session *session, struct record *record)
{
    if (session->count == 0)
        return;
    struct record *oldest = session->records[session->at];
    record_hold(record);
    session->records[session->at] = record;
    session->at = session->at + 1 == session->count ? 0 : session->at + 1;
    if (oldest)
        shards_release(session->shards, oldest);
}
