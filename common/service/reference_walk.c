/* reference_walk.c - the phases of a walk: sample, caches, other roots, unreachable objects. */
#include "reference_walk.h"

#include "walk_targets.h"

#include <stdio.h>
#include <string.h>

#define SLOTS_PER_STEP   256
#define OBJECTS_PER_STEP 128
#define PASSES           2

enum phase { IN_SAMPLE, IN_CACHES, IN_ROOTS, IN_UNREACHABLE, IN_RELEASE, FINISHED };

struct reference_walk {
    struct visit visit; /* first: a visit is cast to its walk */
    const struct reference_walk_setup *setup;
    struct registry *objects; /* the hooks'; NULL: none */
    bool one_record;          /* it looks for the holders of one record */
    uint64_t number;          /* of this walk, to mark objects with */
    uint64_t objects_before;  /* the number of objects ever created when it began */
    enum phase phase;
    bool restart; /* the next step is the first of its phase */
    unsigned pass;
    size_t sample_at, shard; /* where the next step continues */
    uint32_t slot;
    bool owns, unreachable; /* of the references being visited */
    struct path_stack path;
    size_t sampled; /* targets from the sample; those behind were found later */
    struct walk_targets targets;
    struct record_holders holders;
    struct unreachable result;
    size_t holder_count;
    struct reference_path holder_paths[UNREACHABLE_RECORDS_MAX];
};

static void sample_take(void *context, void *object)
{
    struct reference_walk *walk = context;
    struct walk_targets *targets = &walk->targets;
    if (targets->count < LIVE_SAMPLE_MAX && walk_targets_find(targets, object) == NULL &&
        record_hold_if_alive(object))
        walk_targets_add(targets, object);
}

/* Visits. */

void reference_walk_push(struct reference_walk *walk, const char *name, uint64_t number)
{
    path_push(&walk->path, (struct path_step){.name = name, .number = number});
}

void reference_walk_pop(struct reference_walk *walk)
{
    walk->path.depth--;
}

struct visit *reference_walk_visit(struct reference_walk *walk)
{
    return &walk->visit;
}

static void path_keep(const struct reference_walk *walk, struct reference_path *path)
{
    path_write(&walk->path, path);
    path->unreachable = walk->unreachable;
    path->owns = walk->owns;
}

static void holder_add(struct reference_walk *walk)
{
    struct record_holders *holders = &walk->holders;
    if (holders->count < RECORD_HOLDERS_MAX)
        path_keep(walk, &holders->paths[holders->count++]);
    holders->found++;
}

/* An unreachable object refers to the target: kept as an explanation, in the last pass. */
static void unreachable_holder_add(struct reference_walk *walk, struct walk_target *target)
{
    if (walk->pass + 1 < PASSES || target->found || target->holder ||
        walk->holder_count == UNREACHABLE_RECORDS_MAX)
        return;
    target->holder = &walk->holder_paths[walk->holder_count++];
    path_keep(walk, target->holder);
}

static void target_reached(struct reference_walk *walk, struct walk_target *target)
{
    if (walk->one_record)
        holder_add(walk);
    else if (walk->unreachable)
        unreachable_holder_add(walk, target);
    else if (walk->result.held.count == 0)
        path_keep(walk, &walk->result.held);
    target->found |= walk->owns && !walk->unreachable;
}

/* A record that an unreachable object holds becomes a target of the next pass. */
static void record_add(struct reference_walk *walk, struct record *record)
{
    bool fits = walk->targets.count < walk->sampled + WALK_TARGETS_EXTRA;
    if (!walk->one_record && walk->pass == 0 && fits && record_hold_if_alive(record))
        walk_targets_add(&walk->targets, record);
}

static void record_reached(struct reference_walk *walk, const struct record *record)
{
    struct walk_target *target = walk_targets_find(&walk->targets, record);
    if (target)
        target_reached(walk, target);
    else if (walk->unreachable)
        record_add(walk, (struct record *)record);
}

static void object_mark(const struct reference_walk *walk, const struct kind *kind,
                        const void *object)
{
    if (walk->objects && walk->objects->kind == kind && !walk->unreachable)
        ((struct registered *)object)->walk = walk->number;
}

/* References of an unreachable object are not followed further, because they may be changing; nor
 * those of a record when no hooks attach anything to records. */
