/* cycle_fixed.c - a record owns its user's session, which only knows its record: when the cache
 * evicts the record and nobody else holds it, it goes, and its session with it. */
#include "hooks.h"
#include "recency.h"

struct login { /* a user's session */
    struct companion companion;
    struct record *record; /* no reference: it is there as long as the session is */
};

struct cycle {
    const struct hooks_setup *setup;
};

static void *cycle_create(const struct hooks_setup *setup)
{
    struct cycle *cycle = memory_alloc(setup->zone, sizeof *cycle);
    cycle->setup = setup;
    return cycle;
}

/* The record's end: the session goes with it. */
static void login_part(struct companion *companion)
{
    memory_free((char *)companion - offsetof(struct login, companion));
}

static void cycle_destroy(void *state)
{
    memory_free(state);
}

static struct record *cycle_made(void *state, struct record *record, struct memory_zone *zone)
{
    struct cycle *cycle = state;
    struct login *login = memory_alloc(cycle->setup->zone, sizeof *login);
    login->companion.part = login_part;
    login->record = cycle->setup->accompany(record, zone, &login->companion);
    return login->record;
}

static const struct hooks cycle_hooks = {
    .create = cycle_create,
    .destroy = cycle_destroy,
    .made = cycle_made,
};

const struct policy cycle_fixed_policy = {
    .name = "cycle_fixed",
    .summary = "a record owns its user's session, which does not own it: cycle, mended",
    .limits = KEEPS_CAPACITY,
    .node_bytes = sizeof(struct link),
    .create = recency_create,
    .destroy = recency_destroy,
    .insert = recency_insert,
    .hit = recency_hit,
    .victim = recency_victim,
    .remove = recency_remove,
    .hooks = &cycle_hooks,
};
