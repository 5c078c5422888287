/* dump_facts.c - adds up, subtracts and sorts the figures of dumps. */
#include "dump_facts.h"

#include "units.h"

#include <math.h>
#include <string.h>

/* The difference, or 0 where it would be negative. */
static double excess(double whole, double part)
{
    return whole > part ? whole - part : 0;
}

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

static struct fact_class class_fact(const struct dump *dump, const struct dump_class *class)
{
    struct fact_class fact = {
        .size_bytes = (double)class->size_bytes,
        .below_bytes = (double)dump_class_below_bytes(class->size_bytes),
        .live = (double)class->live,
        .used_bytes = (double)class->live * (double)class->size_bytes,
        .held_bytes = (double)dump_class_held_bytes(dump, class),
        .large = class->slab_regions == 0,
    };
    fact.wasted_bytes = excess(fact.held_bytes, fact.used_bytes);
    fact.utilisation = fact.held_bytes > 0 ? fmin(1, fact.used_bytes / fact.held_bytes) : 0;
    return fact;
}

#define CLASS(name) offsetof(struct fact_class, name)

/* What a list is sorted by: the size of the figure at the offset. */
static double weight(const struct fact_class *class, size_t offset)
{
    return fabs(*(const double *)((const char *)class + offset));
}

static void list_add(struct fact_list *list, const struct fact_class *class, size_t offset)
{
    size_t place = list->count;
    const struct fact_class *dropped = class;
    if (weight(class, offset) <= 0)
        return;
    while (place > 0 && weight(&list->classes[place - 1], offset) < weight(class, offset))
        place--;
    if (list->count == FACTS_LIST_MAX) {
        if (place < FACTS_LIST_MAX)
            dropped = &list->classes[FACTS_LIST_MAX - 1];
        list->rest++;
        list->rest_bytes += weight(dropped, offset);
    } else {
        list->count++;
    }
    if (place == FACTS_LIST_MAX)
        return;
    memmove(list->classes + place + 1, list->classes + place,
            (list->count - 1 - place) * sizeof *class);
    list->classes[place] = *class;
}

static void classes_gather(struct facts *facts)
{
    const struct dump_arena *total = &facts->dump->total;
    for (size_t i = 0; i < total->class_count; i++) {
        struct fact_class class = class_fact(facts->dump, &total->classes[i]);
        list_add(&facts->wasteful, &class, CLASS(wasted_bytes));
        list_add(&facts->largest, &class, CLASS(used_bytes));
    }
    facts->largest_share = share(facts->largest.classes[0].used_bytes, facts->allocated);
}

/* NaN: the dump does not tell. */
static double told(uint64_t bytes)
{
    return bytes == DUMP_UNTOLD ? NAN : (double)bytes;
}

static double or_zero(double bytes)
{
    return isnan(bytes) ? 0 : bytes;
}

static void layers_gather(struct facts *facts)
{
    const struct dump *dump = facts->dump;
    facts->allocated = (double)dump->allocated_bytes;
    facts->active = (double)dump->active_bytes;
    facts->resident = told(dump->resident_bytes);
    facts->mapped = told(dump->mapped_bytes);
    facts->retained = told(dump->retained_bytes);
    facts->metadata = told(dump->metadata_bytes);
    facts->tcache = told(dump->total.tcache_bytes);
    facts->internal = told(dump->total.internal_bytes);
    facts->dirty = told(dump->total.dirty_bytes);
    facts->muzzy = told(dump->total.muzzy_bytes);
    facts->muzzy_resident = dump->family == DUMP_FAMILY_5 ? facts->muzzy : NAN;
    facts->unused = excess(facts->active, facts->allocated);
    facts->metadata_pages = facts->metadata - or_zero(facts->internal);
    facts->other = facts->resident - facts->active - or_zero(facts->dirty) -
                   or_zero(facts->muzzy_resident) - or_zero(facts->metadata_pages);
    facts->untouched = isnan(facts->mapped) || isnan(facts->resident)
                           ? NAN
                           : excess(facts->mapped, facts->resident);
}

static void shares_gather(struct facts *facts)
{
    /* 3.x does not tell resident, which is at least this. */
    double pages = isnan(facts->resident) ? facts->active + or_zero(facts->dirty) : facts->resident;
    facts->unused_share = share(facts->unused, facts->active);
    facts->tcache_share = share(facts->tcache, facts->allocated);
    facts->dirty_share = share(facts->dirty, pages);
    facts->muzzy_share = share(facts->muzzy, pages);
    facts->metadata_share = share(facts->metadata, pages);
    facts->retained_share = share(facts->retained, pages);
}

/* The decay time of the arena with the most such pages, or the default. */
static double decay_find(const struct dump *dump, bool muzzy)
{
    int64_t decay_ms = muzzy ? dump->muzzy_decay_ms : dump->dirty_decay_ms;
    uint64_t most = 0;
    for (size_t i = 0; i < dump->arena_count; i++) {
        const struct dump_arena *arena = &dump->arenas[i];
        uint64_t bytes = dump_sum(muzzy ? arena->muzzy_bytes : arena->dirty_bytes, 0);
        int64_t here_ms = muzzy ? arena->muzzy_decay_ms : arena->dirty_decay_ms;
        bool known =
            dump_arena_kind(dump, arena) != DUMP_ARENA_DESTROYED && here_ms != DUMP_UNKNOWN;
        if (known && bytes > most) {
            most = bytes;
            decay_ms = here_ms;
        }
    }
    return (double)decay_ms;
}

