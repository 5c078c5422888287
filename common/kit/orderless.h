/* orderless.h - the functions of a policy that never evicts anything and so keeps no order. */
#pragma once

#include "policy.h"

void *orderless_create(const struct policy_setup *setup);
void orderless_insert(void *order, uint32_t slot, const struct access *access);
void orderless_hit(void *order, uint32_t slot, const struct access *access);
uint32_t orderless_victim(void *order, const struct access *access); /* NO_SLOT */
void orderless_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why);

/* The members of a struct policy. */
#define ORDERLESS_FUNCTIONS                                                                        \
    .create = orderless_create, .insert = orderless_insert, .hit = orderless_hit,                  \
    .victim = orderless_victim, .remove = orderless_remove
