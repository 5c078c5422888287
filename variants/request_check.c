/* request_check.c - allocates, counts and releases the checks. */
#include "request_check.h"

#include <stdio.h>

#define REQUESTS_PER_FAILURE 1000

static void check_refers(const void *object, struct visit *visit)
{
    visit_record(visit, ((const struct check *)object)->record);
}

static const struct kind check_kind = {.name = "check", .refers = check_refers};

void *checks_create(const struct hooks_setup *setup)
{
    struct checks *checks = memory_alloc_zeroed(setup->zone, sizeof *checks);
    checks->setup = setup;
    registry_create(&checks->registry, &check_kind);
    return checks;
}

static void check_free(struct checks *checks, struct check *check)
{
    checks->setup->release(checks->setup->service, check->record);
    memory_free(check);
}

void checks_destroy(void *state)
{
    struct checks *checks = state;
    for (struct check *check; (check = registry_take(&checks->registry)) != NULL;)
        check_free(checks, check);
    registry_destroy(&checks->registry);
    memory_free(checks);
}

struct registry *checks_objects(void *state)
{
    return &((struct checks *)state)->registry;
}

struct check *check_begin(struct checks *checks, struct record *record)
{
    struct check *check = memory_alloc(checks->setup->zone, sizeof *check);
    check->record = record;
    checks->setup->hold(record);
    registry_add(&checks->registry, &check->registered);
    return check;
}

bool check_passes(struct checks *checks, struct check *check)
{
    uint64_t request = atomic_fetch_add_explicit(&checks->requests, 1, memory_order_relaxed) + 1;
    if (request % REQUESTS_PER_FAILURE != 0)
        return true;
    snprintf(check->report, sizeof check->report, "the check failed");
    return false;
}

void check_end(struct checks *checks, struct check *check)
{
    registry_remove(&checks->registry, &check->registered);
    check_free(checks, check);
}
