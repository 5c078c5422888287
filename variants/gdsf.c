/* gdsf.c - evicts what is least worth its bytes: asked for seldom, large, and long ago.
 *
 * Greedy-Dual-Size with frequency (Cherkasova 1998; Arlitt, Cherkasova, Dilley, Friedrich & Jin
 * 2000). An entry's worth is times / bytes, plus the worth of the last victim when it was last
 * asked for, so that the past fades. All fetches are taken to cost the same.
 */
#include "heap.h"

#include <string.h>

struct gdsf_node {
    struct heap_node heap;
    uint32_t times, bytes;
};

struct gdsf {
    struct account *account;
    const struct slots *slots;
    struct heap worths;
    double floor; /* worth of the last victim */
};

static void *gdsf_create(const struct policy_setup *setup)
{
    struct gdsf *gdsf = account_alloc(setup->account, sizeof *gdsf);
    *gdsf = (struct gdsf){.account = setup->account, .slots = setup->slots};
    heap_create(&gdsf->worths, setup->account, setup->slots);
    return gdsf;
}

static void gdsf_destroy(void *order)
{
    struct gdsf *gdsf = order;
    heap_destroy(&gdsf->worths);
    account_free(gdsf->account, gdsf);
}

/* A number that orders as the worth does: the bits of a double that is not negative. */
static uint64_t worth_of(const struct gdsf *gdsf, uint32_t slot)
{
    const struct gdsf_node *node = slot_node(gdsf->slots, slot);
    double worth = gdsf->floor + (double)node->times / (node->bytes == 0 ? 1 : node->bytes);
    uint64_t key;
    memcpy(&key, &worth, sizeof key);
    return key;
}

static void gdsf_insert(void *order, uint32_t slot, const struct access *access)
{
    struct gdsf *gdsf = order;
    struct gdsf_node *node = slot_node(gdsf->slots, slot);
    node->times = 1;
    node->bytes = access->bytes;
    heap_push(&gdsf->worths, slot, worth_of(gdsf, slot));
}

static void gdsf_hit(void *order, uint32_t slot, const struct access *access)
{
    struct gdsf *gdsf = order;
    (void)access;
    ((struct gdsf_node *)slot_node(gdsf->slots, slot))->times++;
    heap_update(&gdsf->worths, slot, worth_of(gdsf, slot));
}

static uint32_t gdsf_victim(void *order, const struct access *access)
{
    struct gdsf *gdsf = order;
    uint64_t key;
    (void)access;
    uint32_t slot = heap_first(&gdsf->worths, &key);
    if (slot != NO_SLOT)
        memcpy(&gdsf->floor, &key, sizeof key);
    return slot;
}

static void gdsf_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why)
{
    struct gdsf *gdsf = order;
    (void)hash;
    (void)why;
    heap_remove(&gdsf->worths, slot);
}

const struct policy gdsf_policy = {
    .name = "gdsf",
    .summary = "evicts what is least worth its bytes: seldom asked for, large, long ago",
    .limits = KEEPS_CAPACITY,
    .node_bytes = sizeof(struct gdsf_node),
    .create = gdsf_create,
    .destroy = gdsf_destroy,
    .insert = gdsf_insert,
    .hit = gdsf_hit,
    .victim = gdsf_victim,
    .remove = gdsf_remove,
};
