/* dump_facts.c - adds up, subtracts and sorts what dumps hold. */
#include "dump_facts.h"

#include <math.h>
#include <string.h>

static double less(double from, double what)
{
    return from > what ? from - what : 0;
}

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

static struct fact_class class_weigh(const struct dump *dump, const struct dump_class *class)
{
    struct fact_class fact = {
        .size_bytes = (double)class->size_bytes,
        .below_bytes = (double)dump_class_below_bytes(class->size_bytes),
        .live = (double)class->live,
        .used_bytes = (double)class->live * (double)class->size_bytes,
        .held_bytes = (double)dump_class_held_bytes(dump, class),
        .large = class->slab_regions == 0,
    };
    fact.wasted_bytes = less(fact.held_bytes, fact.used_bytes);
    fact.utilisation = fact.held_bytes > 0 ? fmin(1, fact.used_bytes / fact.held_bytes) : 0;
    return fact;
}

static double weight_wasted(const struct fact_class *class)
{
    return class->wasted_bytes;
}

static double weight_used(const struct fact_class *class)
{
    return class->used_bytes;
}

static double weight_grown(const struct fact_class *class)
{
    return fabs(class->grown_bytes);
}

typedef double weight(const struct fact_class *class);

static void list_add(struct fact_list *list, const struct fact_class *class, weight *weight_of)
{
    size_t place = list->count;
    const struct fact_class *dropped = class;
    if (weight_of(class) <= 0)
        return;
    while (place > 0 && weight_of(&list->classes[place - 1]) < weight_of(class))
        place--;
    if (list->count == FACTS_TOP) {
        if (place < FACTS_TOP)
            dropped = &list->classes[FACTS_TOP - 1];
        list->rest++;
        list->rest_bytes += weight_of(dropped);
    } else {
        list->count++;
    }
    if (place == FACTS_TOP)
        return;
    memmove(list->classes + place + 1, list->classes + place,
            (list->count - 1 - place) * sizeof *class);
    list->classes[place] = *class;
}

static void classes_gather(struct facts *facts)
{
    const struct dump_arena *total = &facts->dump->total;
    for (size_t i = 0; i < total->class_count; i++) {
        struct fact_class class = class_weigh(facts->dump, &total->classes[i]);
        list_add(&facts->wasteful, &class, weight_wasted);
        list_add(&facts->weighty, &class, weight_used);
    }
    facts->worst = facts->wasteful.classes[0];
    facts->heaviest = facts->weighty.classes[0];
    facts->heaviest_share = share(facts->heaviest.used_bytes, facts->allocated);
}

static void layers_gather(struct facts *facts)
{
    const struct dump *dump = facts->dump;
    facts->allocated = (double)dump->allocated_bytes;
    facts->active = (double)dump->active_bytes;
    facts->resident = (double)dump->resident_bytes;
    facts->mapped = (double)dump->mapped_bytes;
    facts->retained = (double)dump->retained_bytes;
    facts->tcache = (double)dump->total.tcache_bytes;
    facts->muzzy = (double)dump->total.muzzy_bytes;
    facts->internal =
        fmin((double)dump->total.internal_bytes, less(facts->active, facts->allocated));
    facts->slack = less(less(facts->active, facts->allocated), facts->internal);
    facts->dirty = fmin((double)dump->total.dirty_bytes, less(facts->resident, facts->active));
    facts->metadata = less(less(facts->resident, facts->active), facts->dirty);
    facts->untouched = less(facts->mapped, facts->resident);
}

static void shares_gather(struct facts *facts)
{
    facts->slack_share = share(facts->slack, facts->active);
    facts->tcache_share = share(facts->tcache, facts->allocated);
    facts->dirty_share = share(facts->dirty, facts->resident);
    facts->muzzy_share = share(facts->muzzy, facts->resident);
    facts->metadata_share = share(facts->metadata, facts->resident);
    facts->retained_share = share(facts->retained, facts->resident);
}

/* The setting of the arena that has most of those pages, else the default. */
static double decay_find(const struct dump *dump, bool muzzy)
{
    int64_t decay_ms = muzzy ? dump->muzzy_decay_ms : dump->dirty_decay_ms;
    uint64_t most = 0;
    for (size_t i = 0; i < dump->arena_count; i++) {
        const struct dump_arena *arena = &dump->arenas[i];
        uint64_t bytes = muzzy ? arena->muzzy_bytes : arena->dirty_bytes;
        int64_t here_ms = muzzy ? arena->muzzy_decay_ms : arena->dirty_decay_ms;
        bool told = dump_arena_kind(dump, arena) != DUMP_ARENA_DESTROYED && here_ms != DUMP_UNTOLD;
        if (told && bytes > most) {
            most = bytes;
            decay_ms = here_ms;
        }
    }
    return (double)decay_ms;
}

