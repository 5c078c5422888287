/* tinylfu.h - W-TinyLFU (Einziger, Friedman & Manes, ACM TOS 2017): a small window for new entries,
 * and a main part that admits a key only if it is requested more often than its victim.
 *
 * The window is an LRU list; the main part is a segmented LRU of probation (one fifth) and
 * protected entries (four fifths). A sketch with ageing counts how often keys are requested. These
 * are the functions of a struct policy, for the one with a fixed window and the one that adapts it.
 */
#pragma once

#include "policy.h"

#define TINYLFU_NODE_BYTES 16 /* a link and the key's hash */

void *tinylfu_create(const struct policy_setup *setup);
/* With a window whose size follows the hit ratio by hill climbing (Einziger, Eytan, Friedman &
 * Manes, Middleware 2018). */
void *tinylfu_create_climbing(const struct policy_setup *setup);
void tinylfu_destroy(void *order);
void tinylfu_insert(void *order, uint32_t slot, const struct access *access);
void tinylfu_hit(void *order, uint32_t slot, const struct access *access);
uint32_t tinylfu_victim(void *order, const struct access *access);
void tinylfu_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why);
