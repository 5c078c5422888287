/* recency.h - least recently used order: the functions of a struct policy. A node is a struct link.
 */
#pragma once

#include "queue.h"

void *recency_create(const struct policy_setup *setup);
void recency_destroy(void *order);
void recency_insert(void *order, uint32_t slot, const struct access *access);
void recency_hit(void *order, uint32_t slot, const struct access *access);
uint32_t recency_victim(void *order, const struct access *access);
void recency_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why);
