/* registry.h - all objects of a kind: counted, and freed at the end however lost they are.
 *
 * No holder: while a variant serves, it reaches nothing through its registry. Any thread may call.
 */
#ifndef REGISTRY_H
#define REGISTRY_H

#include "kind.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct registered { /* the first member of each object, which is an allocation of its own */
    struct registered *next, **link;
    uint64_t number; /* so many had been added before */
    uint64_t walk;   /* the reference walk that reached it last; 0: none */
};

struct registry {
    const struct kind *kind;
    pthread_mutex_t lock;
    struct registered *first;
    struct registered *cursor; /* where registry_visit goes on */
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
/* Removes one that is left; NULL: none is. */
void *registry_take(struct registry *registry);

void registry_count(struct registry *registry, struct registry_counts *counts);
/* Visits up to `most` objects, newest first, which stay there while they are looked at; from the
 * first one on, or where the last call left off. False: those were the last. One looker at a
 * time. */
bool registry_visit(struct registry *registry, bool anew, unsigned most,
                    void (*see)(void *context, struct registered *object), void *context);

#endif
