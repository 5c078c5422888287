/* reference_walk.h - who holds what: a walk from the roots along all references, in bounded steps.
 *
 * The server goes on while it is walked: a step looks at a few hundred references, and no lock is
 * kept from one step to the next. The records asked about (targets) are held meanwhile. What
 * changes meanwhile may be missed, so what nobody was seen to hold is looked for a second time, and
 * counts as lost only if it is not found then either. Objects made after the walk began do not
 * count.
 *
 * Targets are either one record, for all its holders with their paths; or the sample of all that
 * live (live_sample.h), for what no root reaches. One walk of a server at a time; its steps may
 * come from several threads, one after the other.
 */
#ifndef REFERENCE_WALK_H
#define REFERENCE_WALK_H

#include "policy_hooks.h"

#define WALK_TRAIL_STEPS 8
#define WALK_STEP_BYTES  80
#define WALK_TRAILS      32 /* kept of one record */
#define WALK_EXAMPLES    8
#define WALK_LOST_KINDS  4

struct walk;

enum walk_going { WALK_GOES_ON, WALK_WAITS, WALK_IS_OVER };

struct walk_setup { /* outlives the walk */
    struct shards *shards;
    struct policy_hooks *hooks; /* NULL: none */
    struct memory_zone *zone;
    /* A step through the roots above the caches, which calls walk_enter, walk_visit and walk_leave.
     * WALK_WAITS: another thread is at it. `again` on the first step of a pass. NULL: none. */
    enum walk_going (*roots)(void *context, struct walk *walk, bool again);
    void *context;
};

/* About the record, whose reference it takes over; or, for NULL, about all. */
struct walk *walk_create(const struct walk_setup *setup, struct record *record);
/* To be called until it is over; a walk may also be destroyed before that. */
enum walk_going walk_step(struct walk *walk);
void walk_destroy(struct walk *walk);

/* Names a step of the path to what is visited until walk_leave; WALK_NO_NUMBER: there is but one
 * of them. */
#define WALK_NO_NUMBER UINT64_MAX
void walk_enter(struct walk *walk, const char *name, uint64_t number);
void walk_leave(struct walk *walk);
struct visit *walk_visit(struct walk *walk);

/* A chain of names from a root, or from an object that no root reaches, to the record. */
struct walk_trail {
    unsigned count;
    bool lost; /* it begins with what no root reaches */
    bool owns; /* false: what refers to it does not keep it alive, as a weak cache does not */
    char steps[WALK_TRAIL_STEPS][WALK_STEP_BYTES];
};

struct walk_example {
    char label[KIND_LABEL_BYTES];
    size_t key_bytes;
    char key[RECORD_KEY_BYTES_MAX];
    uint64_t bytes;
    uint32_t references;      /* without the walk's own */
    struct walk_trail holder; /* count 0: no object refers to it */
    struct walk_trail cycle;  /* from the record to itself; count 0: it does not lead back */
};

struct walk_lost_kind { /* objects of the hooks that no root reaches: all of them */
    char name[KIND_LABEL_BYTES];
    uint64_t count, bytes, live;
};

/* Of one record: who refers to it. */
struct walk_holders {
    char label[KIND_LABEL_BYTES];
    uint64_t bytes;
    uint32_t references; /* without the walk's own */
    uint32_t found;      /* trails found, of which at most WALK_TRAILS are kept */
    uint32_t count;
    struct walk_trail trails[WALK_TRAILS];
};

/* Of all: what no root reaches. */
struct walk_lost {
    uint64_t sampled; /* records looked for: one in `share` of those alive */
    uint64_t share;
    uint64_t records, record_bytes; /* of the sample, that nobody reaches though they are owned */
    size_t kind_count, example_count;
    struct walk_lost_kind kinds[WALK_LOST_KINDS];
    struct walk_example examples[WALK_EXAMPLES];
    struct walk_trail held; /* to some record of the sample that is held; count 0: none is */
};

/* When it is over; they live as long as the walk. */
const struct walk_holders *walk_holders(const struct walk *walk);
const struct walk_lost *walk_lost(const struct walk *walk);

#endif
