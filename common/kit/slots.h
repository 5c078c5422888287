/* slots.h - the entries of a cache: small numbers, each with a word for the cache and a node for
 * the policy, which are adjacent in memory.
 *
 * Slots lie in chunks that never move; a chunk without entries is freed. The slot freed last is
 * reused first, because its memory is in the processor's cache, and then one of the lowest chunk
 * with free slots, so that few chunks stay in use after a burst. The policy's node (slot_node) of a
 * new slot is not cleared.
 */
#pragma once

#include "account.h"
#include "policy.h"

#define SLOT_CHUNK_BITS  9 /* with slots of 16 bytes a chunk is exactly two pages */
#define SLOT_CHUNK_SLOTS (UINT32_C(1) << SLOT_CHUNK_BITS)

struct slot_chunk {
    uint16_t used; /* slots taken */
    uint16_t free; /* head of the list of free slots, threaded through their words */
};

struct slots {
    char **chunks; /* NULL: not allocated */
    uint32_t slot_bytes;
    uint32_t chunk_count; /* length of the two arrays and of the bitmap */
    struct slot_chunk *states;
    uint64_t *room;     /* one bit per chunk: it has free slots, or is not allocated */
    uint32_t room_from; /* the words before this one have no bit set */
    uint32_t spare;     /* an empty chunk that is kept, or NO_SLOT */
    uint32_t idle;      /* the slot freed last, for the next slots_take, or NO_SLOT */
    struct account account;
};

/* It must not be moved. */
void slots_create(struct slots *slots, struct account *above, size_t node_bytes);
void slots_destroy(struct slots *slots);
/* As slots_take and slots_give, when no slot is idle. */
uint32_t slots_take_lowest(struct slots *slots);
void slots_give_back(struct slots *slots, uint32_t slot);
/* Bytes that the next slots_take will allocate: 0, or the size of a chunk. */
size_t slots_growth(const struct slots *slots);

static inline uint64_t *slot_word(const struct slots *slots, uint32_t slot)
{
    return (uint64_t *)(slots->chunks[slot >> SLOT_CHUNK_BITS] +
                        (size_t)(slot & (SLOT_CHUNK_SLOTS - 1)) * slots->slot_bytes);
}

/* Whether the slot's memory is allocated. The slot must be, or have been, in use. */
static inline bool slots_has_chunk(const struct slots *slots, uint32_t slot)
{
    return slots->chunks[slot >> SLOT_CHUNK_BITS] != NULL;
}

/* Prefetches a slot's memory, if it is allocated. */
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
