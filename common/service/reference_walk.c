/* reference_walk.c - targets in a table, a path that grows and shrinks with the visit, phases in
 * steps. */
#include "reference_walk.h"

#include <stdio.h>
#include <string.h>

#define SLOTS_AT_ONCE   256
#define OBJECTS_AT_ONCE 128
#define RECORDS_AT_ONCE 256 /* released in a step */
#define ADOPTED_MOST    64  /* records found in the hands of lost objects */
#define TARGETS_MOST    (LIVE_SAMPLE_MOST + ADOPTED_MOST)
#define PLACES          (4 * LIVE_SAMPLE_MOST)
#define PASSES          2

struct target {
    struct record *record;
    bool found;
    struct walk_trail *lost_holder; /* of the hooks' objects, in the last pass */
};

/* A step of the path at hand. */
struct step {
    const char *name;
    uint64_t number;
    const struct kind *kind; /* NULL: a place, not an object */
    const void *object;
};

enum phase { IN_SAMPLE, IN_CACHES, IN_ROOTS, IN_LOST, AT_END, OVER };

struct walk {
    struct visit visit;
    const struct walk_setup *setup;
    struct registry *objects; /* the hooks'; NULL: none */
    bool one;                 /* about one record */
    uint64_t number;          /* of this walk, to mark objects with */
    uint64_t objects_before;  /* so many had been made when it began */
    enum phase phase;
    unsigned pass;
    bool anew;    /* the phase's first step */
    size_t place; /* in the sample */
    size_t shard;
    uint32_t slot;
    bool owns, lost; /* what is being visited */
    size_t depth;
    struct step path[WALK_TRAIL_STEPS];
    size_t target_count, sampled, released;
    struct target targets[TARGETS_MOST];
    uint16_t places[PLACES]; /* targets by address: their number + 1 */
    struct walk_holders holders;
    struct walk_lost result;
    size_t trail_count;
    struct walk_trail trails[WALK_EXAMPLES];
};

/* Targets. */

static size_t place_of(const struct walk *walk, const void *record)
{
    size_t place = live_sample_hash(record) % PLACES;
    while (walk->places[place] != 0 && walk->targets[walk->places[place] - 1].record != record)
        place = (place + 1) % PLACES;
    return place;
}

static struct target *target_find(struct walk *walk, const void *record)
{
    size_t place = place_of(walk, record);
    return walk->places[place] == 0 ? NULL : &walk->targets[walk->places[place] - 1];
}

/* Takes the caller's reference over. */
static void target_add(struct walk *walk, struct record *record)
{
    walk->targets[walk->target_count++] = (struct target){.record = record};
    walk->places[place_of(walk, record)] = (uint16_t)walk->target_count;
}

static void sample_take(void *context, void *object)
{
    struct walk *walk = context;
    bool wanted = walk->target_count < LIVE_SAMPLE_MOST && target_find(walk, object) == NULL;
    if (wanted && record_hold_if_alive(object))
        target_add(walk, object);
}

/* References but for our own. */
static uint32_t target_references(const struct target *target)
{
    uint32_t references = record_references(target->record);
    return references > 0 ? references - 1 : 0;
}

/* Nobody was seen to hold it, but somebody does. */
static bool target_is_lost(const struct target *target)
{
    return !target->found && target_references(target) > 0;
}

/* The path at hand. */

void walk_enter(struct walk *walk, const char *name, uint64_t number)
{
    if (walk->depth < WALK_TRAIL_STEPS)
        walk->path[walk->depth] = (struct step){.name = name, .number = number};
    walk->depth++;
}

void walk_leave(struct walk *walk)
{
    walk->depth--;
}

static bool path_has(const struct walk *walk, const void *object)
{
    for (size_t i = 0; i < walk->depth && i < WALK_TRAIL_STEPS; i++)
        if (walk->path[i].object == object)
            return true;
    return false;
}

