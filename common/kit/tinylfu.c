/* tinylfu.c - the three queues, admission by frequency, and the hill climbing. */
#include "tinylfu.h"

#include "queue.h"
#include "sketch.h"

#include <math.h>

#define WINDOW_SHARE    0.01
#define WINDOW_MOST     0.8 /* of the cache, with hill climbing */
#define PROTECTED_SHARE 0.8 /* of the main part */
#define STEP_SHARE      0.0625
#define STEP_DECAY      0.98
#define RESTART_CHANGE  0.05 /* a change of the hit ratio that makes the steps large again */
#define SAMPLE_FACTOR   10   /* requests per entry between two steps */

enum { WINDOW, PROBATION, PROTECTED, QUEUES };

struct tinylfu_node {
    struct link link; /* the tag says in which queue */
    uint64_t hash;
};

struct climber {
    bool on;
    double step; /* a share of the cache; the sign is the direction */
    double ratio_before;
    uint64_t hits, requests; /* since the last step */
};

struct tinylfu {
    const struct slots *slots;
    struct queue queues[QUEUES]; /* most recently used at the head */
    struct sketch sketch;
    double window_share;
    struct climber climber;
};

static void *tinylfu_open(const struct policy_setup *setup, bool climbing)
{
    struct tinylfu *tinylfu = account_alloc(setup->account, sizeof *tinylfu);
    *tinylfu = (struct tinylfu){.slots = setup->slots,
                                .window_share = WINDOW_SHARE,
                                .climber = {.on = climbing, .step = STEP_SHARE}};
    for (unsigned queue = 0; queue < QUEUES; queue++)
        tinylfu->queues[queue] = QUEUE_EMPTY;
    sketch_create(&tinylfu->sketch, setup->account);
    return tinylfu;
}

void *tinylfu_create(const struct policy_setup *setup)
{
    return tinylfu_open(setup, false);
}

void *tinylfu_create_climbing(const struct policy_setup *setup)
{
    return tinylfu_open(setup, true);
}

void tinylfu_destroy(void *order)
{
    struct tinylfu *tinylfu = order;
    sketch_destroy(&tinylfu->sketch);
}

static struct tinylfu_node *node_at(const struct tinylfu *tinylfu, uint32_t slot)
{
    return slot_node(tinylfu->slots, slot);
}

static uint32_t window_room(const struct tinylfu *tinylfu, uint32_t capacity)
{
    uint32_t room = (uint32_t)(tinylfu->window_share * capacity);
    return room == 0 ? 1 : room;
}

static uint32_t protected_room(const struct tinylfu *tinylfu, uint32_t capacity)
{
    return (uint32_t)((capacity - window_room(tinylfu, capacity)) * PROTECTED_SHARE);
}

static void tinylfu_push(struct tinylfu *tinylfu, unsigned queue, uint32_t slot)
{
    link_at(tinylfu->slots, slot)->tag = queue & LINK_TAG_MAX;
    queue_push(&tinylfu->queues[queue], tinylfu->slots, slot);
}

static void tinylfu_move(struct tinylfu *tinylfu, uint32_t slot, unsigned to)
{
    queue_remove(&tinylfu->queues[link_at(tinylfu->slots, slot)->tag], tinylfu->slots, slot);
    tinylfu_push(tinylfu, to, slot);
}

/* Goes on in the same direction when the hit ratio has risen, and back otherwise; the steps become
 * smaller while the ratio changes little. */
static void climber_step(struct tinylfu *tinylfu)
{
    struct climber *climber = &tinylfu->climber;
    double ratio = (double)climber->hits / (double)climber->requests;
    double change = ratio - climber->ratio_before;
    double direction = change >= 0 ? climber->step : -climber->step;
    climber->step =
        fabs(change) >= RESTART_CHANGE ? copysign(STEP_SHARE, direction) : direction * STEP_DECAY;
    climber->ratio_before = ratio;
    climber->hits = climber->requests = 0;
    tinylfu->window_share =
        fmax(WINDOW_SHARE, fmin(WINDOW_MOST, tinylfu->window_share + climber->step));
}

static uint64_t tinylfu_entries(const struct tinylfu *tinylfu)
{
    uint64_t entries = 0;
    for (unsigned queue = 0; queue < QUEUES; queue++)
        entries += tinylfu->queues[queue].count;
    return entries;
}

static void tinylfu_count(struct tinylfu *tinylfu, const struct access *access, bool hit)
{
    struct climber *climber = &tinylfu->climber;
    sketch_fit(&tinylfu->sketch, tinylfu_entries(tinylfu));
    sketch_increment(&tinylfu->sketch, access->hash);
    climber->hits += hit;
    if (climber->on && ++climber->requests >= (uint64_t)access->capacity * SAMPLE_FACTOR)
        climber_step(tinylfu);
}

/* Moves entries that a queue is too small for to probation: at most two per request, so that no
 * request pays for a large step of the window. */
static void queue_settle(struct tinylfu *tinylfu, unsigned queue, uint32_t room)
{
    for (int i = 0; i < 2 && tinylfu->queues[queue].count > room; i++)
        tinylfu_move(tinylfu, tinylfu->queues[queue].tail, PROBATION);
}

void tinylfu_insert(void *order, uint32_t slot, const struct access *access)
{
    struct tinylfu *tinylfu = order;
    tinylfu_count(tinylfu, access, false);
    node_at(tinylfu, slot)->hash = access->hash;
    tinylfu_push(tinylfu, WINDOW, slot);
    queue_settle(tinylfu, WINDOW, window_room(tinylfu, access->capacity));
}

void tinylfu_hit(void *order, uint32_t slot, const struct access *access)
{
    struct tinylfu *tinylfu = order;
    tinylfu_count(tinylfu, access, true);
    unsigned queue = link_at(tinylfu->slots, slot)->tag;
    tinylfu_move(tinylfu, slot, queue == WINDOW ? WINDOW : PROTECTED);
    if (queue == PROBATION)
        queue_settle(tinylfu, PROTECTED, protected_room(tinylfu, access->capacity));
}

static uint32_t main_victim(const struct tinylfu *tinylfu)
{
    uint32_t probation = tinylfu->queues[PROBATION].tail;
    return probation != NO_SLOT ? probation : tinylfu->queues[PROTECTED].tail;
}

static unsigned slot_times(const struct tinylfu *tinylfu, uint32_t slot)
{
    return sketch_estimate(&tinylfu->sketch, node_at(tinylfu, slot)->hash);
}

/* The entry that leaves a full window stays in the cache only if it was requested more often than
 * the main part's victim. */
uint32_t tinylfu_victim(void *order, const struct access *access)
{
    struct tinylfu *tinylfu = order;
    uint32_t candidate = tinylfu->queues[WINDOW].tail, victim = main_victim(tinylfu);
    bool window_full = tinylfu->queues[WINDOW].count >= window_room(tinylfu, access->capacity);
    if (victim == NO_SLOT || candidate == NO_SLOT)
        return victim == NO_SLOT ? candidate : victim;
    if (window_full && slot_times(tinylfu, candidate) <= slot_times(tinylfu, victim))
        return candidate;
    return victim;
}

void tinylfu_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why)
{
    struct tinylfu *tinylfu = order;
    queue_remove(&tinylfu->queues[link_at(tinylfu->slots, slot)->tag], tinylfu->slots, slot);
}
