/* slots.h - the entries of a cache, each a small number: a word of the cache's and a node of the
 * policy's, side by side in memory.
 *
 * Slots live in chunks that never move; a chunk that empties is given back. The slot given last is
 * taken first, its memory being at hand, then one of the lowest chunk with room, so that few chunks
 * stay in use after a burst. A policy reads and writes its
 * node with slot_node; the word is the cache's. A fresh slot's node is not cleared.
 */
#ifndef SLOTS_H
#define SLOTS_H

#include "account.h"
#include "policy.h"

#define SLOT_CHUNK_BITS  9 /* with 16-byte slots a chunk is two pages: no rounding anywhere */
#define SLOT_CHUNK_SLOTS (UINT32_C(1) << SLOT_CHUNK_BITS)

struct slot_chunk {
    uint16_t used; /* slots taken */
    uint16_t free; /* head of the list of free slots, threaded through their words */
};

struct slots {
    char **chunks; /* NULL: not there now */
    uint32_t slot_bytes;
    uint32_t chunk_count; /* length of the two lists and of the map of chunks with room */
    struct slot_chunk *states;
    uint64_t *room;     /* a bit a chunk: it has free slots, or is not there */
    uint32_t room_from; /* no bit is set in the map's words before this one */
    uint32_t spare;     /* an empty chunk kept for the next need, or NO_SLOT */
    uint32_t idle;      /* the slot given last, kept for the next take, or NO_SLOT */
    struct account account;
};

/* In place. */
void slots_create(struct slots *slots, struct account *above, size_t node_bytes);
void slots_destroy(struct slots *slots);
/* As slots_take and slots_give, when no slot is idle. */
uint32_t slots_take_lowest(struct slots *slots);
void slots_give_back(struct slots *slots, uint32_t slot);
/* Bytes that the next slots_take is going to allocate: 0, or a chunk's. */
size_t slots_growth(const struct slots *slots);

static inline uint64_t *slot_word(const struct slots *slots, uint32_t slot)
{
    return (uint64_t *)(slots->chunks[slot >> SLOT_CHUNK_BITS] +
                        (size_t)(slot & (SLOT_CHUNK_SLOTS - 1)) * slots->slot_bytes);
}

/* Whether the slot's memory is there; the slot is, or once was, one of these slots. */
static inline bool slots_has_chunk(const struct slots *slots, uint32_t slot)
{
    return slots->chunks[slot >> SLOT_CHUNK_BITS] != NULL;
}

/* Brings a slot closer, if it is there. */
static inline void slot_prefetch(const struct slots *slots, uint32_t slot)
{
    uintptr_t chunk = (uintptr_t)slots->chunks[slot >> SLOT_CHUNK_BITS];
    size_t offset = (size_t)(slot & (SLOT_CHUNK_SLOTS - 1)) * slots->slot_bytes;
    __builtin_prefetch((const void *)(chunk + offset));
}

static inline void *slot_node(const struct slots *slots, uint32_t slot)
{
    return slot_word(slots, slot) + 1;
}

static inline uint32_t slots_take(struct slots *slots)
{
    uint32_t slot = slots->idle;
    slots->idle = NO_SLOT;
    return slot != NO_SLOT ? slot : slots_take_lowest(slots);
}

static inline void slots_give(struct slots *slots, uint32_t slot)
{
    if (slots->idle != NO_SLOT)
        slots_give_back(slots, slots->idle);
    *slot_word(slots, slot) = 0;
    slots->idle = slot;
}

#endif
