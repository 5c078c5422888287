/* guests.h - calls a policy's hooks, where it has any, at their moments.
 *
 * NULL stands for a policy without hooks, here and in every call. Threads: as in hooks.h.
 */
#ifndef GUESTS_H
#define GUESTS_H

#include "registry.h"
#include "shards.h"

struct guests;

/* Before the first record. */
struct guests *guests_create(const struct policy *policy, struct shards *shards,
                             struct memory_zone *zone);
/* After the last connection; the shards are still there. */
void guests_destroy(struct guests *guests);

struct record *guests_made(struct guests *guests, struct record *record, struct memory_zone *zone);
void *guests_connect(struct guests *guests);
void guests_asked(struct guests *guests, void *guest, struct record *record);
void guests_disconnect(struct guests *guests, void *guest);

/* The objects of the hooks' own; NULL: there are none. */
struct registry *guests_objects(struct guests *guests);
/* Refers to the guest, if there is one. */
void guests_refer(const struct guests *guests, const void *guest, struct visit *visit);
/* A number that no earlier walk had. */
uint64_t guests_next_walk(struct guests *guests);
/* Adds a row for the hooks' objects, called main.hooks. */
#define GUESTS_HOOKS "main.hooks"
void guests_census(struct guests *guests, struct census *census);

#endif
