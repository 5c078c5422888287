/* policy_hooks.c - calls the hooks of a policy that has some. */
#include "policy_hooks.h"

#include <stdio.h>

struct policy_hooks {
    const struct hooks *hooks;
    void *state;
    struct hooks_setup setup;
    uint64_t walks; /* started so far */
};

static void service_release(void *service, struct record *record)
{
    shards_drop(service, record);
}

struct policy_hooks *policy_hooks_create(const struct policy *policy, struct shards *shards,
                                         struct memory_zone *zone)
{
    if (policy->hooks == NULL)
        return NULL;
    struct policy_hooks *hooks = memory_alloc(zone, sizeof *hooks);
    *hooks = (struct policy_hooks){.hooks = policy->hooks,
                                   .setup = {.zone = zone,
                                             .service = shards,
                                             .hold = record_hold,
                                             .release = service_release,
                                             .attach = record_attach}};
    hooks->state = hooks->hooks->create(&hooks->setup);
    return hooks;
}

void policy_hooks_destroy(struct policy_hooks *hooks)
{
    if (hooks == NULL)
        return;
    hooks->hooks->destroy(hooks->state);
    memory_free(hooks);
}

#define HAS(hooks, hook) ((hooks) != NULL && (hooks)->hooks->hook != NULL)

struct record *policy_hooks_on_fetch(struct policy_hooks *hooks, struct record *record,
                                     struct memory_zone *zone)
{
    return HAS(hooks, on_fetch) ? hooks->hooks->on_fetch(hooks->state, record, zone) : record;
}

void *policy_hooks_on_connect(struct policy_hooks *hooks)
{
    return HAS(hooks, on_connect) ? hooks->hooks->on_connect(hooks->state) : NULL;
}

void policy_hooks_on_serve(struct policy_hooks *hooks, void *connection, struct record *record)
{
    if (HAS(hooks, on_serve))
        hooks->hooks->on_serve(hooks->state, connection, record);
}

void policy_hooks_on_disconnect(struct policy_hooks *hooks, void *connection)
{
    if (HAS(hooks, on_disconnect))
        hooks->hooks->on_disconnect(hooks->state, connection);
}

struct registry *policy_hooks_objects(struct policy_hooks *hooks)
{
    return HAS(hooks, objects) ? hooks->hooks->objects(hooks->state) : NULL;
}

void policy_hooks_refer(const struct policy_hooks *hooks, const void *connection,
                        struct visit *visit)
{
    if (HAS(hooks, connection_kind))
        visit_refer(visit, hooks->hooks->connection_kind, connection);
}

uint64_t policy_hooks_next_walk(struct policy_hooks *hooks)
{
    return hooks == NULL ? 0 : ++hooks->walks;
}

void policy_hooks_census(struct policy_hooks *hooks, struct census *census)
{
    struct registry *objects = policy_hooks_objects(hooks);
    struct registry_counts counts;
    if (objects == NULL)
        return;
    registry_count(objects, &counts);
    struct census_row row = {.container = POLICY_HOOKS_CONTAINER,
                             .live = counts.live,
                             .live_bytes = counts.live_bytes,
                             .total = counts.total,
                             .total_bytes = counts.total_bytes};
    snprintf(row.type, sizeof row.type, "%s", objects->kind->name);
    census_add(census, &row);
}
