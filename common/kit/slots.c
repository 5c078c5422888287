/* slots.c - uses the lowest chunk with free slots first and frees empty chunks. */
#include "slots.h"

#include <assert.h>
#include <string.h>

#define MAP_BITS 64

static void room_set(struct slots *slots, uint32_t chunk)
{
    uint32_t word = chunk / MAP_BITS;
    slots->room[word] |= UINT64_C(1) << (chunk % MAP_BITS);
    if (word < slots->room_from)
        slots->room_from = word;
}

static void room_clear(struct slots *slots, uint32_t chunk)
{
    slots->room[chunk / MAP_BITS] &= ~(UINT64_C(1) << (chunk % MAP_BITS));
}

/* Copies an array into a longer one; the rest is zero. */
static void *list_lengthen(struct account *account, void *list, size_t old_bytes, size_t new_bytes)
{
    void *longer = account_alloc(account, new_bytes);
    if (old_bytes > 0)
        memcpy(longer, list, old_bytes);
    account_free(account, list);
    return longer;
}

/* Doubles the maximum number of chunks: lengthens three short arrays, not the slots themselves. */
static void slots_lengthen(struct slots *slots)
{
    uint32_t old = slots->chunk_count;
    uint32_t count = old == 0 ? MAP_BITS : old * 2;
    assert((uint64_t)count * SLOT_CHUNK_SLOTS <= (uint64_t)NO_SLOT + 1);
    slots->chunks = list_lengthen(&slots->account, slots->chunks, old * sizeof *slots->chunks,
                                  count * sizeof *slots->chunks);
    slots->states = list_lengthen(&slots->account, slots->states, old * sizeof *slots->states,
                                  count * sizeof *slots->states);
    slots->room = list_lengthen(&slots->account, slots->room, old / 8, count / 8);
    slots->chunk_count = count;
    for (uint32_t chunk = old; chunk < count; chunk++)
        room_set(slots, chunk);
}

void slots_create(struct slots *slots, struct account *above, size_t node_bytes)
{
    assert(node_bytes % sizeof(uint64_t) == 0);
    *slots = (struct slots){
        .slot_bytes = (uint32_t)(sizeof(uint64_t) + node_bytes), .spare = NO_SLOT, .idle = NO_SLOT};
    account_open(&slots->account, above, "slots");
    slots_lengthen(slots);
}

void slots_destroy(struct slots *slots)
{
    for (uint32_t chunk = 0; chunk < slots->chunk_count; chunk++)
        account_free(&slots->account, slots->chunks[chunk]);
    account_free(&slots->account, slots->chunks);
    account_free(&slots->account, slots->states);
    account_free(&slots->account, slots->room);
    account_close(&slots->account);
}

static void chunk_open(struct slots *slots, uint32_t chunk)
{
    slots->chunks[chunk] =
        account_alloc(&slots->account, (size_t)SLOT_CHUNK_SLOTS * slots->slot_bytes);
    slots->states[chunk] = (struct slot_chunk){0};
    for (uint32_t i = 0; i < SLOT_CHUNK_SLOTS; i++)
        *slot_word(slots, (chunk << SLOT_CHUNK_BITS) + i) = i + 1;
}

static void chunk_close(struct slots *slots, uint32_t chunk)
{
    account_free(&slots->account, slots->chunks[chunk]);
    slots->chunks[chunk] = NULL;
}

static uint32_t chunk_with_room(struct slots *slots)
{
    uint32_t words = slots->chunk_count / MAP_BITS;
    while (slots->room_from < words && slots->room[slots->room_from] == 0)
        slots->room_from++;
    if (slots->room_from == words)
        slots_lengthen(slots);
    uint32_t bit = (uint32_t)__builtin_ctzll(slots->room[slots->room_from]);
    return slots->room_from * MAP_BITS + bit;
}

size_t slots_growth(const struct slots *slots)
{
    size_t chunk_bytes = (size_t)SLOT_CHUNK_SLOTS * slots->slot_bytes;
    if (slots->idle != NO_SLOT)
        return 0;
    for (uint32_t word = slots->room_from; word < slots->chunk_count / MAP_BITS; word++)
        if (slots->room[word] != 0) {
            uint32_t chunk = word * MAP_BITS + (uint32_t)__builtin_ctzll(slots->room[word]);
            return slots->chunks[chunk] == NULL ? chunk_bytes : 0;
        }
    return chunk_bytes;
}

uint32_t slots_take_lowest(struct slots *slots)
{
    uint32_t chunk = chunk_with_room(slots);
    if (slots->chunks[chunk] == NULL)
        chunk_open(slots, chunk);
    if (slots->spare == chunk)
        slots->spare = NO_SLOT;
    struct slot_chunk *state = &slots->states[chunk];
    uint32_t slot = (chunk << SLOT_CHUNK_BITS) + state->free;
    state->free = (uint16_t)*slot_word(slots, slot);
    if (++state->used == SLOT_CHUNK_SLOTS)
        room_clear(slots, chunk);
    return slot;
}

/* Keeps one empty chunk, so that a cache at a chunk's edge does not keep allocating and freeing. */
static void chunk_emptied(struct slots *slots, uint32_t chunk)
{
    if (slots->spare != NO_SLOT)
        chunk_close(slots, slots->spare > chunk ? slots->spare : chunk);
    slots->spare = slots->spare > chunk ? chunk : slots->spare;
}

void slots_give_back(struct slots *slots, uint32_t slot)
{
    uint32_t chunk = slot >> SLOT_CHUNK_BITS;
    struct slot_chunk *state = &slots->states[chunk];
    *slot_word(slots, slot) = state->free;
    state->free = (uint16_t)(slot & (SLOT_CHUNK_SLOTS - 1));
    room_set(slots, chunk);
    if (--state->used == 0)
        chunk_emptied(slots, chunk);
}
