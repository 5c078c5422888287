/* cycle_fixed.c - a record owns its user's session, which has no reference to the record: when the
 * last holder releases the record, it is freed, and its session with it. */
#include "hooks.h"
#include "recency.h"
#include "registry.h"

struct login { /* a user's session */
    struct registered registered;
    struct attachment attachment;
    struct registry *logins; /* NULL: not counted any more */
    struct record *record;   /* no reference: the record lives longer than the session */
};

static void login_refers(const void *object, struct visit *visit)
{
    visit_record(visit, ((const struct login *)object)->record);
}

static const struct kind login_kind = {.name = "login", .refers = login_refers};

struct cycle {
    const struct hooks_setup *setup;
    struct registry logins; /* to count them */
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
    struct login *login = (struct login *)((char *)attachment - offsetof(struct login, attachment));
    if (login->logins)
        registry_remove(login->logins, &login->registered);
    memory_free(login);
}

static void cycle_destroy(void *state)
{
    struct cycle *cycle = state;
    for (struct login *login; (login = registry_take(&cycle->logins)) != NULL;)
        login->logins = NULL; /* its record is still in the cache */
    registry_destroy(&cycle->logins);
    memory_free(cycle);
}

static struct record *cycle_on_fetch(void *state, struct record *record, struct memory_zone *zone)
{
    struct cycle *cycle = state;
    struct login *login = memory_alloc(cycle->setup->zone, sizeof *login);
    login->attachment = (struct attachment){login_free, &login_kind, login};
    login->logins = &cycle->logins;
    login->record = cycle->setup->attach(record, zone, &login->attachment);
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

const struct policy cycle_fixed_policy = {
    .name = "cycle_fixed",
    .summary = "a record owns its user's session, which does not own it: cycle, repaired",
    .limits = KEEPS_CAPACITY,
    RECENCY_FUNCTIONS,
    .hooks = &cycle_hooks,
};
