/* hooks.h - the moments at which a record changes hands in the service, for a variant to act on.
 *
 * Some mistakes are not made in the order of slots but in ownership. A policy's `hooks` plant them:
 * the service calls each at its moment, and knows nothing of what it does.
 *
 * Any thread may call, and several at once, but one connection's moments come one by one. `made` is
 * called inside a shard and must neither hold nor release. What the hooks own they hold through
 * the setup's functions, so that it does not count as held by a session or a request.
 */
#ifndef HOOKS_H
#define HOOKS_H

#include "kind.h"
#include "memory.h"

#include <stddef.h>
#include <stdint.h>

struct record;
struct registry;

/* What belongs to one record and hears of its end. */
struct companion {
    /* The record's last reference is gone. On any thread, perhaps inside a shard. */
    void (*part)(struct companion *companion);
    /* The object whose part it is. */
    const struct kind *kind;
    const void *object;
};

struct hooks_setup { /* outlives the state */
    struct memory_zone *zone;
    void *service;
    void (*hold)(struct record *record);
    void (*release)(void *service, struct record *record);
    /* The record again, now with a companion; only in `made`, in whose zone it lies. */
    struct record *(*accompany)(struct record *record, struct memory_zone *zone,
                                struct companion *companion);
};

struct hooks {
    void *(*create)(const struct hooks_setup *setup);
    /* Lets go of all that is left, leaked or not; the cache is still there. */
    void (*destroy)(void *state);
    /* From here on NULL where nothing is to be done. */
    /* A record was fetched: what is returned takes its place. */
    struct record *(*made)(void *state, struct record *record, struct memory_zone *zone);
    void *(*connect)(void *state); /* the guest of a new connection */
    /* The connection got the record, which the caller holds. */
    void (*asked)(void *state, void *guest, struct record *record);
    void (*disconnect)(void *state, void *guest);
    /* Every object of the hooks' own, for those who count them; NULL: there is none. */
    struct registry *(*objects)(void *state);
    const struct kind *guest;     /* of what `connect` makes */
    uint32_t connection_requests; /* a connection is closed after so many; 0: never */
};

#endif
