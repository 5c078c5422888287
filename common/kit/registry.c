/* registry.c - a linked list with a lock. */
#include "registry.h"

#include "memory.h"

#include <assert.h>

void registry_create(struct registry *registry, const struct kind *kind)
{
    *registry = (struct registry){.kind = kind};
    pthread_mutex_init(&registry->lock, NULL);
}

void registry_destroy(struct registry *registry)
{
    assert(registry->first == NULL);
    pthread_mutex_destroy(&registry->lock);
}

void registry_add(struct registry *registry, struct registered *object)
{
    size_t bytes = memory_usable(object);
    pthread_mutex_lock(&registry->lock);
    object->number = registry->total++;
    object->walk = 0;
    object->link = &registry->first;
    object->next = registry->first;
    if (object->next)
        object->next->link = &object->next;
    registry->first = object;
    registry->live++;
    registry->live_bytes += bytes;
    registry->total_bytes += bytes;
    pthread_mutex_unlock(&registry->lock);
}

static void registered_unlink(struct registry *registry, struct registered *object)
{
    if (registry->cursor == object)
        registry->cursor = object->next;
    *object->link = object->next;
    if (object->next)
        object->next->link = object->link;
    registry->live--;
    registry->live_bytes -= memory_usable(object);
}

void registry_remove(struct registry *registry, struct registered *object)
{
    pthread_mutex_lock(&registry->lock);
    registered_unlink(registry, object);
    pthread_mutex_unlock(&registry->lock);
}

void *registry_take(struct registry *registry)
{
    pthread_mutex_lock(&registry->lock);
    struct registered *object = registry->first;
    if (object)
        registered_unlink(registry, object);
    pthread_mutex_unlock(&registry->lock);
    return object;
}

void registry_count(struct registry *registry, struct registry_counts *counts)
{
    pthread_mutex_lock(&registry->lock);
    *counts = (struct registry_counts){registry->live, registry->live_bytes, registry->total,
                                       registry->total_bytes};
    pthread_mutex_unlock(&registry->lock);
}

bool registry_visit(struct registry *registry, bool restart, unsigned limit,
                    void (*visit)(void *context, struct registered *object), void *context)
{
    pthread_mutex_lock(&registry->lock);
    if (restart)
        registry->cursor = registry->first;
    for (; registry->cursor != NULL && limit > 0; limit--) {
        struct registered *object = registry->cursor;
        registry->cursor = object->next;
        visit(context, object);
    }
    bool more = registry->cursor != NULL;
    pthread_mutex_unlock(&registry->lock);
    return more;
}
