/* recency.c - a list with the most recently used entry at its head. */
#include "recency.h"

void *recency_create(const struct policy_setup *setup)
{
    struct recency *recency = account_alloc(setup->account, sizeof *recency);
    *recency = (struct recency){.slots = setup->slots, .order = QUEUE_EMPTY};
    return recency;
}

void recency_insert(void *order, uint32_t slot, const struct access *access)
{
    struct recency *recency = order;
    queue_push(&recency->order, recency->slots, slot);
}

void recency_hit(void *order, uint32_t slot, const struct access *access)
{
    struct recency *recency = order;
    queue_to_head(&recency->order, recency->slots, slot);
}

uint32_t recency_victim(void *order, const struct access *access)
{
    return ((struct recency *)order)->order.tail;
}

void recency_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why)
{
    struct recency *recency = order;
    queue_remove(&recency->order, recency->slots, slot);
}
