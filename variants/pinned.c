/* pinned.c - once in a thousand requests a check fails, and its early return forgets to release
 * what the check has allocated: a reference to the record, and a report. */
#include "hooks.h"
#include "recency.h"
#include "registry.h"

#include <stdatomic.h>
#include <stdio.h>

#define REQUESTS_PER_FAILURE 1000
#define REPORT_BYTES         1024

struct check { /* of one request */
    struct registered registered;
    struct record *record; /* a reference */
    char report[REPORT_BYTES];
};

static void check_refers(const void *object, struct visit *visit)
{
    visit_record(visit, ((const struct check *)object)->record);
}

static const struct kind check_kind = {.name = "check", .refers = check_refers};

struct pinned {
    const struct hooks_setup *setup;
    atomic_uint_least64_t requests;
    struct registry checks; /* to free them at the end of the process */
};

static void *pinned_create(const struct hooks_setup *setup)
{
    struct pinned *pinned = memory_alloc_zeroed(setup->zone, sizeof *pinned);
    pinned->setup = setup;
    registry_create(&pinned->checks, &check_kind);
    return pinned;
}

static struct check *check_begin(struct pinned *pinned, struct record *record)
{
    struct check *check = memory_alloc(pinned->setup->zone, sizeof *check);
    check->record = record;
    pinned->setup->hold(record);
    registry_add(&pinned->checks, &check->registered);
    return check;
}

static void check_end(struct pinned *pinned, struct check *check)
{
    registry_remove(&pinned->checks, &check->registered);
    pinned->setup->release(pinned->setup->service, check->record);
    memory_free(check);
}

static bool check_passes(struct pinned *pinned)
{
    uint64_t request = atomic_fetch_add_explicit(&pinned->requests, 1, memory_order_relaxed) + 1;
    return request % REQUESTS_PER_FAILURE != 0;
}

static void pinned_on_serve(void *state, void *connection, struct record *record)
{
    struct pinned *pinned = state;
    struct check *check = check_begin(pinned, record);
    if (!check_passes(pinned)) {
        snprintf(check->report, sizeof check->report, "the check failed");
        return; /* the mistake */
    }
    check_end(pinned, check);
}

static void pinned_destroy(void *state)
{
    struct pinned *pinned = state;
    for (struct check *check; (check = registry_take(&pinned->checks)) != NULL;) {
        pinned->setup->release(pinned->setup->service, check->record);
        memory_free(check);
    }
    registry_destroy(&pinned->checks);
    memory_free(pinned);
}

static struct registry *pinned_objects(void *state)
{
    return &((struct pinned *)state)->checks;
}

static const struct hooks pinned_hooks = {
    .create = pinned_create,
    .destroy = pinned_destroy,
    .on_serve = pinned_on_serve,
    .objects = pinned_objects,
};

const struct policy pinned_policy = {
    .name = "pinned",
    .summary = "leaks: an error path forgets to release its record (repaired: pinned_fixed)",
    .limits = KEEPS_CAPACITY,
    .node_bytes = sizeof(struct link),
    .create = recency_create,
    .destroy = recency_destroy,
    .insert = recency_insert,
    .hit = recency_hit,
    .victim = recency_victim,
    .remove = recency_remove,
    .hooks = &pinned_hooks,
};
