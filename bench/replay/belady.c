/* belady.c - evicts the entry whose next request is furthest away (Belady 1966).
 *
 * This is optimal if all entries have the same size (Mattson et al. 1970). Like every policy here
 * it inserts each key that it misses, even one whose next request is further away than those of all
 * entries: that one is evicted next.
 */
#include "belady.h"

#include "heap.h"

struct belady {
    struct heap nexts; /* the furthest first: keys are UINT64_MAX - next */
};

static void *belady_create(const struct policy_setup *setup)
{
    struct belady *belady = account_alloc(setup->account, sizeof *belady);
    heap_create(&belady->nexts, setup->account, setup->slots);
    return belady;
}

static void belady_destroy(void *order)
{
    struct belady *belady = order;
    heap_destroy(&belady->nexts);
}

static void belady_insert(void *order, uint32_t slot, const struct access *access)
{
    struct belady *belady = order;
    heap_push(&belady->nexts, slot, UINT64_MAX - access->next);
}

static void belady_hit(void *order, uint32_t slot, const struct access *access)
{
    struct belady *belady = order;
    heap_update(&belady->nexts, slot, UINT64_MAX - access->next);
}

static uint32_t belady_victim(void *order, const struct access *access)
{
    struct belady *belady = order;
    uint64_t key;
    return heap_first(&belady->nexts, &key);
}

static void belady_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why)
{
    struct belady *belady = order;
    heap_remove(&belady->nexts, slot);
}

const struct policy belady_policy = {
    .name = "belady",
    .summary = "the optimum: evicts the entry whose next request is furthest away",
    .limits = KEEPS_CAPACITY,
    .node_bytes = sizeof(struct heap_node),
    .create = belady_create,
    .destroy = belady_destroy,
    .insert = belady_insert,
    .hit = belady_hit,
    .victim = belady_victim,
    .remove = belady_remove,
};