static void decay_gather(struct facts *facts)
{
    const struct dump *dump = facts->dump;
    facts->dirty_decay_ms = decay_find(dump, false);
    facts->muzzy_decay_ms = decay_find(dump, true);
    if (!dump_decays(dump) && dump->dirty_ratio_lg >= -1 && dump->dirty_ratio_lg < 64)
        facts->dirty_ratio = dump->dirty_ratio_lg < 0 ? -1 : exp2((double)dump->dirty_ratio_lg);
}

static void arenas_gather(struct facts *facts)
{
    const struct dump *dump = facts->dump;
    for (size_t i = 0; i < dump->arena_count; i++) {
        const struct dump_arena *arena = &dump->arenas[i];
        if (dump_arena_kind(dump, arena) == DUMP_ARENA_DESTROYED)
            continue;
        facts->arenas++;
        if (dump_arena_kind(dump, arena) == DUMP_ARENA_MANUAL &&
            told(arena->allocated_bytes) > facts->manual_arena_bytes) {
            facts->manual_arena = arena->name;
            facts->manual_arena_bytes = (double)arena->allocated_bytes;
        }
    }
    facts->manual_arena_share = share(facts->manual_arena_bytes, facts->allocated);
}

static double live_in(const struct dump_arena *arena, uint64_t size_bytes)
{
    const struct dump_class *class = arena ? dump_class_find(arena, size_bytes) : NULL;
    return class ? (double)class->live : 0;
}

/* The arena with most of a class's growth, or NULL. */
static const struct dump_arena *growth_arena(const struct facts *facts, uint64_t size_bytes,
                                             double grown)
{
    const struct dump_arena *arena_found = NULL;
    double most = 0;
    for (size_t i = 0; grown != 0 && i < facts->dump->arena_count; i++) {
        const struct dump_arena *arena = &facts->dump->arenas[i];
        double here = live_in(arena, size_bytes) -
                      live_in(dump_arena_find(facts->before, arena->name), size_bytes);
        if (copysign(1, grown) * here > most) {
            most = fabs(here);
            arena_found = arena;
        }
    }
    return arena_found;
}

static void growth_add(struct facts *facts, const struct dump_class *class, double before)
{
    struct fact_class fact = class_fact(facts->dump, class);
    fact.grown = fact.live - before;
    fact.grown_bytes = fact.grown * fact.size_bytes;
    const struct dump_arena *arena = growth_arena(facts, class->size_bytes, fact.grown);
    fact.arena = arena ? arena->name : NULL;
    list_add(&facts->changed, &fact, CLASS(grown_bytes));
    if (fact.grown_bytes > facts->grown_most.grown_bytes)
        facts->grown_most = fact;
}

/* Adds every class that is in one of the dumps. */
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

/* The age of the oldest arena, NaN before 5.0. */
static double age_seconds(const struct dump *dump)
{
    double oldest_ns = told(dump->total.uptime_ns);
    for (size_t i = 0; i < dump->arena_count; i++)
        oldest_ns = fmax(oldest_ns, told(dump->arenas[i].uptime_ns));
    return oldest_ns / (double)NS_PER_SECOND;
}

static void change_gather(struct facts *facts)
{
    struct facts then;
    facts_gather(&then, facts->before, NULL);
    facts->allocated_grown = facts->allocated - then.allocated;
    facts->unused_grown = facts->unused - then.unused;
    facts->resident_grown = facts->resident - then.resident;
    facts->adds_up = facts->adds_up && then.adds_up;
    double seconds = age_seconds(facts->dump) - age_seconds(facts->before);
    facts->wrong_order = seconds < 0;
    facts->seconds = fmax(0, or_zero(seconds));
    growth_gather(facts);
    if (facts->manual_arena != NULL) {
        const struct dump_arena *was = dump_arena_find(facts->before, facts->manual_arena);
        facts->manual_arena_grown =
            facts->manual_arena_bytes - (was == NULL ? 0 : or_zero(told(was->allocated_bytes)));
    }
    facts->manual_arena_grown_share = share(facts->manual_arena_grown, facts->allocated_grown);
    facts->grown_most_share = share(facts->grown_most.grown_bytes, facts->allocated_grown);
}

void facts_gather(struct facts *facts, const struct dump *dump, const struct dump *before)
{
    *facts = (struct facts){.dump = dump, .before = before};
    dump_check_make(&facts->check, dump);
    facts->adds_up = facts->check.classes_add_up;
    layers_gather(facts);
    shares_gather(facts);
    classes_gather(facts);
    arenas_gather(facts);
    decay_gather(facts);
    if (before != NULL)
        change_gather(facts);
}
