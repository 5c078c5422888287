/* orderless.c - six functions that do nothing. */
#include "orderless.h"

void *orderless_create(const struct policy_setup *setup)
{
    (void)setup;
    return NULL;
}

void orderless_destroy(void *order)
{
    (void)order;
}

void orderless_insert(void *order, uint32_t slot, const struct access *access)
{
    (void)order;
    (void)slot;
    (void)access;
}

void orderless_hit(void *order, uint32_t slot, const struct access *access)
{
    (void)order;
    (void)slot;
    (void)access;
}

uint32_t orderless_victim(void *order, const struct access *access)
{
    (void)order;
    (void)access;
    return NO_SLOT;
}

void orderless_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why)
{
    (void)hash;
    (void)why;
    (void)order;
    (void)slot;
}
