/* pinned_fixed.c - once in a thousand requests a check fails; there is one way out, which releases
 * what the check had taken whether it failed or not. */
#include "hooks.h"
#include "recency.h"

#include <stdatomic.h>
#include <stdio.h>

#define REQUESTS_A_FAILURE 1000
#define REPORT_BYTES       1024

struct check {             /* one request's */
    struct record *record; /* a reference */
    char report[REPORT_BYTES];
};

struct pinned {
    const struct hooks_setup *setup;
    atomic_uint_least64_t requests;
};

static void *pinned_create(const struct hooks_setup *setup)
{
    struct pinned *pinned = memory_alloc_zeroed(setup->zone, sizeof *pinned);
    pinned->setup = setup;
    return pinned;
}

static struct check *check_begin(struct pinned *pinned, struct record *record)
{
    struct check *check = memory_alloc(pinned->setup->zone, sizeof *check);
    check->record = record;
    pinned->setup->hold(record);
    return check;
}

static void check_end(struct pinned *pinned, struct check *check)
{
    pinned->setup->release(pinned->setup->service, check->record);
    memory_free(check);
}

static bool check_passes(struct pinned *pinned)
{
    uint64_t request = atomic_fetch_add_explicit(&pinned->requests, 1, memory_order_relaxed) + 1;
    return request % REQUESTS_A_FAILURE != 0;
}

static void pinned_asked(void *state, void *guest, struct record *record)
{
    struct pinned *pinned = state;
    struct check *check = check_begin(pinned, record);
    (void)guest;
    if (!check_passes(pinned))
        snprintf(check->report, sizeof check->report, "the check failed");
    check_end(pinned, check);
}

static void pinned_destroy(void *state)
{
    memory_free(state);
}

static const struct hooks pinned_hooks = {
    .create = pinned_create,
    .destroy = pinned_destroy,
    .asked = pinned_asked,
};

const struct policy pinned_fixed_policy = {
    .name = "pinned_fixed",
    .summary = "the way out of an error releases its record, too: pinned, mended",
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
