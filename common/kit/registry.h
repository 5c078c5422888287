/* registry.h - all objects of a kind, so that they can be freed at the end however lost they are.
 *
 * No holder: while a variant serves, it reaches nothing through its registry. Any thread may call.
 */
#ifndef REGISTRY_H
#define REGISTRY_H

#include <pthread.h>

struct registered { /* the first member of each object */
    struct registered *next, **link;
};

struct registry {
    pthread_mutex_t lock;
    struct registered *first;
};

void registry_create(struct registry *registry);
/* It must be empty. */
void registry_destroy(struct registry *registry);
void registry_add(struct registry *registry, struct registered *object);
void registry_remove(struct registry *registry, struct registered *object);
/* Removes one that is left; NULL: none is. */
void *registry_take(struct registry *registry);

#endif
