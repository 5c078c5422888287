/* ghost.c - 2Q that remembers the key of every entry that ever left: the number of entries is
 * bounded, but the history grows with each new key. Repaired in twoq. */
#include "two_queues.h"

static void *ghost_create(const struct policy_setup *setup)
{
    return two_queues_create(setup, TWO_QUEUES_FORGET_NOTHING);
}

const struct policy ghost_policy = {
    .name = "ghost",
    .summary = "leaks: remembers every key that ever left (repaired: twoq)",
    .limits = KEEPS_CAPACITY,
    .overspends = true,
    .node_bytes = sizeof(struct link),
    .create = ghost_create,
    .destroy = two_queues_destroy,
    .insert = two_queues_insert,
    .hit = two_queues_hit,
    .victim = two_queues_victim,
    .remove = two_queues_remove,
};
