/* slru.c - four LRU segments; each hit moves an entry up by one.
 *
 * Segmented LRU (Karedla, Love & Wherry 1994), with four equal segments as in TinyLFU's and
 * Facebook's caches. When a segment is full, its least recently used entry moves one segment down;
 * the lowest segment evicts. While the cache fills, a new entry enters the lowest segment that is
 * not full.
 */
#include "queue.h"

#define SEGMENTS 4

struct slru {
    const struct slots *slots;
    struct queue segments[SEGMENTS]; /* most recently used at the head; a link's tag says which */
};

static void *slru_create(const struct policy_setup *setup)
{
    struct slru *slru = account_alloc(setup->account, sizeof *slru);
    *slru = (struct slru){.slots = setup->slots};
    for (unsigned i = 0; i < SEGMENTS; i++)
        slru->segments[i] = QUEUE_EMPTY;
    return slru;
}

static uint32_t segment_room(const struct access *access)
{
    return access->capacity < SEGMENTS ? 1 : access->capacity / SEGMENTS;
}

static void segment_push(struct slru *slru, unsigned segment, uint32_t slot)
{
    link_at(slru->slots, slot)->tag = segment & LINK_TAG_MAX;
    queue_push(&slru->segments[segment], slru->slots, slot);
}

/* Moves the last entry of a segment that is too large one down, and so on to the lowest. */
static void segment_settle(struct slru *slru, unsigned segment, uint32_t room)
{
    for (; segment > 0 && slru->segments[segment].count > room; segment--) {
        uint32_t last = slru->segments[segment].tail;
        queue_remove(&slru->segments[segment], slru->slots, last);
        segment_push(slru, segment - 1, last);
    }
}

static void slru_insert(void *order, uint32_t slot, const struct access *access)
{
    struct slru *slru = order;
    unsigned segment = 0;
    while (segment < SEGMENTS && slru->segments[segment].count >= segment_room(access))
        segment++;
    segment_push(slru, segment % SEGMENTS, slot);
}

static void slru_hit(void *order, uint32_t slot, const struct access *access)
{
    struct slru *slru = order;
    unsigned segment = link_at(slru->slots, slot)->tag;
    unsigned above = segment + 1 < SEGMENTS ? segment + 1 : segment;
    queue_remove(&slru->segments[segment], slru->slots, slot);
    segment_push(slru, above, slot);
    segment_settle(slru, above, segment_room(access));
}

static uint32_t slru_victim(void *order, const struct access *access)
{
    struct slru *slru = order;
    unsigned segment = 0;
    while (segment + 1 < SEGMENTS && slru->segments[segment].count == 0)
        segment++;
    return slru->segments[segment].tail;
}

static void slru_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why)
{
    struct slru *slru = order;
    queue_remove(&slru->segments[link_at(slru->slots, slot)->tag], slru->slots, slot);
}

const struct policy slru_policy = {
    .name = "slru",
    .summary = "four LRU segments; a hit moves an entry up by one",
    .limits = KEEPS_CAPACITY,
    .node_bytes = sizeof(struct link),
    .create = slru_create,
    .insert = slru_insert,
    .hit = slru_hit,
    .victim = slru_victim,
    .remove = slru_remove,
};