static void step_write(const struct step *step, char text[WALK_STEP_BYTES])
{
    char label[KIND_LABEL_BYTES] = "";
    if (step->kind && step->kind->label)
        step->kind->label(step->object, label);
    if (step->kind)
        snprintf(text, WALK_STEP_BYTES, "%s%s%s", step->kind->name, *label ? " " : "", label);
    else if (step->number == WALK_NO_NUMBER)
        snprintf(text, WALK_STEP_BYTES, "%s", step->name);
    else
        snprintf(text, WALK_STEP_BYTES, "%s %llu", step->name, (unsigned long long)step->number);
}

static void trail_write(const struct walk *walk, struct walk_trail *trail)
{
    size_t count = walk->depth < WALK_TRAIL_STEPS ? walk->depth : WALK_TRAIL_STEPS;
    *trail = (struct walk_trail){.count = (unsigned)count, .lost = walk->lost, .owns = walk->owns};
    for (size_t i = 0; i < count; i++)
        step_write(&walk->path[i], trail->steps[i]);
}

/* Visits. */

static void trail_keep(struct walk *walk)
{
    struct walk_holders *holders = &walk->holders;
    if (holders->count < WALK_TRAILS)
        trail_write(walk, &holders->trails[holders->count++]);
    holders->found++;
}

/* Found in the hands of an object that is lost itself. */
static void lost_holder_keep(struct walk *walk, struct target *target)
{
    if (walk->pass + 1 < PASSES || target->found || target->lost_holder ||
        walk->trail_count == WALK_EXAMPLES)
        return;
    target->lost_holder = &walk->trails[walk->trail_count++];
    trail_write(walk, target->lost_holder);
}

static void target_reached(struct walk *walk, struct target *target)
{
    if (walk->one)
        trail_keep(walk);
    else if (walk->lost)
        lost_holder_keep(walk, target);
    else if (walk->result.held.count == 0)
        trail_write(walk, &walk->result.held);
    target->found |= walk->owns && !walk->lost;
}

/* A record that a lost object holds is one to look for, in the pass that follows. */
static void record_adopt(struct walk *walk, struct record *record)
{
    bool room = walk->target_count < walk->sampled + ADOPTED_MOST;
    if (!walk->one && walk->pass == 0 && room && record_hold_if_alive(record))
        target_add(walk, record);
}

static void record_reached(struct walk *walk, const struct record *record)
{
    struct target *target = target_find(walk, record);
    if (target)
        target_reached(walk, target);
    else if (walk->lost)
        record_adopt(walk, (struct record *)record);
}

static void object_mark(const struct walk *walk, const struct kind *kind, const void *object)
{
    if (walk->objects && walk->objects->kind == kind && !walk->lost)
        ((struct registered *)object)->seen = walk->number;
}

/* What a lost object refers to is not followed: it might be changing. Nor is a record, where
 * records refer to nothing. */
static bool worth_entering(const struct walk *walk, const struct kind *kind)
{
    return kind->refers && !walk->lost && walk->depth < WALK_TRAIL_STEPS &&
           (kind != &record_kind || walk->objects);
}

static void walk_refer(struct visit *visit, const struct kind *kind, const void *object)
{
    struct walk *walk = (struct walk *)visit;
    if (path_has(walk, object))
        return;
    walk_enter(walk, NULL, WALK_NO_NUMBER);
    if (walk->depth <= WALK_TRAIL_STEPS)
        walk->path[walk->depth - 1] = (struct step){.kind = kind, .object = object};
    if (kind == &record_kind)
        record_reached(walk, object);
    object_mark(walk, kind, object);
    if (worth_entering(walk, kind))
        kind->refers(object, visit);
    walk_leave(walk);
}

struct visit *walk_visit(struct walk *walk)
{
    return &walk->visit;
}

/* Phases. */

static bool sample_step(struct walk *walk)
{
    if (walk->one)
        return false;
    walk->place =
        live_sample_look(shards_living(walk->setup->shards), walk->place, sample_take, walk);
    walk->sampled = walk->target_count;
    return walk->place != 0;
}

static void slot_look(void *context, uint32_t slot, struct record *record)
{
    struct walk *walk = context;
    walk_enter(walk, "node", slot);
    visit_record(&walk->visit, record);
    walk_leave(walk);
}

