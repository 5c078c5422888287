/* arc.c - balances recency and frequency by which of the two it evicted too early.
 *
 * Megiddo & Modha, FAST 2003. T1 has the entries requested once recently, T2 those requested more
 * often; B1 and B2 remember the keys that left them. A key found in B1 means that T1 is too small,
 * one in B2 that T2 is: `target` changes by the ratio of their sizes, a real number as in the
 * paper.
 */
#include "history.h"

#include <math.h>

enum { ONCE, OFTEN };

struct arc {
    const struct slots *slots;
    struct queue kept[2];   /* T1 and T2; a link's tag says which */
    struct history ghosts;  /* B1 and B2 */
    double target;          /* p: how many entries T1 should have */
    uint64_t incoming;      /* the key for which entries are evicted */
    unsigned incoming_list; /* the list of ghosts that had it; HISTORY_LISTS: none */
    bool incoming_known;
    bool forget; /* do not remember the victim */
};

static void *arc_create(const struct policy_setup *setup)
{
    struct arc *arc = account_alloc(setup->account, sizeof *arc);
    *arc = (struct arc){.slots = setup->slots};
    arc->kept[ONCE] = arc->kept[OFTEN] = QUEUE_EMPTY;
    history_create(&arc->ghosts, setup->account, 0);
    return arc;
}

static void arc_destroy(void *order)
{
    struct arc *arc = order;
    history_destroy(&arc->ghosts);
}

static void arc_push(struct arc *arc, unsigned list, uint32_t slot)
{
    link_at(arc->slots, slot)->tag = list & LINK_TAG_MAX;
    queue_push(&arc->kept[list], arc->slots, slot);
}

/* Cases II and III of the paper: the key was evicted too early, so the target changes. */
static void arc_adapt(struct arc *arc, unsigned list, uint32_t capacity)
{
    double once = history_count(&arc->ghosts, ONCE), often = history_count(&arc->ghosts, OFTEN);
    if (list == ONCE)
        arc->target = fmin(capacity, arc->target + fmax(1, often / once));
    else
        arc->target = fmax(0, arc->target - fmax(1, once / often));
}

/* Looks for the incoming key among the ghosts, once, whether or not an entry must be evicted. */
static void arc_look_up(struct arc *arc, const struct access *access)
{
    if (arc->incoming_known && arc->incoming == access->hash)
        return;
    arc->incoming = access->hash;
    arc->incoming_known = true;
    arc->incoming_list = history_find(&arc->ghosts, access->hash);
    if (arc->incoming_list == HISTORY_LISTS)
        return;
    arc_adapt(arc, arc->incoming_list, access->capacity);
    history_take(&arc->ghosts, access->hash);
}

/* Case IV of the paper, a key that is not remembered: limits T1 and B1 to the capacity, and all
 * four lists to twice the capacity. */
static void arc_bound(struct arc *arc, uint32_t capacity)
{
    uint32_t once = arc->kept[ONCE].count, often = arc->kept[OFTEN].count;
    uint32_t ghosts = history_count(&arc->ghosts, ONCE);
    arc->forget = once >= capacity;
    if (once + ghosts >= capacity)
        history_trim(&arc->ghosts, ONCE, arc->forget ? 0 : capacity - once - 1);
    else if (once + often + ghosts + history_count(&arc->ghosts, OFTEN) >= 2 * capacity)
        history_trim(&arc->ghosts, OFTEN, 2 * capacity - once - often - ghosts - 1);
}

static void arc_insert(void *order, uint32_t slot, const struct access *access)
{
    struct arc *arc = order;
    arc_look_up(arc, access);
    arc_push(arc, arc->incoming_list == HISTORY_LISTS ? ONCE : OFTEN, slot);
    arc->incoming_known = false;
}

static void arc_hit(void *order, uint32_t slot, const struct access *access)
{
    struct arc *arc = order;
    queue_remove(&arc->kept[link_at(arc->slots, slot)->tag], arc->slots, slot);
    arc_push(arc, OFTEN, slot);
}

/* REPLACE of the paper. */
static uint32_t arc_victim(void *order, const struct access *access)
{
    struct arc *arc = order;
    arc_look_up(arc, access);
    double once = arc->kept[ONCE].count;
    bool from_once =
        once > 0 && (once > arc->target || (arc->incoming_list == OFTEN && once == arc->target));
    uint32_t slot = arc->kept[from_once || arc->kept[OFTEN].count == 0 ? ONCE : OFTEN].tail;
    arc->forget = false;
    if (arc->incoming_list == HISTORY_LISTS)
        arc_bound(arc, access->capacity);
    return slot;
}

static void arc_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why)
{
    struct arc *arc = order;
    unsigned list = link_at(arc->slots, slot)->tag;
    queue_remove(&arc->kept[list], arc->slots, slot);
    if (why == LEAVES_EVICTED && !arc->forget)
        history_add(&arc->ghosts, list, hash);
}

const struct policy arc_policy = {
    .name = "arc",
    .summary = "balances recency and frequency by what it evicted too early",
    .limits = KEEPS_CAPACITY,
    .node_bytes = sizeof(struct link),
    .create = arc_create,
    .destroy = arc_destroy,
    .insert = arc_insert,
    .hit = arc_hit,
    .victim = arc_victim,
    .remove = arc_remove,
};
