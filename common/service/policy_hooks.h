/* policy_hooks.h - calls the hooks of a policy that has some.
 *
 * NULL is a policy without hooks: every function accepts it and does nothing. Threads: see hooks.h.
 */
#pragma once

#include "registry.h"
#include "shards.h"

struct policy_hooks;

/* Call it before the first record is fetched. */
struct policy_hooks *policy_hooks_create(const struct policy *policy, struct shards *shards,
                                         struct memory_zone *zone);
/* Call it after the last connection was closed and before shards_destroy. */
void policy_hooks_destroy(struct policy_hooks *hooks);

/* The hooks of the same names in hooks.h. on_fetch returns `record` where there is no hook. */
struct record *policy_hooks_on_fetch(struct policy_hooks *hooks, struct record *record,
                                     struct memory_zone *zone);
void *policy_hooks_on_connect(struct policy_hooks *hooks);
void policy_hooks_on_serve(struct policy_hooks *hooks, void *connection, struct record *record);
void policy_hooks_on_disconnect(struct policy_hooks *hooks, void *connection);

/* The objects that the hooks allocated; NULL: none. */
struct registry *policy_hooks_objects(struct policy_hooks *hooks);
/* Visits the connection's state, if there is one. */
void policy_hooks_refer(const struct policy_hooks *hooks, const void *connection,
                        struct visit *visit);
/* A new number for each reference walk. */
uint64_t policy_hooks_next_walk(struct policy_hooks *hooks);
/* Adds a row for the objects of the hooks, in the container main.hooks. */
#define POLICY_HOOKS_CONTAINER "main.hooks"
void policy_hooks_census(struct policy_hooks *hooks, struct census *census);
