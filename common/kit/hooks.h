/* hooks.h - callbacks of a policy for record and connection events in the service.
 *
 * Some leaks are mistakes of ownership, not of eviction order. A policy that demonstrates one sets
 * `hooks` in its struct policy; the service calls them.
 *
 * Threads: any thread may call a hook, and several threads at once; the calls for one connection
 * never overlap. `on_fetch` runs under the lock of a shard and must not call hold or release.
 * References that the hooks own are taken and dropped through the setup's functions, so that they
 * are not counted as held by a session or a request.
 */
#pragma once

#include "kind.h"
#include "memory.h"

#include <stddef.h>
#include <stdint.h>

struct record;
struct registry;

/* Data attached to one record, which is notified when the record is freed. */
struct attachment {
    /* The record's last reference was dropped. Any thread; perhaps under the lock of a shard. */
    void (*record_freed)(struct attachment *attachment);
    /* The object that contains the attachment. */
    const struct kind *kind;
    const void *object;
};

struct hooks_setup { /* outlives the state */
    struct memory_zone *zone;
    void *service;
    void (*hold)(struct record *record);
    void (*release)(void *service, struct record *record);
    /* Returns the record with the attachment, in the same zone; to be called in on_fetch only.
     * Takes over the caller's reference to `record` and returns one. */
    struct record *(*attach)(struct record *record, struct memory_zone *zone,
                             struct attachment *attachment);
};

/* A member that may be NULL does nothing then. */
struct hooks {
    void *(*create)(const struct hooks_setup *setup);
    /* Frees everything that is left, leaked objects too, while the caches still exist. */
    void (*destroy)(void *state);
    /* A record was fetched from the origin; the record returned replaces it. May be NULL. */
    struct record *(*on_fetch)(void *state, struct record *record, struct memory_zone *zone);
    /* A connection was opened: returns its state, passed to the next two. May be NULL. */
    void *(*on_connect)(void *state);
    /* The record, to which the caller has a reference, is sent on the connection. May be NULL. */
    void (*on_serve)(void *state, void *connection, struct record *record);
    void (*on_disconnect)(void *state, void *connection); /* may be NULL */
    /* All objects that the hooks allocated, for the census and the reference walk. May be NULL. */
    struct registry *(*objects)(void *state);
    const struct kind *connection_kind; /* of what on_connect returns. May be NULL */
    uint32_t connection_requests;       /* after which a connection is closed; 0: never */
};
