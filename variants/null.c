/* null.c - stores nothing, the lower bound of every measurement: an entry expires at once. */
#include "account.h"
#include "orderless.h"
#include "slots.h"

struct null {
    uint32_t slot; /* of the entry just inserted */
};

static void *null_create(const struct policy_setup *setup)
{
    struct null *null = account_alloc(setup->account, sizeof *null);
    *null = (struct null){.slot = NO_SLOT};
    return null;
}

static void null_insert(void *order, uint32_t slot, const struct access *access)
{
    struct null *null = order;
    null->slot = slot;
}

static uint32_t null_victim(void *order, const struct access *access)
{
    return ((struct null *)order)->slot;
}

static void null_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why)
{
    ((struct null *)order)->slot = NO_SLOT;
}

static uint32_t null_expired(void *order, uint64_t now_ns)
{
    return ((struct null *)order)->slot;
}

const struct policy null_policy = {
    .name = "null",
    .summary = "stores nothing: the lower bound of every measurement",
    .create = null_create,
    .insert = null_insert,
    .hit = orderless_hit,
    .victim = null_victim,
    .remove = null_remove,
    .expired = null_expired,
};
