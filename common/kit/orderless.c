/* orderless.c - five functions that do nothing. */
#include "orderless.h"

void *orderless_create(const struct policy_setup *setup)
{
    return NULL;
}

void orderless_insert(void *order, uint32_t slot, const struct access *access)
{
}

void orderless_hit(void *order, uint32_t slot, const struct access *access)
{
}

uint32_t orderless_victim(void *order, const struct access *access)
{
    return NO_SLOT;
}

void orderless_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why)
{
}
