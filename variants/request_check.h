/* request_check.h - a check of each request, of which one in a thousand fails: for pinned and
 * pinned_fixed. */
#pragma once

#include "hooks.h"
#include "registry.h"

#include <stdatomic.h>

#define REPORT_BYTES 1024

struct check { /* of one request */
    struct registered registered;
    struct record *record; /* a reference */
    char report[REPORT_BYTES];
};

struct checks {
    const struct hooks_setup *setup;
    atomic_uint_least64_t requests;
    struct registry registry; /* to count them, and to free leaked ones at the end of the process */
};

/* Members of struct hooks, whose state is the checks. */
void *checks_create(const struct hooks_setup *setup);
void checks_destroy(void *state);
struct registry *checks_objects(void *state);

/* Allocates a check, which has a reference to the record until check_end. */
struct check *check_begin(struct checks *checks, struct record *record);
/* False: it failed, and its report says so. */
bool check_passes(struct checks *checks, struct check *check);
void check_end(struct checks *checks, struct check *check);
