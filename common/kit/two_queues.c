/* two_queues.c - A1in and Am of entries, A1out of keys whose entries have left. */
#include "two_queues.h"

#include "history.h"

enum { A1IN, AM };

struct two_queues {
    const struct slots *slots;
    struct queue entries[2]; /* A1in and Am; a link's tag says which */
    struct history a1out;
    uint32_t remembered_percent, remembered_most;
};

void *two_queues_create(const struct policy_setup *setup, uint32_t remembered_percent)
{
    struct two_queues *queues = account_alloc(setup->account, sizeof *queues);
    *queues = (struct two_queues){.slots = setup->slots, .remembered_percent = remembered_percent};
    queues->entries[A1IN] = queues->entries[AM] = QUEUE_EMPTY;
    history_create(&queues->a1out, setup->account, 0);
    return queues;
}

void two_queues_destroy(void *order)
{
    struct two_queues *queues = order;
    history_destroy(&queues->a1out);
}

static void two_queues_push(struct two_queues *queues, unsigned queue, uint32_t slot)
{
    link_at(queues->slots, slot)->tag = queue & LINK_TAG_MAX;
    queue_push(&queues->entries[queue], queues->slots, slot);
}

void two_queues_insert(void *order, uint32_t slot, const struct access *access)
{
    struct two_queues *queues = order;
    bool remembered = history_take(&queues->a1out, access->hash) != HISTORY_LISTS;
    two_queues_push(queues, remembered ? AM : A1IN, slot);
    history_trim(&queues->a1out, 0, queues->remembered_most);
}

void two_queues_hit(void *order, uint32_t slot, const struct access *access)
{
    struct two_queues *queues = order;
    if (link_at(queues->slots, slot)->tag == AM)
        queue_to_head(&queues->entries[AM], queues->slots, slot);
}

uint32_t two_queues_victim(void *order, const struct access *access)
{
    struct two_queues *queues = order;
    uint64_t most = (uint64_t)access->capacity * queues->remembered_percent / 100;
    queues->remembered_most = most < NO_SLOT ? (uint32_t)most : NO_SLOT;
    bool from_a1in =
        queues->entries[A1IN].count > access->capacity / 4 || queues->entries[AM].count == 0;
    return queues->entries[from_a1in ? A1IN : AM].tail;
}

void two_queues_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why)
{
    struct two_queues *queues = order;
    unsigned queue = link_at(queues->slots, slot)->tag;
    queue_remove(&queues->entries[queue], queues->slots, slot);
    if (queue != A1IN || why != LEAVES_EVICTED)
        return;
    history_add(&queues->a1out, 0, hash);
    history_trim(&queues->a1out, 0,
                 queues->remembered_most + 1); /* the key to be inserted may be the oldest */
}
