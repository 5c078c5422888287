/* twoq.c - 2Q: a FIFO queue for new entries, an LRU list for keys that come back.
 *
 * Johnson & Shasha, VLDB 1994. A1in is a quarter of the cache; half as many keys as there are
 * entries are remembered after they left it (two_queues.h).
 */
#include "two_queues.h"

#define REMEMBERED_PERCENT 50

static void *twoq_create(const struct policy_setup *setup)
{
    return two_queues_create(setup, REMEMBERED_PERCENT);
}

const struct policy twoq_policy = {
    .name = "twoq",
    .summary = "a FIFO queue for new entries, an LRU list for keys that come back",
    .limits = KEEPS_CAPACITY,
    .node_bytes = sizeof(struct link),
    .create = twoq_create,
    .destroy = two_queues_destroy,
    .insert = two_queues_insert,
    .hit = two_queues_hit,
    .victim = two_queues_victim,
    .remove = two_queues_remove,
};
