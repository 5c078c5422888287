/* cycle.c - a record and its user's session own each other, so that neither is ever freed: when the
 * cache evicts the record, its session still has a reference, and nothing else reaches the two. */
#include "hooks.h"
#include "recency.h"
#include "registry.h"

struct login { /* a user's session */
    struct registered registered;
    struct attachment attachment;
    struct record *record; /* the mistake: a reference, dropped only when the record is freed */
};

static void login_refers(const void *object, struct visit *visit)
{
    visit_record(visit, ((const struct login *)object)->record);
}

static const struct kind login_kind = {.name = "login", .refers = login_refers};

struct cycle {
    const struct hooks_setup *setup;
    struct registry logins; /* to free them at the end of the process */
};

static void *cycle_create(const struct hooks_setup *setup)
{
    struct cycle *cycle = memory_alloc(setup->zone, sizeof *cycle);
    cycle->setup = setup;
    registry_create(&cycle->logins, &login_kind);
    return cycle;
}

/* The record is freed: frees its session. */
static void login_free(struct attachment *attachment)
{
    memory_free((char *)attachment - offsetof(struct login, attachment));
}

static void cycle_destroy(void *state)
{
    struct cycle *cycle = state;
    for (struct login *login; (login = registry_take(&cycle->logins)) != NULL;)
        cycle->setup->release(cycle->setup->service, login->record);
    registry_destroy(&cycle->logins);
    memory_free(cycle);
}

static struct record *cycle_on_fetch(void *state, struct record *record, struct memory_zone *zone)
{
    struct cycle *cycle = state;
    struct login *login = memory_alloc(cycle->setup->zone, sizeof *login);
    login->attachment = (struct attachment){login_free, &login_kind, login};
    login->record = cycle->setup->attach(record, zone, &login->attachment);
    cycle->setup->hold(login->record);
    registry_add(&cycle->logins, &login->registered);
    return login->record;
}

static struct registry *cycle_objects(void *state)
{
    return &((struct cycle *)state)->logins;
}

static const struct hooks cycle_hooks = {
    .create = cycle_create,
    .destroy = cycle_destroy,
    .on_fetch = cycle_on_fetch,
    .objects = cycle_objects,
};

const struct policy cycle_policy = {
    .name = "cycle",
    .summary = "leaks: a record and its user's session own each other (repaired: cycle_fixed)",
    .limits = KEEPS_CAPACITY,
    RECENCY_FUNCTIONS,
    .hooks = &cycle_hooks,
};
