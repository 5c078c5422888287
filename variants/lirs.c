/* lirs.c - keeps the entries with the shortest time between their last two uses.
 *
 * Jiang & Zhang, "LIRS: An Efficient Low Inter-reference Recency Set Replacement Policy",
 * SIGMETRICS 2002, with 1 % of the capacity for HIR entries, at least one. The paper's stack S has
 * three kinds of keys in order of use, with an LIR entry at the bottom. This file has no stack:
 * each key has the time of its last use, counted in accesses, and is in S exactly if it was used
 * after the least recently used LIR entry. LIR entries are an LRU list, resident HIR entries the
 * paper's queue Q, and the others a history, whose oldest keys are removed when they leave S. The
 * paper does not limit their number; here it is at most the capacity.
 */
#include "history.h"

enum lirs_set { LIR, HIR };

struct lirs_node {
    struct link link; /* its tag: an enum lirs_set */
    uint64_t used;
};

struct lirs {
    const struct slots *slots;
    struct queue sets[2]; /* the tail of LIR is the bottom of S; the tail of HIR is evicted first */
    struct history
        evicted;  /* keys of HIR entries that left but are in S; the note is the time of use */
    uint64_t now; /* accesses so far */
    uint32_t evicted_most;
};

static void *lirs_create(const struct policy_setup *setup)
{
    struct lirs *lirs = account_alloc(setup->account, sizeof *lirs);
    *lirs = (struct lirs){.slots = setup->slots, .sets = {QUEUE_EMPTY, QUEUE_EMPTY}};
    history_create(&lirs->evicted, setup->account, sizeof(uint64_t));
    return lirs;
}

static void lirs_destroy(void *order)
{
    struct lirs *lirs = order;
    history_destroy(&lirs->evicted);
}

static struct lirs_node *node_at(const struct lirs *lirs, uint32_t slot)
{
    return slot_node(lirs->slots, slot);
}

static bool in_stack(const struct lirs *lirs, uint64_t used)
{
    uint32_t bottom = lirs->sets[LIR].tail;
    return bottom != NO_SLOT && used > node_at(lirs, bottom)->used;
}

static uint32_t lir_limit(const struct access *access)
{
    return access->capacity - (access->capacity < 100 ? 1 : access->capacity / 100);
}

static void set_enter(struct lirs *lirs, uint32_t slot, enum lirs_set set)
{
    node_at(lirs, slot)->link.tag = set;
    queue_push(&lirs->sets[set], lirs->slots, slot);
}

static void set_change(struct lirs *lirs, uint32_t slot, enum lirs_set set)
{
    queue_remove(&lirs->sets[node_at(lirs, slot)->link.tag], lirs->slots, slot);
    set_enter(lirs, slot, set);
}

/* The LIR entry at the bottom becomes HIR when there are too many. */
static void lirs_demote(struct lirs *lirs, const struct access *access)
{
    if (lirs->sets[LIR].count > lir_limit(access))
        set_change(lirs, lirs->sets[LIR].tail, HIR);
}

/* Removes keys of evicted entries that are no longer in S: up to two, while at most one is added.
 */
static void lirs_prune(struct lirs *lirs)
{
    for (int i = 0; i < 2; i++) {
        const uint64_t *used = history_oldest(&lirs->evicted, 0);
        if (used == NULL || in_stack(lirs, *used))
            return;
        history_trim(&lirs->evicted, 0, history_count(&lirs->evicted, 0) - 1);
    }
}

/* Whether the key of an entry that left is in S; removes it. */
static bool lirs_recall(struct lirs *lirs, uint64_t hash)
{
    const uint64_t *used = history_note(&lirs->evicted, hash);
    if (used == NULL)
        return false;
    bool recent = in_stack(lirs, *used);
    history_take(&lirs->evicted, hash);
    return recent;
}

static void lirs_insert(void *order, uint32_t slot, const struct access *access)
{
    struct lirs *lirs = order;
    bool recent = lirs_recall(lirs, access->hash);
    bool room = lirs->sets[LIR].count < lir_limit(access);
    node_at(lirs, slot)->used = ++lirs->now;
    set_enter(lirs, slot, recent || room ? LIR : HIR);
    lirs_demote(lirs, access);
    lirs_prune(lirs);
}

static void lirs_hit(void *order, uint32_t slot, const struct access *access)
{
    struct lirs *lirs = order;
    struct lirs_node *node = node_at(lirs, slot);
    bool recent = node->link.tag == LIR || in_stack(lirs, node->used);
    node->used = ++lirs->now;
    set_change(lirs, slot, recent ? LIR : HIR);
    lirs_demote(lirs, access);
}

static uint32_t lirs_victim(void *order, const struct access *access)
{
    struct lirs *lirs = order;
    lirs->evicted_most = access->capacity;
    return lirs->sets[lirs->sets[HIR].count > 0 ? HIR : LIR].tail;
}

static void lirs_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why)
{
    struct lirs *lirs = order;
    const struct lirs_node *node = node_at(lirs, slot);
    queue_remove(&lirs->sets[node->link.tag], lirs->slots, slot);
    if (why != LEAVES_EVICTED || node->link.tag == LIR || !in_stack(lirs, node->used))
        return;
    *(uint64_t *)history_add(&lirs->evicted, 0, hash) = node->used;
    history_trim(&lirs->evicted, 0, lirs->evicted_most);
}

const struct policy lirs_policy = {
    .name = "lirs",
    .summary = "keeps the entries with the shortest time between their last two uses",
    .limits = KEEPS_CAPACITY,
    .node_bytes = sizeof(struct lirs_node),
    .create = lirs_create,
    .destroy = lirs_destroy,
    .insert = lirs_insert,
    .hit = lirs_hit,
    .victim = lirs_victim,
    .remove = lirs_remove,
};
