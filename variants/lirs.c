/* lirs.c - keeps what is asked for again after few other keys, not what was asked for lately.
 *
 * Jiang & Zhang, SIGMETRICS 2002. Entries with a short distance between two requests (LIR) fill the
 * cache but for one percent, through which all others (HIR) pass in a queue. The stack holds keys
 * by recency, down to the last LIR entry, those of evicted entries among them: one that is asked
 * for while still there has a short distance and turns LIR, for which the LIR entry at the bottom
 * turns HIR. The paper leaves the number of evicted keys open: here at most as many as entries fit.
 */
#include "index.h"
#include "queue.h"

#define HIR_PERCENT 1

enum { HIR, LIR };           /* tag of an entry's link, which is in the queue if it is HIR */
enum { RESIDENT, DEPARTED }; /* tag of a place's link, which is on the stack */

struct lirs_node {
    struct link link;
    uint64_t place; /* NO_SLOT: not on the stack */
};

/* The key of an evicted entry that is still on the stack: a slot in `keys`, its word the hash. */
struct key {
    struct link link;
    uint64_t place;
};

struct lirs {
    struct account *account;
    const struct slots *slots;
    struct slots places;   /* the word is the entry's slot, or the key's */
    struct queue stack;    /* of places, the latest at the head; at the tail a LIR entry */
    struct queue resident; /* HIR entries in the cache, the latest at the head */
    struct slots keys;
    struct queue departed; /* of keys, the latest at the head */
    struct index index;    /* from a hash to its key */
    uint32_t lir_count;
    uint32_t capacity;
};

static uint64_t key_hash(const void *context, uint32_t key)
{
    return *slot_word(context, key);
}

static void *lirs_create(const struct policy_setup *setup)
{
    struct lirs *lirs = account_alloc(setup->account, sizeof *lirs);
    *lirs = (struct lirs){.account = setup->account,
                          .slots = setup->slots,
                          .stack = QUEUE_EMPTY,
                          .resident = QUEUE_EMPTY,
                          .departed = QUEUE_EMPTY};
    slots_create(&lirs->places, setup->account, sizeof(struct link));
    slots_create(&lirs->keys, setup->account, sizeof(struct key));
    index_create(&lirs->index, setup->account, 0, key_hash, &lirs->keys);
    return lirs;
}

static void lirs_destroy(void *order)
{
    struct lirs *lirs = order;
    index_destroy(&lirs->index);
    slots_destroy(&lirs->keys);
    slots_destroy(&lirs->places);
    account_free(lirs->account, lirs);
}

static struct lirs_node *node_at(const struct lirs *lirs, uint32_t slot)
{
    return slot_node(lirs->slots, slot);
}

static struct key *key_at(const struct lirs *lirs, uint32_t key)
{
    return slot_node(&lirs->keys, key);
}

static uint32_t lir_room(const struct lirs *lirs)
{
    uint32_t hir = lirs->capacity * (uint64_t)HIR_PERCENT / 100;
    return lirs->capacity - (hir == 0 ? 1 : hir);
}

static void key_forget(struct lirs *lirs, uint32_t key)
{
    index_remove(&lirs->index, *slot_word(&lirs->keys, key), key);
    queue_remove(&lirs->departed, &lirs->keys, key);
    slots_give(&lirs->keys, key);
}

static void place_drop(struct lirs *lirs, uint32_t place)
{
    uint32_t owner = (uint32_t)*slot_word(&lirs->places, place);
    if (link_at(&lirs->places, place)->tag == DEPARTED)
        key_forget(lirs, owner);
    else
        node_at(lirs, owner)->place = NO_SLOT;
    queue_remove(&lirs->stack, &lirs->places, place);
    slots_give(&lirs->places, place);
}

/* Onto the top of the stack, to which place it may have had lower down. */
static void stack_top(struct lirs *lirs, uint32_t slot)
{
    uint32_t place = (uint32_t)node_at(lirs, slot)->place;
    if (place != NO_SLOT) {
        queue_to_head(&lirs->stack, &lirs->places, place);
        return;
    }
    place = slots_take(&lirs->places);
    *slot_word(&lirs->places, place) = slot;
    link_at(&lirs->places, place)->tag = RESIDENT;
    queue_push(&lirs->stack, &lirs->places, place);
    node_at(lirs, slot)->place = place;
}

static bool place_is_lir(const struct lirs *lirs, uint32_t place)
{
    return link_at(&lirs->places, place)->tag == RESIDENT &&
           node_at(lirs, (uint32_t)*slot_word(&lirs->places, place))->link.tag == LIR;
}

