/* recent_records.h - the last N records requested on a connection, which the connection owns.
 *
 * Censuses and reference walks call it a "session", as --session N does. One thread at a time.
 */
#pragma once

#include "policy_hooks.h"

struct recent_records;

struct recent_records_setup { /* outlives what is created with it */
    struct shards *shards;
    struct policy_hooks *hooks;
    struct memory_zone *zone;
    uint32_t records; /* N; may be 0 */
};

/* Opens a connection for the policy's hooks, and closes it. Destroying releases the records. */
struct recent_records *recent_records_create(const struct recent_records_setup *setup);
void recent_records_destroy(struct recent_records *recent);
/* Takes a reference of its own and releases the oldest record once there are N. */
void recent_records_add(struct recent_records *recent, struct record *record);
/* Size of one allocation. */
size_t recent_records_bytes(const struct recent_records_setup *setup);
extern const struct kind recent_records_kind;
