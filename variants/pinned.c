/* pinned.c - once in a thousand requests a check fails, and its early return forgets to release
 * what the check has allocated: a reference to the record, and a report. */
#include "recency.h"
#include "request_check.h"

static void pinned_on_serve(void *state, void *connection, struct record *record)
{
    struct check *check = check_begin(state, record);
    if (!check_passes(state, check))
        return; /* the mistake */
    check_end(state, check);
}

static const struct hooks pinned_hooks = {
    .create = checks_create,
    .destroy = checks_destroy,
    .on_serve = pinned_on_serve,
    .objects = checks_objects,
};

const struct policy pinned_policy = {
    .name = "pinned",
    .summary = "leaks: an error path forgets to release its record (repaired: pinned_fixed)",
    .limits = KEEPS_CAPACITY,
    RECENCY_FUNCTIONS,
    .hooks = &pinned_hooks,
};
