/* two_queues.h - a short queue for what was asked for once, a list by recency for what came back.
 *
 * 2Q (Johnson & Shasha, VLDB 1994): new entries pass through A1in, first in first out, a quarter of
 * the cache. A1out remembers the keys that left it, so many percent of the entries that fit; one
 * that is asked for again while remembered enters Am, an LRU list.
 *
 * A policy's functions, as policy.h wants them, but for create. Nodes are struct links.
 */
#ifndef TWO_QUEUES_H
#define TWO_QUEUES_H

#include "queue.h"

#define TWO_QUEUES_FORGET_NOTHING UINT32_MAX

void *two_queues_create(const struct policy_setup *setup, uint32_t remembered_percent);
void two_queues_destroy(void *order);
void two_queues_insert(void *order, uint32_t slot, const struct access *access);
void two_queues_hit(void *order, uint32_t slot, const struct access *access);
uint32_t two_queues_victim(void *order, const struct access *access);
void two_queues_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why);

#endif