static bool is_followed(const struct reference_walk *walk, const struct kind *kind)
{
    return kind->refers && !walk->unreachable && walk->path.depth < REFERENCE_PATH_STEPS &&
           (kind != &record_kind || walk->objects);
}

static void walk_refer(struct visit *visit, const struct kind *kind, const void *object)
{
    struct reference_walk *walk = (struct reference_walk *)visit;
    if (path_contains(&walk->path, object))
        return;
    path_push(&walk->path, (struct path_step){.kind = kind, .object = object});
    if (kind == &record_kind)
        record_reached(walk, object);
    object_mark(walk, kind, object);
    if (is_followed(walk, kind))
        kind->refers(object, visit);
    reference_walk_pop(walk);
}

/* Phases. Each returns whether it has more to do. */

static bool sample_step(struct reference_walk *walk)
{
    if (walk->one_record)
        return false;
    walk->sample_at = live_sample_visit(shards_live_sample(walk->setup->shards), walk->sample_at,
                                        sample_take, walk);
    walk->sampled = walk->targets.count;
    return walk->sample_at != 0;
}

static void slots_visit(struct reference_walk *walk, const struct cache *cache)
{
    const struct record *record;
    uint32_t end = walk->slot + SLOTS_PER_STEP;
    while (walk->slot < end &&
           (record = cache_next(cache, &walk->slot, end - walk->slot)) != NULL) {
        reference_walk_push(walk, "node", walk->slot - 1);
        visit_record(&walk->visit, record);
        reference_walk_pop(walk);
    }
}

static bool caches_step(struct reference_walk *walk)
{
    struct shards *shards = walk->setup->shards;
    size_t count = shards_count(shards);
    walk->owns = shards_own_records(shards);
    reference_walk_push(walk, SHARDS_CACHE ".index", count > 1 ? walk->shard : REFERENCE_NO_NUMBER);
    slots_visit(walk, shards_enter(shards, walk->shard));
    shards_leave(shards, walk->shard);
    reference_walk_pop(walk);
    walk->owns = true;
    if (walk->slot == NO_SLOT) {
        walk->slot = 0;
        walk->shard = (walk->shard + 1) % count;
        return walk->shard != 0;
    }
    return true;
}

/* Counts an object that is older than the walk and that no pass reached. */
static void object_visit(void *context, struct registered *object)
{
    struct reference_walk *walk = context;
    struct unreachable_kind *unreachable = &walk->result.kinds[0];
    const struct kind *kind = walk->objects->kind;
    if (object->number >= walk->objects_before || object->walk == walk->number)
        return;
    unreachable->count++;
    unreachable->bytes += memory_usable(object);
    path_push(&walk->path, (struct path_step){.kind = kind, .object = object});
    kind->refers(object, &walk->visit);
    reference_walk_pop(walk);
}

/* Records that only the walk still holds will be freed with it, and what hangs from them, too: that
 * is marked as reachable. */
static void own_records_visit(struct reference_walk *walk)
{
    walk->owns = false;
    for (size_t i = 0; i < walk->targets.count && !walk->one_record; i++)
        if (walk_target_references(&walk->targets.targets[i]) == 0)
            visit_record(&walk->visit, walk->targets.targets[i].record);
    walk->owns = true;
}

static bool unreachable_step(struct reference_walk *walk)
{
    struct registry *objects = walk->objects;
    struct unreachable_kind *kind = &walk->result.kinds[0];
    if (objects == NULL)
        return false;
    if (walk->restart) {
        struct registry_counts counts;
        own_records_visit(walk);
        registry_count(objects, &counts);
        walk->result.kind_count = 1;
        *kind = (struct unreachable_kind){.live = counts.live};
        snprintf(kind->name, sizeof kind->name, "%s", objects->kind->name);
    }
    walk->unreachable = true;
    bool more = registry_visit(objects, walk->restart, OBJECTS_PER_STEP, object_visit, walk);
    walk->unreachable = false;
    return more;
}

/* Results. */

static void example_write(const struct walk_target *target, struct unreachable_record *example)
{
    struct span key = record_key(target->record);
    *example = (struct unreachable_record){.bytes = record_bytes(target->record),
                                           .key_bytes = key.count,
                                           .references = walk_target_references(target)};
    memcpy(example->key, key.bytes, key.count);
    record_kind.label(target->record, example->label);
    if (target->holder)
        example->holder = *target->holder;
    path_find_cycle(target->record, &example->cycle);
}

