/* session.h - the last few records that a connection asked for, which it owns.
 *
 * One thread at a time.
 */
#ifndef SESSION_H
#define SESSION_H

#include "shards.h"

struct session;

/* `records` is how many it keeps; it may be 0. */
struct session *session_create(struct shards *shards, struct memory_zone *zone, uint32_t records);
void session_destroy(struct session *session);
/* Takes a reference of its own and gives back the oldest one. */
void session_note(struct session *session, struct record *record);

#endif