/* Below the last LIR entry recency says nothing. */
static void stack_prune(struct lirs *lirs)
{
    while (lirs->stack.count > 0 && !place_is_lir(lirs, lirs->stack.tail))
        place_drop(lirs, lirs->stack.tail);
}

static void turn_hir(struct lirs *lirs, uint32_t slot)
{
    node_at(lirs, slot)->link.tag = HIR;
    queue_push(&lirs->resident, lirs->slots, slot);
}

static void turn_lir(struct lirs *lirs, uint32_t slot)
{
    node_at(lirs, slot)->link.tag = LIR;
    lirs->lir_count++;
    while (lirs->lir_count > lir_room(lirs)) {
        uint32_t bottom = (uint32_t)*slot_word(&lirs->places, lirs->stack.tail);
        lirs->lir_count--;
        turn_hir(lirs, bottom);
        stack_prune(lirs);
    }
}

struct sought {
    const struct slots *keys;
    uint64_t hash;
};

static bool sought_is(const void *context, uint32_t key)
{
    const struct sought *sought = context;
    return *slot_word(sought->keys, key) == sought->hash;
}

/* Takes the key off the stack. False: it is not there. */
static bool stack_remembers(struct lirs *lirs, uint64_t hash)
{
    struct sought sought = {&lirs->keys, hash};
    uint32_t key = index_find(&lirs->index, hash, sought_is, &sought);
    if (key == NO_SLOT)
        return false;
    place_drop(lirs, (uint32_t)key_at(lirs, key)->place);
    return true;
}

static void lirs_insert(void *order, uint32_t slot, const struct access *access)
{
    struct lirs *lirs = order;
    lirs->capacity = access->capacity;
    bool close = stack_remembers(lirs, access->hash) || lirs->lir_count < lir_room(lirs);
    node_at(lirs, slot)->place = NO_SLOT;
    stack_top(lirs, slot);
    if (close)
        turn_lir(lirs, slot);
    else
        turn_hir(lirs, slot);
    stack_prune(lirs);
}

static void lirs_hit(void *order, uint32_t slot, const struct access *access)
{
    struct lirs *lirs = order;
    lirs->capacity = access->capacity;
    struct lirs_node *node = node_at(lirs, slot);
    bool close = node->place != NO_SLOT;
    stack_top(lirs, slot);
    if (node->link.tag == HIR) {
        queue_remove(&lirs->resident, lirs->slots, slot);
        if (close)
            turn_lir(lirs, slot);
        else
            turn_hir(lirs, slot);
    }
    stack_prune(lirs);
}

static uint32_t lirs_victim(void *order, const struct access *access)
{
    struct lirs *lirs = order;
    lirs->capacity = access->capacity;
    if (lirs->resident.count > 0)
        return lirs->resident.tail;
    return lirs->stack.count == 0 ? NO_SLOT : (uint32_t)*slot_word(&lirs->places, lirs->stack.tail);
}

/* The place stays on the stack, the key's from now on. */
static void place_depart(struct lirs *lirs, uint32_t place, uint64_t hash)
{
    uint32_t key = slots_take(&lirs->keys);
    *slot_word(&lirs->keys, key) = hash;
    key_at(lirs, key)->place = place;
    queue_push(&lirs->departed, &lirs->keys, key);
    index_insert(&lirs->index, hash, key);
    *slot_word(&lirs->places, place) = key;
    link_at(&lirs->places, place)->tag = DEPARTED;
    while (lirs->departed.count > lirs->capacity)
        place_drop(lirs, (uint32_t)key_at(lirs, lirs->departed.tail)->place);
}

static void lirs_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why)
{
    struct lirs *lirs = order;
    struct lirs_node *node = node_at(lirs, slot);
    uint32_t place = (uint32_t)node->place;
    bool hir = node->link.tag == HIR;
    if (hir)
        queue_remove(&lirs->resident, lirs->slots, slot);
    else
        lirs->lir_count--;
    if (place != NO_SLOT && hir && why == LEAVES_EVICTED)
        place_depart(lirs, place, hash);
    else if (place != NO_SLOT)
        place_drop(lirs, place);
    stack_prune(lirs);
}

const struct policy lirs_policy = {
    .name = "lirs",
    .summary = "keeps what is asked for again after few other keys",
    .limits = KEEPS_CAPACITY,
    .node_bytes = sizeof(struct lirs_node),
    .create = lirs_create,
    .destroy = lirs_destroy,
    .insert = lirs_insert,
    .hit = lirs_hit,
    .victim = lirs_victim,
    .remove = lirs_remove,
};
