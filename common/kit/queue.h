/* queue.h - doubly linked lists of slots, 8 bytes per node.
 *
 * A policy's node starts with a struct link. `tag` and `mark`, two bits each, are for the policy
 * (which list, how often used); the queue does not change them. A slot is in at most one queue at a
 * time.
 */
#pragma once

#include "slots.h"

/* Two 32-bit words: a field across both would cause store-forwarding stalls. */
struct link {
    uint32_t prev : SLOT_BITS; /* towards the head; NO_SLOT at the head */
    uint32_t tag : 32 - SLOT_BITS;
    uint32_t next : SLOT_BITS; /* towards the tail; NO_SLOT at the tail */
    uint32_t mark : 32 - SLOT_BITS;
};

#define LINK_TAG_MAX ((1u << (32 - SLOT_BITS)) - 1) /* of tag, and of mark */

struct queue {
    uint32_t head, tail; /* NO_SLOT: empty */
    uint32_t count;
};

#define QUEUE_EMPTY ((struct queue){NO_SLOT, NO_SLOT, 0})

static inline struct link *link_at(const struct slots *slots, uint32_t slot)
{
    return slot_node(slots, slot);
}

static inline void queue_push(struct queue *queue, const struct slots *slots, uint32_t slot)
{
    struct link *link = link_at(slots, slot);
    link->prev = NO_SLOT;
    link->next = queue->head;
    if (queue->head == NO_SLOT)
        queue->tail = slot;
    else
        link_at(slots, queue->head)->prev = slot;
    queue->head = slot;
    queue->count++;
}

static inline void queue_append(struct queue *queue, const struct slots *slots, uint32_t slot)
{
    struct link *link = link_at(slots, slot);
    link->next = NO_SLOT;
    link->prev = queue->tail;
    if (queue->tail == NO_SLOT)
        queue->head = slot;
    else
        link_at(slots, queue->tail)->next = slot;
    queue->tail = slot;
    queue->count++;
}

/* Inserts the slot before `other`, which is in the queue. */
static inline void queue_insert_before(struct queue *queue, const struct slots *slots,
                                       uint32_t slot, uint32_t other)
{
    uint32_t before = link_at(slots, other)->prev;
    if (before == NO_SLOT) {
        queue_push(queue, slots, slot);
        return;
    }
    link_at(slots, slot)->prev = before;
    link_at(slots, slot)->next = other;
    link_at(slots, before)->next = slot;
    link_at(slots, other)->prev = slot;
    queue->count++;
}

static inline void queue_remove(struct queue *queue, const struct slots *slots, uint32_t slot)
{
    const struct link *link = link_at(slots, slot);
    if (link->prev == NO_SLOT)
        queue->head = link->next;
    else
        link_at(slots, link->prev)->next = link->next;
    if (link->next == NO_SLOT)
        queue->tail = link->prev;
    else
        link_at(slots, link->next)->prev = link->prev;
    queue->count--;
}

static inline void queue_to_head(struct queue *queue, const struct slots *slots, uint32_t slot)
{
    if (queue->head == slot)
        return;
    queue_remove(queue, slots, slot);
    queue_push(queue, slots, slot);
}
