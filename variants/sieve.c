/* sieve.c - a hand moves from old to new entries and evicts those unused since its last pass.
 *
 * Zhang, Yang, Yue, Vigfusson & Rashmi, NSDI 2024. Unlike in clock, an entry that stays keeps its
 * place, and new entries are inserted at the head, away from the hand.
 */
#include "queue.h"

struct sieve {
    const struct slots *slots;
    struct queue arrivals; /* newest at the head */
    uint32_t hand;         /* the entry to look at next; NO_SLOT: the tail */
};

static void *sieve_create(const struct policy_setup *setup)
{
    struct sieve *sieve = account_alloc(setup->account, sizeof *sieve);
    *sieve = (struct sieve){.slots = setup->slots, .arrivals = QUEUE_EMPTY, .hand = NO_SLOT};
    return sieve;
}

static void sieve_insert(void *order, uint32_t slot, const struct access *access)
{
    struct sieve *sieve = order;
    link_at(sieve->slots, slot)->tag = 0;
    queue_push(&sieve->arrivals, sieve->slots, slot);
}

static void sieve_hit(void *order, uint32_t slot, const struct access *access)
{
    struct sieve *sieve = order;
    link_at(sieve->slots, slot)->tag = 1;
}

static uint32_t sieve_victim(void *order, const struct access *access)
{
    struct sieve *sieve = order;
    if (sieve->arrivals.count == 0)
        return NO_SLOT;
    for (;; sieve->hand = link_at(sieve->slots, sieve->hand)->prev) {
        if (sieve->hand == NO_SLOT)
            sieve->hand = sieve->arrivals.tail;
        struct link *link = link_at(sieve->slots, sieve->hand);
        if (!link->tag)
            return sieve->hand;
        link->tag = 0;
    }
}

static void sieve_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why)
{
    struct sieve *sieve = order;
    if (sieve->hand == slot)
        sieve->hand = link_at(sieve->slots, slot)->prev;
    queue_remove(&sieve->arrivals, sieve->slots, slot);
}

const struct policy sieve_policy = {
    .name = "sieve",
    .summary = "a hand moves from old to new and evicts what was not used since its last pass",
    .limits = KEEPS_CAPACITY,
    .node_bytes = sizeof(struct link),
    .create = sieve_create,
    .insert = sieve_insert,
    .hit = sieve_hit,
    .victim = sieve_victim,
    .remove = sieve_remove,
};
