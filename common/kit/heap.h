/* heap.h - slots by a key, the smallest at hand; equal keys leave in the order they came.
 *
 * A four-ary heap (Johnson 1975: fewer levels, the children of a node side by side). A policy's
 * node begins with a struct heap_node. A push with a key not below all others is O(1).
 */
#ifndef HEAP_H
#define HEAP_H

#include "array.h"
#include "slots.h"

struct heap_node {
    uint64_t position; /* in the heap; the heap's own */
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
/* Gives the slot another key, as if it had left and come again. */
void heap_update(struct heap *heap, uint32_t slot, uint64_t key);
/* The slot with the smallest key, its key in *key; NO_SLOT when empty. */
uint32_t heap_first(const struct heap *heap, uint64_t *key);

#endif
