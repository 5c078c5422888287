/* clock.c - first in, first out, with a second chance for entries that were used.
 *
 * Corbato 1968, with one bit. The hand on the ring of entries is the tail of a list: an entry with
 * a second chance moves from the tail to the head. A new entry has none.
 */
#include "recency.h"

static void clock_insert(void *order, uint32_t slot, const struct access *access)
{
    struct recency *clock = order;
    link_at(clock->slots, slot)->tag = 0;
    queue_push(&clock->order, clock->slots, slot);
}

static void clock_hit(void *order, uint32_t slot, const struct access *access)
{
    struct recency *clock = order;
    link_at(clock->slots, slot)->tag = 1;
}

static uint32_t clock_victim(void *order, const struct access *access)
{
    struct recency *clock = order;
    uint32_t slot;
    while ((slot = clock->order.tail) != NO_SLOT && link_at(clock->slots, slot)->tag) {
        link_at(clock->slots, slot)->tag = 0;
        queue_to_head(&clock->order, clock->slots, slot);
    }
    return slot;
}

const struct policy clock_policy = {
    .name = "clock",
    .summary = "first in, first out, with a second chance",
    .limits = KEEPS_CAPACITY,
    .node_bytes = sizeof(struct link),
    .create = recency_create,
    .insert = clock_insert,
    .hit = clock_hit,
    .victim = clock_victim,
    .remove = recency_remove,
};
