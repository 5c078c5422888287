/* lfu.c - evicts the entry used least often; of several, the least recently used.
 *
 * In constant time, after Shah, Mitra & Matani 2010: entries used equally often are in one list,
 * and the lists are ordered by that number. Counts start at one, do not age, and are lost on
 * eviction.
 */
#include "queue.h"

struct lfu_node {
    struct link link; /* in the list of its class */
    uint64_t class;   /* the slot of that class */
};

/* Entries used equally often. Classes have slots of their own. */
struct class
{
    struct link link; /* classes used more often are towards the head */
    uint64_t times;
    struct queue entries; /* most recently used at the head */
};

struct lfu {
    const struct slots *slots;
    struct slots classes;
    struct queue by_times; /* used least often at the tail */
};

static void *lfu_create(const struct policy_setup *setup)
{
    struct lfu *lfu = account_alloc(setup->account, sizeof *lfu);
    *lfu = (struct lfu){.slots = setup->slots, .by_times = QUEUE_EMPTY};
    slots_create(&lfu->classes, setup->account, sizeof(struct class));
    return lfu;
}

static void lfu_destroy(void *order)
{
    struct lfu *lfu = order;
    slots_destroy(&lfu->classes);
}

static struct class *class_at(const struct lfu *lfu, uint32_t class)
{
    return slot_node(&lfu->classes, class);
}

static uint32_t class_create(struct lfu *lfu, uint64_t times)
{
    uint32_t class = slots_take(&lfu->classes);
    class_at(lfu, class)->times = times;
    class_at(lfu, class)->entries = QUEUE_EMPTY;
    return class;
}

static void class_leave(struct lfu *lfu, uint32_t slot, uint32_t class)
{
    queue_remove(&class_at(lfu, class)->entries, lfu->slots, slot);
    if (class_at(lfu, class)->entries.count > 0)
        return;
    queue_remove(&lfu->by_times, &lfu->classes, class);
    slots_give(&lfu->classes, class);
}

static void class_join(struct lfu *lfu, uint32_t slot, uint32_t class)
{
    ((struct lfu_node *)slot_node(lfu->slots, slot))->class = class;
    queue_push(&class_at(lfu, class)->entries, lfu->slots, slot);
}

static void lfu_insert(void *order, uint32_t slot, const struct access *access)
{
    struct lfu *lfu = order;
    uint32_t class = lfu->by_times.tail;
    if (class == NO_SLOT || class_at(lfu, class)->times != 1) {
        class = class_create(lfu, 1);
        queue_append(&lfu->by_times, &lfu->classes, class);
    }
    class_join(lfu, slot, class);
}

/* Moves the entry to the class of `times` + 1, which is the next one or has to be created. A class
 * of one entry is changed instead. */
static void lfu_hit(void *order, uint32_t slot, const struct access *access)
{
    struct lfu *lfu = order;
    uint32_t class = (uint32_t)((struct lfu_node *)slot_node(lfu->slots, slot))->class;
    uint32_t above = link_at(&lfu->classes, class)->prev;
    uint64_t times = class_at(lfu, class)->times + 1;
    bool exists = above != NO_SLOT && class_at(lfu, above)->times == times;
    if (!exists && class_at(lfu, class)->entries.count == 1) {
        class_at(lfu, class)->times = times;
        return;
    }
    if (!exists) {
        above = class_create(lfu, times);
        queue_insert_before(&lfu->by_times, &lfu->classes, above, class);
    }
    class_leave(lfu, slot, class);
    class_join(lfu, slot, above);
}

static uint32_t lfu_victim(void *order, const struct access *access)
{
    struct lfu *lfu = order;
    uint32_t class = lfu->by_times.tail;
    return class == NO_SLOT ? NO_SLOT : class_at(lfu, class)->entries.tail;
}

static void lfu_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why)
{
    struct lfu *lfu = order;
    class_leave(lfu, slot, (uint32_t)((struct lfu_node *)slot_node(lfu->slots, slot))->class);
}

const struct policy lfu_policy = {
    .name = "lfu",
    .summary = "evicts the entry used least often",
    .limits = KEEPS_CAPACITY,
    .node_bytes = sizeof(struct lfu_node),
    .create = lfu_create,
    .destroy = lfu_destroy,
    .insert = lfu_insert,
    .hit = lfu_hit,
    .victim = lfu_victim,
    .remove = lfu_remove,
};
