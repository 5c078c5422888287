/* heap.c - the four-ary heap of heap.h over a chunked array. */
#include "heap.h"

#define ARITY 4

struct item {
    uint64_t key;
    uint64_t order : 64 - SLOT_BITS; /* of its push: 2^34 pushes before ties may swap */
    uint64_t slot : SLOT_BITS;
};

void heap_create(struct heap *heap, struct account *above, const struct slots *slots)
{
    *heap = (struct heap){.slots = slots};
    array_create(&heap->items, above, "heap", sizeof(struct item));
}

void heap_destroy(struct heap *heap)
{
    array_destroy(&heap->items);
}

static struct item *item_at(const struct heap *heap, uint32_t position)
{
    return array_at(&heap->items, position);
}

static bool item_before(const struct item *one, const struct item *other)
{
    return one->key != other->key ? one->key < other->key : one->order < other->order;
}

static void item_place(struct heap *heap, uint32_t position, struct item item)
{
    *item_at(heap, position) = item;
    ((struct heap_node *)slot_node(heap->slots, item.slot))->position = position;
}

static uint32_t heap_rise(struct heap *heap, uint32_t position, const struct item *item)
{
    while (position > 0) {
        uint32_t parent = (position - 1) / ARITY;
        if (!item_before(item, item_at(heap, parent)))
            break;
        item_place(heap, position, *item_at(heap, parent));
        position = parent;
    }
    return position;
}

static uint32_t heap_first_child(const struct heap *heap, uint32_t position)
{
    uint64_t first = (uint64_t)position * ARITY + 1;
    if (first >= heap->items.count)
        return NO_SLOT;
    uint32_t best = (uint32_t)first;
    for (uint64_t child = first + 1; child < first + ARITY && child < heap->items.count; child++)
        if (item_before(item_at(heap, (uint32_t)child), item_at(heap, best)))
            best = (uint32_t)child;
    return best;
}

static uint32_t heap_sink(struct heap *heap, uint32_t position, const struct item *item)
{
    for (;;) {
        uint32_t child = heap_first_child(heap, position);
        if (child == NO_SLOT || !item_before(item_at(heap, child), item))
            return position;
        item_place(heap, position, *item_at(heap, child));
        position = child;
    }
}

static void heap_settle(struct heap *heap, uint32_t position, struct item item)
{
    position = heap_rise(heap, position, &item);
    item_place(heap, heap_sink(heap, position, &item), item);
}

static struct item item_new(struct heap *heap, uint32_t slot, uint64_t key)
{
    return (struct item){.key = key, .order = heap->pushes++, .slot = slot};
}

void heap_push(struct heap *heap, uint32_t slot, uint64_t key)
{
    array_push(&heap->items);
    heap_settle(heap, heap->items.count - 1, item_new(heap, slot, key));
}

static uint32_t heap_position(const struct heap *heap, uint32_t slot)
{
    return (uint32_t)((const struct heap_node *)slot_node(heap->slots, slot))->position;
}

void heap_remove(struct heap *heap, uint32_t slot)
{
    uint32_t position = heap_position(heap, slot);
    struct item last = *item_at(heap, heap->items.count - 1);
    array_pop(&heap->items);
    if (position < heap->items.count)
        heap_settle(heap, position, last);
}

void heap_update(struct heap *heap, uint32_t slot, uint64_t key)
{
    heap_settle(heap, heap_position(heap, slot), item_new(heap, slot, key));
}

uint32_t heap_first(const struct heap *heap, uint64_t *key)
{
    if (heap->items.count == 0)
        return NO_SLOT;
    const struct item *first = item_at(heap, 0);
    *key = first->key;
    return first->slot;
}
