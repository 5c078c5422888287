/* account.h - allocations in a zone with running totals, known without asking the allocator.
 *
 * Everything that a cache allocates except its records goes through accounts: index, slots, and the
 * policy's own memory. Each container has an account below that of its owner: the tree of accounts
 * is the tree of containers in a census. One thread at a time.
 */
#pragma once

#include "memory.h"

struct account { /* must not be moved: accounts point to each other */
    struct memory_zone *zone;
    uint64_t bytes; /* usable sizes of the allocations of this account and those below */
    /* Without those below: allocations now, and ever made. */
    uint64_t live, live_bytes, total, total_bytes;
    const char *name; /* of the container: "index" */
    struct account *above, *below, *next;
};

/* Opens an account below another, in the same zone. The name must outlive it. */
void account_open(struct account *account, struct account *above, const char *name);
/* Its allocations must have been freed, and the accounts below closed. */
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
