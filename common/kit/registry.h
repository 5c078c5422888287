/* registry.h - a list of all objects of a kind, to count them and to free leaked ones at the end.
 *
 * The registry does not count as a holder: while it serves, a variant reaches no object through it.
 * Any thread may call.
 */
#pragma once

#include "kind.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct registered { /* the first member of each object, which must be an allocation */
    struct registered *next, **link;
    uint64_t number; /* how many objects had been added before */
    uint64_t walk;   /* the reference walk that reached it last; 0: none */
};

struct registry {
    const struct kind *kind;
    pthread_mutex_t lock;
    struct registered *first;
    struct registered *cursor; /* where registry_visit continues */
    uint64_t live, live_bytes, total, total_bytes;
};

struct registry_counts {
    uint64_t live, live_bytes, total, total_bytes;
};

void registry_create(struct registry *registry, const struct kind *kind);
/* It must be empty. */
void registry_destroy(struct registry *registry);
void registry_add(struct registry *registry, struct registered *object);
void registry_remove(struct registry *registry, struct registered *object);
/* Removes an object and returns it; NULL: the registry is empty. */
void *registry_take(struct registry *registry);

void registry_count(struct registry *registry, struct registry_counts *counts);
/* Visits up to `limit` objects, newest first, under a lock: none is removed meanwhile. `restart`
 * begins with the newest; otherwise the visit continues where the last call ended. Returns whether
 * there are more. One visitor at a time. */
bool registry_visit(struct registry *registry, bool restart, unsigned limit,
                    void (*visit)(void *context, struct registered *object), void *context);
