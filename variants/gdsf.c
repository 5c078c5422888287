/* gdsf.c - evicts the entry with the fewest uses per byte, with ageing.
 *
 * Greedy-Dual-Size with frequency (Cherkasova 1998; Arlitt, Cherkasova, Dilley, Friedrich & Jin
 * 2000). The priority of an entry is its uses / bytes, plus the priority of the last victim at the
 * time of its last use, so that old uses count less. All fetches are assumed to cost the same.
 */
#include "heap.h"

#include <string.h>

struct gdsf_node {
    struct heap_node heap;
    uint32_t times, bytes;
};

struct gdsf {
    const struct slots *slots;
    struct heap priorities;
    double floor; /* priority of the last victim */
};

static void *gdsf_create(const struct policy_setup *setup)
{
    struct gdsf *gdsf = account_alloc(setup->account, sizeof *gdsf);
    *gdsf = (struct gdsf){.slots = setup->slots};
    heap_create(&gdsf->priorities, setup->account, setup->slots);
    return gdsf;
}

static void gdsf_destroy(void *order)
{
    struct gdsf *gdsf = order;
    heap_destroy(&gdsf->priorities);
}

/* The bits of a double that is not negative: they have the same order as the numbers. */
static uint64_t priority_key(const struct gdsf *gdsf, uint32_t slot)
{
    const struct gdsf_node *node = slot_node(gdsf->slots, slot);
    double priority = gdsf->floor + (double)node->times / (node->bytes == 0 ? 1 : node->bytes);
    uint64_t key;
    memcpy(&key, &priority, sizeof key);
    return key;
}

static void gdsf_insert(void *order, uint32_t slot, const struct access *access)
{
    struct gdsf *gdsf = order;
    struct gdsf_node *node = slot_node(gdsf->slots, slot);
    node->times = 1;
    node->bytes = access->bytes;
    heap_push(&gdsf->priorities, slot, priority_key(gdsf, slot));
}

static void gdsf_hit(void *order, uint32_t slot, const struct access *access)
{
    struct gdsf *gdsf = order;
    ((struct gdsf_node *)slot_node(gdsf->slots, slot))->times++;
    heap_update(&gdsf->priorities, slot, priority_key(gdsf, slot));
}

static uint32_t gdsf_victim(void *order, const struct access *access)
{
    struct gdsf *gdsf = order;
    uint64_t key;
    uint32_t slot = heap_first(&gdsf->priorities, &key);
    if (slot != NO_SLOT)
        memcpy(&gdsf->floor, &key, sizeof key);
    return slot;
}

static void gdsf_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why)
{
    struct gdsf *gdsf = order;
    heap_remove(&gdsf->priorities, slot);
}

const struct policy gdsf_policy = {
    .name = "gdsf",
    .summary = "evicts the entry with the fewest uses per byte, with ageing",
    .limits = KEEPS_CAPACITY,
    .node_bytes = sizeof(struct gdsf_node),
    .create = gdsf_create,
    .destroy = gdsf_destroy,
    .insert = gdsf_insert,
    .hit = gdsf_hit,
    .victim = gdsf_victim,
    .remove = gdsf_remove,
};