static bool caches_step(struct walk *walk)
{
    struct shards *shards = walk->setup->shards;
    size_t count = shards_count(shards);
    walk->owns = shards_own(shards);
    walk_enter(walk, SHARDS_CACHE ".index", count > 1 ? walk->shard : WALK_NO_NUMBER);
    walk->slot =
        cache_look(shards_enter(shards, walk->shard), walk->slot, SLOTS_AT_ONCE, slot_look, walk);
    shards_leave(shards, walk->shard);
    walk_leave(walk);
    walk->owns = true;
    if (walk->slot == 0)
        walk->shard++;
    if (walk->shard < count)
        return true;
    walk->shard = 0;
    return false;
}

/* An object that is older than the walk and was reached in none of its passes. */
static void object_look(void *context, struct registered *object)
{
    struct walk *walk = context;
    struct walk_lost_kind *kind = &walk->result.kinds[0];
    const struct kind *own = walk->objects->kind;
    if (object->number >= walk->objects_before || object->seen == walk->number)
        return;
    kind->count++;
    kind->bytes += memory_usable(object);
    walk_enter(walk, NULL, WALK_NO_NUMBER);
    walk->path[walk->depth - 1] = (struct step){.kind = own, .object = object};
    own->refers(object, &walk->visit);
    walk_leave(walk);
}

/* Records that only the walk still holds: what hangs from them is not lost and goes with them. */
static void own_visit(struct walk *walk)
{
    walk->owns = false;
    for (size_t i = 0; i < walk->target_count && !walk->one; i++)
        if (target_references(&walk->targets[i]) == 0)
            visit_record(&walk->visit, walk->targets[i].record);
    walk->owns = true;
}

static bool lost_step(struct walk *walk)
{
    struct registry *objects = walk->objects;
    struct registry_counts counts;
    if (objects == NULL)
        return false;
    if (walk->anew) {
        own_visit(walk);
        registry_count(objects, &counts);
        walk->result.kind_count = 1;
        walk->result.kinds[0] = (struct walk_lost_kind){.live = counts.live};
        snprintf(walk->result.kinds[0].name, KIND_LABEL_BYTES, "%s", objects->kind->name);
    }
    walk->lost = true;
    bool more = registry_look(objects, walk->anew, OBJECTS_AT_ONCE, object_look, walk);
    walk->lost = false;
    return more;
}

/* Results. */

/* From the record back to itself: the path, but for the place from which it starts, leads there. */
struct way {
    struct visit visit;
    const struct record *record;
    size_t depth;
    struct step path[WALK_TRAIL_STEPS];
    struct walk_trail *trail;
};

static void way_write(struct way *way)
{
    way->trail->count = (unsigned)way->depth;
    way->trail->owns = true;
    for (size_t i = 0; i < way->depth; i++)
        step_write(&way->path[i], way->trail->steps[i]);
}

static void way_refer(struct visit *visit, const struct kind *kind, const void *object)
{
    struct way *way = (struct way *)visit;
    if (way->depth == WALK_TRAIL_STEPS || way->trail->count > 0)
        return;
    way->path[way->depth++] = (struct step){.kind = kind, .object = object};
    if (object == way->record)
        way_write(way);
    else if (kind->refers && kind != &record_kind) /* another record is not ours to look into */
        kind->refers(object, visit);
    way->depth--;
}

static void cycle_find(const struct record *record, struct walk_trail *trail)
{
    struct way way = {.visit = {&record_kind, way_refer}, .record = record, .trail = trail};
    way.path[way.depth++] = (struct step){.kind = &record_kind, .object = record};
    record_kind.refers(record, &way.visit);
}

static void example_write(const struct target *target, struct walk_example *example)
{
    struct span key = record_key(target->record);
    *example = (struct walk_example){.bytes = record_bytes(target->record),
                                     .key_bytes = key.count,
                                     .references = target_references(target)};
    memcpy(example->key, key.bytes, key.count);
    record_kind.label(target->record, example->label);
    if (target->lost_holder)
        example->holder = *target->lost_holder;
    cycle_find(target->record, &example->cycle);
}

