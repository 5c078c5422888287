/* policy_hooks.c - calls a policy's hooks, where it has any, at their moments. */
#include "policy_hooks.h"

#include <stdio.h>

struct policy_hooks {
    const struct hooks *hooks;
    void *state;
    struct hooks_setup setup;
    uint64_t walks; /* so far */
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
    hooks->hooks = policy->hooks;
    hooks->walks = 0;
    hooks->setup = (struct hooks_setup){.zone = zone,
                                        .service = shards,
                                        .hold = record_hold,
                                        .release = service_release,
                                        .accompany = record_accompany};
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

struct record *policy_hooks_made(struct policy_hooks *hooks, struct record *record,
                                 struct memory_zone *zone)
{
    bool silent = hooks == NULL || hooks->hooks->made == NULL;
    return silent ? record : hooks->hooks->made(hooks->state, record, zone);
}

void *policy_hooks_connect(struct policy_hooks *hooks)
{
    bool silent = hooks == NULL || hooks->hooks->connect == NULL;
    return silent ? NULL : hooks->hooks->connect(hooks->state);
}

void policy_hooks_asked(struct policy_hooks *hooks, void *guest, struct record *record)
{
    if (hooks != NULL && hooks->hooks->asked != NULL)
        hooks->hooks->asked(hooks->state, guest, record);
}

void policy_hooks_disconnect(struct policy_hooks *hooks, void *guest)
{
    if (hooks != NULL && hooks->hooks->disconnect != NULL)
        hooks->hooks->disconnect(hooks->state, guest);
}

struct registry *policy_hooks_objects(struct policy_hooks *hooks)
{
    bool silent = hooks == NULL || hooks->hooks->objects == NULL;
    return silent ? NULL : hooks->hooks->objects(hooks->state);
}

void policy_hooks_refer(const struct policy_hooks *hooks, const void *guest, struct visit *visit)
{
    if (hooks != NULL && hooks->hooks->guest != NULL)
        visit_refer(visit, hooks->hooks->guest, guest);
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
