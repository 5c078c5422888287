/* s3fifo.c - a small FIFO queue for new entries, a main one, and a history of keys.
 *
 * Yang, Zhang, Qiu, Yue & Rashmi, SOSP 2023. A new entry goes through the small queue, a tenth of
 * the cache. Requested twice there, it moves to the main queue; otherwise it is evicted and its key
 * is remembered. A remembered key that is requested again enters the main queue at once. In the
 * main queue an entry that was used goes round again, once per use, at most three times.
 */
#include "history.h"

enum { SMALL, MAIN };

#define SMALL_PERCENT 10
#define GHOST_PERCENT 90
#define PROMOTE_AT    2
#define TIMES_MAX     3

struct s3fifo {
    const struct slots *slots;
    struct queue queues[2]; /* a link's tag says which; its mark counts the uses */
    struct history ghosts;
    uint32_t ghosts_most;
};

static void *s3fifo_create(const struct policy_setup *setup)
{
    struct s3fifo *s3fifo = account_alloc(setup->account, sizeof *s3fifo);
    *s3fifo = (struct s3fifo){.slots = setup->slots};
    s3fifo->queues[SMALL] = s3fifo->queues[MAIN] = QUEUE_EMPTY;
    history_create(&s3fifo->ghosts, setup->account, 0);
    return s3fifo;
}

static void s3fifo_destroy(void *order)
{
    struct s3fifo *s3fifo = order;
    history_destroy(&s3fifo->ghosts);
}

static uint32_t part_of(const struct access *access, uint32_t percent)
{
    return (uint32_t)((uint64_t)access->capacity * percent / 100);
}

static void s3fifo_push(struct s3fifo *s3fifo, unsigned queue, uint32_t slot, unsigned times)
{
    link_at(s3fifo->slots, slot)->tag = queue & LINK_TAG_MAX;
    link_at(s3fifo->slots, slot)->mark = times & LINK_TAG_MAX;
    queue_push(&s3fifo->queues[queue], s3fifo->slots, slot);
}

static void s3fifo_insert(void *order, uint32_t slot, const struct access *access)
{
    struct s3fifo *s3fifo = order;
    bool remembered = history_take(&s3fifo->ghosts, access->hash) != HISTORY_LISTS;
    s3fifo_push(s3fifo, remembered ? MAIN : SMALL, slot, 0);
    history_trim(&s3fifo->ghosts, 0, s3fifo->ghosts_most);
}

static void s3fifo_hit(void *order, uint32_t slot, const struct access *access)
{
    struct s3fifo *s3fifo = order;
    struct link *link = link_at(s3fifo->slots, slot);
    if (link->mark < TIMES_MAX)
        link->mark++;
}

/* Moves the tail of a queue to the head of another. */
static void s3fifo_move(struct s3fifo *s3fifo, unsigned from, unsigned to, unsigned times)
{
    uint32_t slot = s3fifo->queues[from].tail;
    queue_remove(&s3fifo->queues[from], s3fifo->slots, slot);
    s3fifo_push(s3fifo, to, slot, times);
}

/* The tail of the small queue, after entries used twice were moved to the main one. */
static uint32_t small_victim(struct s3fifo *s3fifo)
{
    uint32_t slot;
    while ((slot = s3fifo->queues[SMALL].tail) != NO_SLOT &&
           link_at(s3fifo->slots, slot)->mark >= PROMOTE_AT)
        s3fifo_move(s3fifo, SMALL, MAIN, 0);
    return slot;
}

/* The tail of the main queue, after used entries were moved to its head. */
static uint32_t main_victim(struct s3fifo *s3fifo)
{
    uint32_t slot;
    unsigned times;
    while ((slot = s3fifo->queues[MAIN].tail) != NO_SLOT &&
           (times = link_at(s3fifo->slots, slot)->mark) > 0)
        s3fifo_move(s3fifo, MAIN, MAIN, times - 1);
    return slot;
}

static uint32_t s3fifo_victim(void *order, const struct access *access)
{
    struct s3fifo *s3fifo = order;
    uint32_t main_room = access->capacity - part_of(access, SMALL_PERCENT);
    uint32_t slot = NO_SLOT;
    s3fifo->ghosts_most = part_of(access, GHOST_PERCENT);
    if (s3fifo->queues[MAIN].count <= main_room)
        slot = small_victim(s3fifo);
    return slot != NO_SLOT ? slot : main_victim(s3fifo);
}

static void s3fifo_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why)
{
    struct s3fifo *s3fifo = order;
    unsigned queue = link_at(s3fifo->slots, slot)->tag;
    queue_remove(&s3fifo->queues[queue], s3fifo->slots, slot);
    if (queue != SMALL || why != LEAVES_EVICTED)
        return;
    history_add(&s3fifo->ghosts, 0, hash);
    history_trim(&s3fifo->ghosts, 0,
                 s3fifo->ghosts_most + 1); /* the key to be inserted may be the oldest */
}

const struct policy s3fifo_policy = {
    .name = "s3fifo",
    .summary = "a small FIFO queue for new entries, a main one, and a history of keys",
    .limits = KEEPS_CAPACITY,
    .node_bytes = sizeof(struct link),
    .create = s3fifo_create,
    .destroy = s3fifo_destroy,
    .insert = s3fifo_insert,
    .hit = s3fifo_hit,
    .victim = s3fifo_victim,
    .remove = s3fifo_remove,
};
