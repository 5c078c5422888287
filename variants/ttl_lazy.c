/* ttl_lazy.c - checks the age of an entry only when it is requested: it never returns an expired
 * entry, but entries that are not requested again stay forever. Repaired in ttl. */
#include "account.h"
#include "orderless.h"
#include "slots.h"

struct ttl_lazy {
    const struct slots *slots;
    uint64_t ttl_ns;
};

struct ttl_lazy_node {
    uint64_t end_ns; /* when the entry expires */
};

static void *ttl_lazy_create(const struct policy_setup *setup)
{
    struct ttl_lazy *lazy = account_alloc(setup->account, sizeof *lazy);
    *lazy = (struct ttl_lazy){setup->slots, setup->ttl_ns};
    return lazy;
}

static void ttl_lazy_insert(void *order, uint32_t slot, const struct access *access)
{
    struct ttl_lazy *lazy = order;
    struct ttl_lazy_node *node = slot_node(lazy->slots, slot);
    uint64_t age_ns = access->ttl_ns != 0 ? access->ttl_ns : lazy->ttl_ns;
    node->end_ns = age_ns == 0 ? UINT64_MAX : access->now_ns + age_ns;
}

static bool ttl_lazy_stale(void *order, uint32_t slot, uint64_t now_ns)
{
    const struct ttl_lazy *lazy = order;
    const struct ttl_lazy_node *node = slot_node(lazy->slots, slot);
    return node->end_ns <= now_ns;
}

const struct policy ttl_lazy_policy = {
    .name = "ttl_lazy",
    .summary = "leaks: expired entries leave only when they are requested (repaired: ttl)",
    .limits = KEEPS_AGE,
    .node_bytes = sizeof(struct ttl_lazy_node),
    .create = ttl_lazy_create,
    .insert = ttl_lazy_insert,
    .hit = orderless_hit,
    .victim = orderless_victim,
    .remove = orderless_remove,
    .stale = ttl_lazy_stale,
};
