/* tinylfu.h - a small window for newcomers, and a main part that lets in only what is asked for
 * more often than what it would displace.
 *
 * W-TinyLFU (Einziger, Friedman & Manes, ACM TOS 2017): the window is an LRU list, the main part a
 * segmented LRU of probation and protected entries, one to four; a sketch counts how often keys are
 * asked for, with ageing. The same engine serves the policy with a fixed window and the one that
 * climbs: both are a struct policy whose functions are these.
 */
#ifndef TINYLFU_H
#define TINYLFU_H

#include "policy.h"

#define TINYLFU_NODE_BYTES 16 /* a link and the key's hash */

void *tinylfu_create(const struct policy_setup *setup);
/* The window's size climbs the hill of the hit ratio (Einziger, Eytan, Friedman & Manes,
 * Middleware 2018). */
void *tinylfu_create_climbing(const struct policy_setup *setup);
void tinylfu_destroy(void *order);
void tinylfu_insert(void *order, uint32_t slot, const struct access *access);
void tinylfu_hit(void *order, uint32_t slot, const struct access *access);
uint32_t tinylfu_victim(void *order, const struct access *access);
void tinylfu_remove(void *order, uint32_t slot, uint64_t hash, enum leaving why);

#endif
