/* twoq.c - a short queue for what was asked for once, a list by recency for what came back.
 *
 * 2Q (Johnson & Shasha, VLDB 1994): new entries pass through A1in, first in first out, a quarter of
 * the cache. A1out remembers the keys that left it, half as many as there are entries; one that is
 * asked for again while remembered enters Am, an LRU list.
 */
#include "history.h"

enum { A1IN, AM };

struct twoq {
    struct account *account;
    const struct slots *slots;
    struct queue queues[2]; /* A1in and Am; a link's tag says which */
    struct history a1out;
    uint32_t remembered_most;
};

static void *twoq_create(const struct policy_setup *setup)
{
    struct twoq *twoq = account_alloc(setup->account, sizeof *twoq);
    *twoq = (struct twoq){.account = setup->account, .slots = setup->slots};
    twoq->queues[A1IN] = twoq->queues[AM] = QUEUE_EMPTY;
    history_create(&twoq->a1out, setup->account, 0);
    return twoq;
}

static void twoq_destroy(void *order)
{
    struct twoq *twoq = order;
    history_destroy(&twoq->a1out);
    account_free(twoq->account, twoq);
}

static void twoq_push(struct twoq *twoq, unsigned queue, uint32_t slot)
{
    link_at(twoq->slots, slot)->tag = queue & LINK_TAG_MAX;
    queue_push(&twoq->queues[queue], twoq->slots, slot);
}

static void twoq_insert(void *order, uint32_t slot, const struct access *access)
{
    struct twoq *twoq = order;
    bool remembered = history_take(&twoq->a1out, access->hash) != HISTORY_LISTS;
    twoq_push(twoq, remembered ? AM : A1IN, slot);
    history_trim(&twoq->a1out, 0, twoq->remembered_most);
}

static void twoq_hit(void *order, uint32_t slot, const struct access *access)
{
    struct twoq *twoq = order;
    (void)access;
    if (link_at(twoq->slots, slot)->tag == AM)
        queue_to_head(&twoq->queues[AM], twoq->slots, slot);
}

static uint32_t twoq_victim(void *order, const struct access *access)
{
    struct twoq *twoq = order;
    twoq->remembered_most = access->capacity / 2;
    bool from_a1in = twoq->queues[A1IN].count > access->capacity / 4 || twoq->queues[AM].count == 0;
    return twoq->queues[from_a1in ? A1IN : AM].tail;
}

static void twoq_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why)
{
    struct twoq *twoq = order;
    unsigned queue = link_at(twoq->slots, slot)->tag;
    queue_remove(&twoq->queues[queue], twoq->slots, slot);
    if (queue != A1IN || why != LEAVES_EVICTED)
        return;
    history_add(&twoq->a1out, 0, hash);
    history_trim(&twoq->a1out, 0, twoq->remembered_most + 1); /* the one coming may be the oldest */
}

const struct policy twoq_policy = {
    .name = "twoq",
    .summary = "a short queue for newcomers, a list by recency for what comes back",
    .limits = KEEPS_CAPACITY,
    .node_bytes = sizeof(struct link),
    .create = twoq_create,
    .destroy = twoq_destroy,
    .insert = twoq_insert,
    .hit = twoq_hit,
    .victim = twoq_victim,
    .remove = twoq_remove,
};
