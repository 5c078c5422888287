/* reference_walk.h - finds who holds a record, or which records are unreachable.
 *
 * A walk follows all references from the roots (caches, connections, replies) in short steps while
 * the server goes on serving: a step visits a few hundred references and keeps no lock when it
 * returns. The walk holds a reference to each record that it looks for (its targets). Because
 * references move meanwhile, what a first pass does not find is looked for in a second pass, and
 * counts as unreachable only when neither pass finds it. Objects created after the walk began do
 * not count.
 *
 * The targets are either one record, whose holders are listed with their paths, or the sample of
 * all live records (live_sample.h), of which the unreachable ones are reported.
 *
 * Threads: one walk of a server at a time. Its steps may run on different threads, one after the
 * other.
 */
#pragma once

#include "policy_hooks.h"
#include "reference_path.h"

#define RECORD_HOLDERS_MAX      32
#define UNREACHABLE_RECORDS_MAX 8
#define UNREACHABLE_KINDS_MAX   4

struct reference_walk;

enum reference_walk_state {
    WALK_CONTINUES,
    WALK_WAITING, /* another thread is at work: call again later */
    WALK_DONE,
};

struct reference_walk_setup { /* outlives the walk */
    struct shards *shards;
    struct policy_hooks *hooks; /* NULL: none */
    struct memory_zone *zone;
    /* Visits some of the roots outside the caches, by reference_walk_push, _visit and _pop.
     * `restart`: begin a pass over all of them. NULL: there are none. */
    enum reference_walk_state (*roots)(void *context, struct reference_walk *walk, bool restart);
    void *context;
};

/* Looks for the holders of the record, whose reference it takes over; NULL: looks for unreachable
 * records. */
struct reference_walk *reference_walk_create(const struct reference_walk_setup *setup,
                                             struct record *record);
/* One step. Call it until it returns WALK_DONE; the walk may be destroyed earlier. */
enum reference_walk_state reference_walk_step(struct reference_walk *walk);
void reference_walk_destroy(struct reference_walk *walk);

/* For `roots`: appends a step to the path of what is visited until reference_walk_pop, such as
 * "connection 7". REFERENCE_NO_NUMBER: there is only one object of that name. */
void reference_walk_push(struct reference_walk *walk, const char *name, uint64_t number);
void reference_walk_pop(struct reference_walk *walk);
struct visit *reference_walk_visit(struct reference_walk *walk);

struct unreachable_record {
    char label[KIND_LABEL_BYTES];
    size_t key_bytes;
    char key[RECORD_KEY_BYTES_MAX];
    uint64_t bytes;
    uint32_t references;          /* without the walk's own */
    struct reference_path holder; /* count 0: no object of the hooks refers to it */
    struct reference_path cycle;  /* from the record to itself; count 0: there is no cycle */
};

struct unreachable_kind { /* all objects of the hooks that no root reaches */
    char name[KIND_LABEL_BYTES];
    uint64_t count, bytes;
    uint64_t live; /* all objects of the kind, reachable or not */
};

/* The holders of one record. */
struct record_holders {
    char label[KIND_LABEL_BYTES];
    uint64_t bytes;
    uint32_t references; /* without the walk's own */
    uint32_t found;      /* paths found; the first RECORD_HOLDERS_MAX are kept */
    uint32_t count;      /* paths kept */
    struct reference_path paths[RECORD_HOLDERS_MAX];
};

/* What no root reaches. */
struct unreachable {
    uint64_t sampled;               /* records looked for */
    uint64_t interval;              /* one of this many live records is in the sample */
    uint64_t records, record_bytes; /* of the sample: unreachable although they have references */
    size_t kind_count, example_count;
    struct unreachable_kind kinds[UNREACHABLE_KINDS_MAX];
    struct unreachable_record examples[UNREACHABLE_RECORDS_MAX];
    struct reference_path held; /* to some record that is reachable; count 0: none is */
};

/* The results, after WALK_DONE; they live as long as the walk. */
const struct record_holders *reference_walk_holders(const struct reference_walk *walk);
const struct unreachable *reference_walk_unreachable(const struct reference_walk *walk);
