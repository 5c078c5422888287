/* session.h - the last few records that a connection asked for, which it owns.
 *
 * One thread at a time.
 */
#ifndef SESSION_H
#define SESSION_H

#include "guests.h"

struct session;

struct session_setup { /* outlives the session */
    struct shards *shards;
    struct guests *guests;
    struct memory_zone *zone;
    uint32_t records; /* how many it keeps; may be 0 */
};

struct session *session_create(const struct session_setup *setup);
void session_destroy(struct session *session);
/* Takes a reference of its own and gives back the oldest one. */
void session_note(struct session *session, struct record *record);
/* What one takes. */
size_t session_bytes(const struct session_setup *setup);
extern const struct kind session_kind;

#endif
