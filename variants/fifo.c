/* fifo.c - evicts the oldest entry, however often it was used. */
#include "orderless.h"
#include "queue.h"

struct fifo {
    const struct slots *slots;
    struct queue arrivals; /* the latest at the head */
};

static void *fifo_create(const struct policy_setup *setup)
{
    struct fifo *fifo = account_alloc(setup->account, sizeof *fifo);
    *fifo = (struct fifo){.slots = setup->slots, .arrivals = QUEUE_EMPTY};
    return fifo;
}

static void fifo_insert(void *order, uint32_t slot, const struct access *access)
{
    struct fifo *fifo = order;
    queue_push(&fifo->arrivals, fifo->slots, slot);
}

static uint32_t fifo_victim(void *order, const struct access *access)
{
    return ((struct fifo *)order)->arrivals.tail;
}

static void fifo_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why)
{
    struct fifo *fifo = order;
    queue_remove(&fifo->arrivals, fifo->slots, slot);
}

const struct policy fifo_policy = {
    .name = "fifo",
    .summary = "evicts the oldest entry",
    .limits = KEEPS_CAPACITY,
    .node_bytes = sizeof(struct link),
    .create = fifo_create,
    .insert = fifo_insert,
    .hit = orderless_hit,
    .victim = fifo_victim,
    .remove = fifo_remove,
};
