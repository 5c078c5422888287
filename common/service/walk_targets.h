/* walk_targets.h - the records that a reference walk looks for: a set with a reference to each. */
#pragma once

#include "reference_path.h"
#include "shards.h"

#define WALK_TARGETS_EXTRA 64 /* records found only through unreachable objects */
#define WALK_TARGETS_MAX   (LIVE_SAMPLE_MAX + WALK_TARGETS_EXTRA)

struct walk_target {
    struct record *record;
    bool found;                    /* a root reaches it */
    struct reference_path *holder; /* an unreachable object that refers to it; NULL: none */
};

struct walk_targets { /* all zero: empty */
    size_t count;
    size_t released; /* how many references were already dropped */
    struct walk_target targets[WALK_TARGETS_MAX];
    uint16_t table[4 * LIVE_SAMPLE_MAX]; /* hashed by address; a target's index + 1 */
};

/* NULL: the record is no target. */
struct walk_target *walk_targets_find(struct walk_targets *targets, const void *record);
/* Takes over the caller's reference. The record must not be in the set. */
void walk_targets_add(struct walk_targets *targets, struct record *record);
/* Drops up to 256 references. False: all are dropped. */
bool walk_targets_release(struct walk_targets *targets, struct shards *shards);

/* References to the record without the set's own. */
uint32_t walk_target_references(const struct walk_target *target);
/* No root was seen to reach it, and yet it has references. */
bool walk_target_is_unreachable(const struct walk_target *target);