/* Those whose holder is known first. */
static void examples_write(struct walk *walk)
{
    struct walk_lost *result = &walk->result;
    for (int explained = 1; explained >= 0; explained--)
        for (size_t i = 0; i < walk->target_count && result->example_count < WALK_EXAMPLES; i++) {
            const struct target *target = &walk->targets[i];
            if (target_is_lost(target) && (target->lost_holder != NULL) == explained)
                example_write(target, &result->examples[result->example_count++]);
        }
}

static void lost_write(struct walk *walk)
{
    struct walk_lost *result = &walk->result;
    result->sampled = walk->sampled;
    result->share = live_sample_share(shards_living(walk->setup->shards));
    for (size_t i = 0; i < walk->sampled; i++) {
        if (!target_is_lost(&walk->targets[i]))
            continue;
        result->records++;
        result->record_bytes += record_bytes(walk->targets[i].record);
    }
    examples_write(walk);
}

static void holders_write(struct walk *walk)
{
    struct walk_holders *holders = &walk->holders;
    record_kind.label(walk->targets[0].record, holders->label);
    holders->bytes = record_bytes(walk->targets[0].record);
    holders->references = target_references(&walk->targets[0]);
}

static bool all_found(const struct walk *walk)
{
    for (size_t i = 0; i < walk->target_count; i++)
        if (!walk->targets[i].found)
            return false;
    return true;
}

/* A second pass for what the first has not found. */
static bool pass_ended(struct walk *walk)
{
    bool last = walk->one || ++walk->pass == PASSES || (all_found(walk) && walk->objects == NULL);
    if (!last) {
        walk->phase = IN_CACHES;
        return true;
    }
    if (walk->one)
        holders_write(walk);
    else
        lost_write(walk);
    return false;
}

static bool targets_release(struct walk *walk)
{
    for (size_t i = 0; i < RECORDS_AT_ONCE && walk->released < walk->target_count; i++)
        shards_drop(walk->setup->shards, walk->targets[walk->released++].record);
    return walk->released < walk->target_count;
}

static bool phase_step(struct walk *walk)
{
    switch (walk->phase) {
    case IN_SAMPLE:
        return sample_step(walk);
    case IN_CACHES:
        return caches_step(walk);
    case IN_LOST:
        return lost_step(walk);
    case AT_END:
        return targets_release(walk);
    default:
        return false;
    }
}

static enum walk_going roots_step(struct walk *walk)
{
    const struct walk_setup *setup = walk->setup;
    return setup->roots ? setup->roots(setup->context, walk, walk->anew) : WALK_IS_OVER;
}

static void phase_ended(struct walk *walk)
{
    walk->anew = true;
    walk->phase++;
    if (walk->phase == AT_END)
        pass_ended(walk);
}

enum walk_going walk_step(struct walk *walk)
{
    enum walk_going going = WALK_IS_OVER;
    if (walk->phase == OVER)
        return WALK_IS_OVER;
    if (walk->phase == IN_ROOTS)
        going = roots_step(walk);
    else if (phase_step(walk))
        going = WALK_GOES_ON;
    walk->anew = false;
    if (going == WALK_IS_OVER)
        phase_ended(walk);
    return walk->phase == OVER ? WALK_IS_OVER : going == WALK_WAITS ? WALK_WAITS : WALK_GOES_ON;
}

static uint64_t objects_count(struct registry *objects)
{
    struct registry_counts counts = {0};
    if (objects)
        registry_count(objects, &counts);
    return counts.total;
}

struct walk *walk_create(const struct walk_setup *setup, struct record *record)
{
    struct walk *walk = memory_alloc_zeroed(setup->zone, sizeof *walk);
    walk->visit = (struct visit){&record_kind, walk_refer};
    walk->setup = setup;
    walk->objects = policy_hooks_objects(setup->hooks);
    walk->number = policy_hooks_next_walk(setup->hooks);
    walk->objects_before = objects_count(walk->objects);
    walk->owns = walk->anew = true;
    walk->one = record != NULL;
    if (record)
        target_add(walk, record);
    return walk;
}

void walk_destroy(struct walk *walk)
{
    while (targets_release(walk))
        continue;
    memory_free(walk);
}

const struct walk_holders *walk_holders(const struct walk *walk)
{
    return &walk->holders;
}

const struct walk_lost *walk_lost(const struct walk *walk)
{
    return &walk->result;
}