static void arenas_gather(struct facts *facts)
{
    const struct dump *dump = facts->dump;
    for (size_t i = 0; i < dump->arena_count; i++) {
        const struct dump_arena *arena = &dump->arenas[i];
        if (dump_arena_kind(dump, arena) == DUMP_ARENA_DESTROYED)
            continue;
        facts->arenas++;
        if (dump_arena_kind(dump, arena) == DUMP_ARENA_OWN &&
            (double)arena->allocated_bytes > facts->own_arena_bytes) {
            facts->own_arena = arena->name;
            facts->own_arena_bytes = (double)arena->allocated_bytes;
        }
    }
    facts->own_arena_share = share(facts->own_arena_bytes, facts->allocated);
    facts->dirty_decay_ms = decay_find(dump, false);
    facts->muzzy_decay_ms = decay_find(dump, true);
}

static double live_in(const struct dump_arena *arena, uint64_t size_bytes)
{
    const struct dump_class *class = arena ? dump_class_find(arena, size_bytes) : NULL;
    return class ? (double)class->live : 0;
}

/* The arena that has most of a class's growth, or NULL. */
static const struct dump_arena *growth_place(const struct facts *facts, uint64_t size_bytes,
                                             double grown)
{
    const struct dump_arena *place = NULL;
    double most = 0;
    for (size_t i = 0; grown != 0 && i < facts->dump->arena_count; i++) {
        const struct dump_arena *arena = &facts->dump->arenas[i];
        double here = live_in(arena, size_bytes) -
                      live_in(dump_arena_find(facts->before, arena->name), size_bytes);
        if (copysign(1, grown) * here > most) {
            most = fabs(here);
            place = arena;
        }
    }
    return place;
}

static void growth_add(struct facts *facts, const struct dump_class *class, double before)
{
    struct fact_class fact = class_weigh(facts->dump, class);
    fact.grown = fact.live - before;
    fact.grown_bytes = fact.grown * fact.size_bytes;
    const struct dump_arena *place = growth_place(facts, class->size_bytes, fact.grown);
    fact.arena = place ? place->name : NULL;
    list_add(&facts->growing, &fact, weight_grown);
    if (fact.grown_bytes > facts->suspect.grown_bytes)
        facts->suspect = fact;
}

/* The classes of both dumps, each once. */
static void growth_gather(struct facts *facts)
{
    const struct dump_arena *now = &facts->dump->total, *then = &facts->before->total;
    for (size_t i = 0; i < now->class_count; i++)
        growth_add(facts, &now->classes[i], live_in(then, now->classes[i].size_bytes));
    for (size_t i = 0; i < then->class_count; i++) {
        struct dump_class gone = then->classes[i];
        if (dump_class_find(now, gone.size_bytes) != NULL)
            continue;
        double before = (double)gone.live;
        gone.live = gone.slabs = 0;
        growth_add(facts, &gone, before);
    }
}

/* The process's age is that of its oldest arena. */
static double age_seconds(const struct dump *dump)
{
    double oldest_ns = (double)dump->total.uptime_ns;
    for (size_t i = 0; i < dump->arena_count; i++)
        oldest_ns = fmax(oldest_ns, (double)dump->arenas[i].uptime_ns);
    return oldest_ns / 1e9;
}

static void change_gather(struct facts *facts)
{
    struct facts then;
    facts_gather(&then, facts->before, NULL);
    facts->allocated_grown = facts->allocated - then.allocated;
    facts->active_grown = facts->active - then.active;
    facts->slack_grown = facts->slack - then.slack;
    facts->resident_grown = facts->resident - then.resident;
    facts->dirty_grown = facts->dirty - then.dirty;
    double seconds = age_seconds(facts->dump) - age_seconds(facts->before);
    facts->reversed = seconds < 0;
    facts->seconds = fmax(0, seconds);
    growth_gather(facts);
    if (facts->own_arena != NULL) {
        const struct dump_arena *was = dump_arena_find(facts->before, facts->own_arena);
        facts->own_arena_grown =
            facts->own_arena_bytes - (was == NULL ? 0 : (double)was->allocated_bytes);
    }
    facts->own_arena_grown_share = share(facts->own_arena_grown, facts->allocated_grown);
    facts->suspect_share = share(facts->suspect.grown_bytes, facts->allocated_grown);
}

void facts_gather(struct facts *facts, const struct dump *dump, const struct dump *before)
{
    *facts = (struct facts){.dump = dump, .before = before};
    layers_gather(facts);
    shares_gather(facts);
    classes_gather(facts);
    arenas_gather(facts);
    if (before != NULL)
        change_gather(facts);
}
