/* ttl.c - removes entries when they reach their age, used or not.
 *
 * A heap by time of expiry finds expired entries exactly. A hit does not renew an entry. When the
 * capacity is limited, too, the entry that expires first is evicted.
 */
#include "heap.h"
#include "orderless.h"

struct ttl {
    uint64_t ttl_ns;
    struct heap ends; /* by the time at which an entry expires */
};

static void *ttl_create(const struct policy_setup *setup)
{
    struct ttl *ttl = account_alloc(setup->account, sizeof *ttl);
    ttl->ttl_ns = setup->ttl_ns;
    heap_create(&ttl->ends, setup->account, setup->slots);
    return ttl;
}

static void ttl_destroy(void *order)
{
    struct ttl *ttl = order;
    heap_destroy(&ttl->ends);
}

static void ttl_insert(void *order, uint32_t slot, const struct access *access)
{
    struct ttl *ttl = order;
    uint64_t age_ns = access->ttl_ns != 0 ? access->ttl_ns : ttl->ttl_ns;
    heap_push(&ttl->ends, slot, age_ns == 0 ? UINT64_MAX : access->now_ns + age_ns);
}

static uint32_t ttl_victim(void *order, const struct access *access)
{
    struct ttl *ttl = order;
    uint64_t end_ns;
    return heap_first(&ttl->ends, &end_ns);
}

static void ttl_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why)
{
    struct ttl *ttl = order;
    heap_remove(&ttl->ends, slot);
}

static uint32_t ttl_expired(void *order, uint64_t now_ns)
{
    struct ttl *ttl = order;
    uint64_t end_ns;
    uint32_t slot = heap_first(&ttl->ends, &end_ns);
    return slot != NO_SLOT && end_ns <= now_ns ? slot : NO_SLOT;
}

const struct policy ttl_policy = {
    .name = "ttl",
    .summary = "removes entries when they reach their age, used or not",
    .limits = KEEPS_CAPACITY | KEEPS_AGE,
    .node_bytes = sizeof(struct heap_node),
    .create = ttl_create,
    .destroy = ttl_destroy,
    .insert = ttl_insert,
    .hit = orderless_hit,
    .victim = ttl_victim,
    .remove = ttl_remove,
    .expired = ttl_expired,
};