/* Records with a known holder come first. */
static void examples_write(struct reference_walk *walk)
{
    struct unreachable *result = &walk->result;
    for (int with_holder = 1; with_holder >= 0; with_holder--)
        for (size_t i = 0;
             i < walk->targets.count && result->example_count < UNREACHABLE_RECORDS_MAX; i++) {
            const struct walk_target *target = &walk->targets.targets[i];
            if (walk_target_is_unreachable(target) && (target->holder != NULL) == with_holder)
                example_write(target, &result->examples[result->example_count++]);
        }
}

static void unreachable_write(struct reference_walk *walk)
{
    struct unreachable *result = &walk->result;
    result->sampled = walk->sampled;
    result->interval = live_sample_interval(shards_live_sample(walk->setup->shards));
    for (size_t i = 0; i < walk->sampled; i++) {
        if (!walk_target_is_unreachable(&walk->targets.targets[i]))
            continue;
        result->records++;
        result->record_bytes += record_bytes(walk->targets.targets[i].record);
    }
    examples_write(walk);
}

static void holders_write(struct reference_walk *walk)
{
    const struct walk_target *target = &walk->targets.targets[0];
    record_kind.label(target->record, walk->holders.label);
    walk->holders.bytes = record_bytes(target->record);
    walk->holders.references = walk_target_references(target);
}

static bool all_found(const struct reference_walk *walk)
{
    for (size_t i = 0; i < walk->targets.count; i++)
        if (!walk->targets.targets[i].found)
            return false;
    return true;
}

/* Starts the second pass for what the first has not found, or writes the result. */
static void pass_ended(struct reference_walk *walk)
{
    if (walk->one_record)
        holders_write(walk);
    else if (++walk->pass == PASSES || (all_found(walk) && walk->objects == NULL))
        unreachable_write(walk);
    else
        walk->phase = IN_CACHES;
}

static bool phase_step(struct reference_walk *walk)
{
    switch (walk->phase) {
    case IN_SAMPLE:
        return sample_step(walk);
    case IN_CACHES:
        return caches_step(walk);
    case IN_UNREACHABLE:
        return unreachable_step(walk);
    case IN_RELEASE:
        return walk_targets_release(&walk->targets, walk->setup->shards);
    default:
        return false;
    }
}

static enum reference_walk_state roots_step(struct reference_walk *walk)
{
    const struct reference_walk_setup *setup = walk->setup;
    return setup->roots ? setup->roots(setup->context, walk, walk->restart) : WALK_DONE;
}

enum reference_walk_state reference_walk_step(struct reference_walk *walk)
{
    enum reference_walk_state state = WALK_DONE;
    if (walk->phase == IN_ROOTS)
        state = roots_step(walk);
    else if (phase_step(walk))
        state = WALK_CONTINUES;
    walk->restart = false;
    if (state != WALK_DONE || walk->phase == FINISHED)
        return state;
    walk->restart = true;
    if (++walk->phase == IN_RELEASE)
        pass_ended(walk);
    return walk->phase == FINISHED ? WALK_DONE : WALK_CONTINUES;
}

static uint64_t objects_created(struct registry *objects)
{
    struct registry_counts counts = {0};
    if (objects)
        registry_count(objects, &counts);
    return counts.total;
}

struct reference_walk *reference_walk_create(const struct reference_walk_setup *setup,
                                             struct record *record)
{
    struct reference_walk *walk = memory_alloc_zeroed(setup->zone, sizeof *walk);
    walk->visit = (struct visit){&record_kind, walk_refer};
    walk->setup = setup;
    walk->objects = policy_hooks_objects(setup->hooks);
    walk->number = policy_hooks_next_walk(setup->hooks);
    walk->objects_before = objects_created(walk->objects);
    walk->owns = walk->restart = true;
    walk->one_record = record != NULL;
    if (record)
        walk_targets_add(&walk->targets, record);
    return walk;
}

void reference_walk_destroy(struct reference_walk *walk)
{
    while (walk_targets_release(&walk->targets, walk->setup->shards))
        continue;
    memory_free(walk);
}

const struct record_holders *reference_walk_holders(const struct reference_walk *walk)
{
    return &walk->holders;
}

const struct unreachable *reference_walk_unreachable(const struct reference_walk *walk)
{
    return &walk->result;
}
