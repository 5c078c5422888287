/* pinned_fixed.c - once in a thousand requests a check fails; a single exit releases what the check
 * has allocated, whether it failed or not. */
#include "recency.h"
#include "request_check.h"

static void pinned_on_serve(void *state, void *connection, struct record *record)
{
    struct check *check = check_begin(state, record);
    check_passes(state, check);
    check_end(state, check);
}

static const struct hooks pinned_hooks = {
    .create = checks_create,
    .destroy = checks_destroy,
    .on_serve = pinned_on_serve,
    .objects = checks_objects,
};

const struct policy pinned_fixed_policy = {
    .name = "pinned_fixed",
    .summary = "the error path releases its record, too: pinned, repaired",
    .limits = KEEPS_CAPACITY,
    RECENCY_FUNCTIONS,
    .hooks = &pinned_hooks,
};
