/* registry.c - a list with a lock. */
#include "registry.h"

#include <assert.h>
#include <stddef.h>

void registry_create(struct registry *registry)
{
    registry->first = NULL;
    pthread_mutex_init(&registry->lock, NULL);
}

void registry_destroy(struct registry *registry)
{
    assert(registry->first == NULL);
    pthread_mutex_destroy(&registry->lock);
}

void registry_add(struct registry *registry, struct registered *object)
{
    pthread_mutex_lock(&registry->lock);
    object->link = &registry->first;
    object->next = registry->first;
    if (object->next)
        object->next->link = &object->next;
    registry->first = object;
    pthread_mutex_unlock(&registry->lock);
}

static void registered_unlink(struct registered *object)
{
    *object->link = object->next;
    if (object->next)
        object->next->link = object->link;
}

void registry_remove(struct registry *registry, struct registered *object)
{
    pthread_mutex_lock(&registry->lock);
    registered_unlink(object);
    pthread_mutex_unlock(&registry->lock);
}

void *registry_take(struct registry *registry)
{
    pthread_mutex_lock(&registry->lock);
    struct registered *object = registry->first;
    if (object)
        registered_unlink(object);
    pthread_mutex_unlock(&registry->lock);
    return object;
}
