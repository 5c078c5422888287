/* two_queues.h - 2Q (Johnson & Shasha, VLDB 1994): a FIFO queue for new entries, an LRU list for
 * keys that come back.
 *
 * New entries go through A1in, a FIFO queue of a quarter of the cache. A1out remembers the keys
 * that left it, up to a percentage of the entries that fit. A remembered key that is requested
 * again enters Am, an LRU list.
 *
 * These are the functions of a struct policy, except create. A node is a struct link.
 */
#pragma once

#include "queue.h"

#define TWO_QUEUES_FORGET_NOTHING UINT32_MAX

void *two_queues_create(const struct policy_setup *setup, uint32_t remembered_percent);
void two_queues_destroy(void *order);
void two_queues_insert(void *order, uint32_t slot, const struct access *access);
void two_queues_hit(void *order, uint32_t slot, const struct access *access);
uint32_t two_queues_victim(void *order, const struct access *access);
void two_queues_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why);
