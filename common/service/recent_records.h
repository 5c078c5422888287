/* recent_records.h - the last few records that a connection asked for, which it owns.
 *
 * One thread at a time.
 */
#ifndef RECENT_RECORDS_H
#define RECENT_RECORDS_H

#include "policy_hooks.h"

struct session;

struct session_setup { /* outlives the session */
    struct shards *shards;
    struct policy_hooks *hooks;
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
