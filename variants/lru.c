/* lru.c - evicts the entry unused for longest. */
#include "queue.h"

struct lru {
    struct account *account;
    const struct slots *slots;
    struct queue recency; /* most recently used at the head */
};

static void *lru_create(const struct policy_setup *setup)
{
    struct lru *lru = account_alloc(setup->account, sizeof *lru);
    *lru = (struct lru){.account = setup->account, .slots = setup->slots, .recency = QUEUE_EMPTY};
    return lru;
}

static void lru_destroy(void *order)
{
    struct lru *lru = order;
    account_free(lru->account, lru);
}

static void lru_insert(void *order, uint32_t slot, const struct access *access)
{
    struct lru *lru = order;
    (void)access;
    queue_push(&lru->recency, lru->slots, slot);
}

static void lru_hit(void *order, uint32_t slot, const struct access *access)
{
    struct lru *lru = order;
    (void)access;
    queue_to_head(&lru->recency, lru->slots, slot);
}

static uint32_t lru_victim(void *order, const struct access *access)
{
    (void)access;
    return ((struct lru *)order)->recency.tail;
}

static void lru_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why)
{
    struct lru *lru = order;
    (void)hash;
    (void)why;
    queue_remove(&lru->recency, lru->slots, slot);
}

const struct policy lru_policy = {
    .name = "lru",
    .summary = "evicts the entry unused for longest",
    .limits = KEEPS_CAPACITY,
    .node_bytes = sizeof(struct link),
    .create = lru_create,
    .destroy = lru_destroy,
    .insert = lru_insert,
    .hit = lru_hit,
    .victim = lru_victim,
    .remove = lru_remove,
};
