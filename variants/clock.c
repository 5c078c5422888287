/* clock.c - first in, first out, with a second chance for entries that were used.
 *
 * Corbato 1968, with one bit. The hand on the ring of entries is the tail of a list: an entry with
 * a second chance moves from the tail to the head. A new entry has none.
 */
#include "queue.h"

struct clock {
    struct account *account;
    const struct slots *slots;
    struct queue ring; /* the hand is at the tail */
};

static void *clock_create(const struct policy_setup *setup)
{
    struct clock *clock = account_alloc(setup->account, sizeof *clock);
    *clock = (struct clock){.account = setup->account, .slots = setup->slots, .ring = QUEUE_EMPTY};
    return clock;
}

static void clock_destroy(void *order)
{
    struct clock *clock = order;
    account_free(clock->account, clock);
}

static void clock_insert(void *order, uint32_t slot, const struct access *access)
{
    struct clock *clock = order;
    link_at(clock->slots, slot)->tag = 0;
    queue_push(&clock->ring, clock->slots, slot);
}

static void clock_hit(void *order, uint32_t slot, const struct access *access)
{
    struct clock *clock = order;
    link_at(clock->slots, slot)->tag = 1;
}

static uint32_t clock_victim(void *order, const struct access *access)
{
    struct clock *clock = order;
    uint32_t slot;
    while ((slot = clock->ring.tail) != NO_SLOT && link_at(clock->slots, slot)->tag) {
        link_at(clock->slots, slot)->tag = 0;
        queue_to_head(&clock->ring, clock->slots, slot);
    }
    return slot;
}

static void clock_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why)
{
    struct clock *clock = order;
    queue_remove(&clock->ring, clock->slots, slot);
}

const struct policy clock_policy = {
    .name = "clock",
    .summary = "first in, first out, with a second chance",
    .limits = KEEPS_CAPACITY,
    .node_bytes = sizeof(struct link),
    .create = clock_create,
    .destroy = clock_destroy,
    .insert = clock_insert,
    .hit = clock_hit,
    .victim = clock_victim,
    .remove = clock_remove,
};
