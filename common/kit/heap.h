/* heap.h - a priority queue of slots: smallest key first, equal keys in order of insertion.
 *
 * A four-ary heap (Johnson 1975): it has fewer levels than a binary one, and the children of a node
 * are adjacent. A policy's node starts with a struct heap_node. Pushing a key that is larger than
 * all others takes constant time.
 */
#pragma once

#include "array.h"
#include "slots.h"

struct heap_node {
    uint64_t position; /* in the heap; set by the heap */
};

struct heap {
    struct array items;
    const struct slots *slots;
    uint64_t pushes; /* breaks ties */
};

void heap_create(struct heap *heap, struct account *above, const struct slots *slots);
void heap_destroy(struct heap *heap);
void heap_push(struct heap *heap, uint32_t slot, uint64_t key);
void heap_remove(struct heap *heap, uint32_t slot);
/* Changes the key, as a removal and a push would. */
void heap_update(struct heap *heap, uint32_t slot, uint64_t key);
/* Returns the slot with the smallest key and sets *key; NO_SLOT: the heap is empty. */
uint32_t heap_first(const struct heap *heap, uint64_t *key);
