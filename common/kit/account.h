/* account.h - allocations in a zone with a running total, known without asking the allocator.
 *
 * What a cache spends beside its records goes through one account: index, slots, the policy's
 * order and histories. One thread at a time.
 */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include "memory.h"

struct account {
    struct memory_zone *zone;
    uint64_t bytes; /* usable sizes of all that is allocated */
};

static inline void *account_alloc(struct account *account, size_t bytes)
{
    void *allocation = memory_alloc_zeroed(account->zone, bytes);
    account->bytes += memory_usable(allocation);
    return allocation;
}

static inline void account_free(struct account *account, void *allocation)
{
    if (allocation == NULL)
        return;
    account->bytes -= memory_usable(allocation);
    memory_free(allocation);
}

#endif
