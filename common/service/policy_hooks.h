/* policy_hooks.h - calls a policy's hooks, where it has any, at their moments.
 *
 * NULL stands for a policy without hooks, here and in every call. Threads: as in hooks.h.
 */
#ifndef POLICY_HOOKS_H
#define POLICY_HOOKS_H

#include "registry.h"
#include "shards.h"

struct policy_hooks;

/* Before the first record. */
struct policy_hooks *policy_hooks_create(const struct policy *policy, struct shards *shards,
                                         struct memory_zone *zone);
/* After the last connection; the shards are still there. */
void policy_hooks_destroy(struct policy_hooks *hooks);

struct record *policy_hooks_made(struct policy_hooks *hooks, struct record *record,
                                 struct memory_zone *zone);
void *policy_hooks_connect(struct policy_hooks *hooks);
void policy_hooks_asked(struct policy_hooks *hooks, void *guest, struct record *record);
void policy_hooks_disconnect(struct policy_hooks *hooks, void *guest);

/* The objects of the hooks' own; NULL: there are none. */
struct registry *policy_hooks_objects(struct policy_hooks *hooks);
/* Refers to the guest, if there is one. */
void policy_hooks_refer(const struct policy_hooks *hooks, const void *guest, struct visit *visit);
/* A number that no earlier walk had. */
uint64_t policy_hooks_next_walk(struct policy_hooks *hooks);
/* Adds a row for the hooks' objects, called main.hooks. */
#define POLICY_HOOKS_CONTAINER "main.hooks"
void policy_hooks_census(struct policy_hooks *hooks, struct census *census);

#endif
