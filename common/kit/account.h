/* account.h - allocations in a zone with running totals, known without asking the allocator.
 *
 * What a cache spends beside its records goes through one account: index, slots, the policy's
 * order and histories. Each container has an account of its own below that of its owner, so that
 * the tree of accounts is the tree of containers, and nobody has to report. One thread at a time.
 */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include "memory.h"

struct account { /* in place: accounts refer to each other */
    struct memory_zone *zone;
    uint64_t bytes; /* usable sizes of all that is allocated, here and below */
    /* Its own allocations, now and ever. */
    uint64_t live, live_bytes, total, total_bytes;
    const char *name; /* of the container: "index" */
    struct account *above, *below, *next;
};

/* Below another, whose zone it shares. The name must outlive it. */
void account_open(struct account *account, struct account *above, const char *name);
/* All must have been freed, and all below it closed. */
void account_close(struct account *account);

static inline void *account_alloc(struct account *account, size_t bytes)
{
    void *allocation = memory_alloc_zeroed(account->zone, bytes);
    size_t usable = memory_usable(allocation);
    account->live++;
    account->live_bytes += usable;
    account->total++;
    account->total_bytes += usable;
    for (struct account *each = account; each != NULL; each = each->above)
        each->bytes += usable;
    return allocation;
}

static inline void account_free(struct account *account, void *allocation)
{
    if (allocation == NULL)
        return;
    size_t usable = memory_usable(allocation);
    account->live--;
    account->live_bytes -= usable;
    for (struct account *each = account; each != NULL; each = each->above)
        each->bytes -= usable;
    memory_free(allocation);
}

#endif
