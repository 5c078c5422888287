/* recency.h - the order of last use, for policies that let go what was unused for longest.
 *
 * A policy's functions, as policy.h wants them. Nodes are struct links.
 */
#ifndef RECENCY_H
#define RECENCY_H

#include "queue.h"

void *recency_create(const struct policy_setup *setup);
void recency_destroy(void *order);
void recency_insert(void *order, uint32_t slot, const struct access *access);
void recency_hit(void *order, uint32_t slot, const struct access *access);
uint32_t recency_victim(void *order, const struct access *access);
void recency_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why);

#endif
