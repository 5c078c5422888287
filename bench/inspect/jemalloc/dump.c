/* dump.c - builds a dump and answers questions about its arenas and size classes. */
#include "dump.h"

#include "xmalloc.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_BYTES_DEFAULT 4096

struct dump *dump_create(void)
{
    struct dump *dump = xcalloc(1, sizeof *dump);
    dump->family = DUMP_FAMILY_5_3;
    dump->cache_oblivious = true; /* as jemalloc is built unless told otherwise */
    dump->page_bytes = PAGE_BYTES_DEFAULT;
    dump->dirty_decay_ms = dump->muzzy_decay_ms = dump->dirty_ratio_lg = DUMP_UNKNOWN;
    dump->allocated_bytes = dump->active_bytes = dump->metadata_bytes = DUMP_UNTOLD;
    dump->resident_bytes = dump->mapped_bytes = dump->retained_bytes = DUMP_UNTOLD;
    return dump;
}

void dump_destroy(struct dump *dump)
{
    if (dump == NULL)
        return;
    for (size_t i = 0; i < dump->arena_count; i++)
        free(dump->arenas[i].classes);
    free(dump->arenas);
    free(dump->total.classes);
    free(dump);
}

void dump_name_copy(char name[DUMP_NAME_BYTES], const char *text)
{
    size_t count = 0;
    for (; count < DUMP_NAME_BYTES - 1 && text[count] != '\0'; count++)
        name[count] = text[count] >= ' ' && text[count] <= '~' ? text[count] : '?';
    name[count] = '\0';
}

/* The figures of an arena. */
#define FIGURE(name) offsetof(struct dump_arena, name)
static const size_t figures[] = {
    FIGURE(threads),         FIGURE(uptime_ns),      FIGURE(small_bytes),    FIGURE(large_bytes),
    FIGURE(allocated_bytes), FIGURE(internal_bytes), FIGURE(tcache_bytes),   FIGURE(active_bytes),
    FIGURE(dirty_bytes),     FIGURE(muzzy_bytes),    FIGURE(resident_bytes), FIGURE(mapped_bytes),
    FIGURE(retained_bytes),  FIGURE(allocations),    FIGURE(fills),
};
#define FIGURES (sizeof figures / sizeof figures[0])

void dump_arena_init(struct dump_arena *arena, const char *name)
{
    free(arena->classes);
    *arena = (struct dump_arena){.dirty_decay_ms = DUMP_UNKNOWN, .muzzy_decay_ms = DUMP_UNKNOWN};
    for (size_t i = 0; i < FIGURES; i++)
        *dump_figure(arena, figures[i]) = DUMP_UNTOLD;
    dump_name_copy(arena->name, name);
}

struct dump_arena *dump_arena_add(struct dump *dump, const char *name)
{
    dump->arenas =
        growable(dump->arenas, &dump->arena_capacity, dump->arena_count + 1, sizeof *dump->arenas);
    struct dump_arena *arena = &dump->arenas[dump->arena_count++];
    arena->classes = NULL;
    dump_arena_init(arena, name);
    return arena;
}

/* The index of the first class that is not smaller. */
static size_t class_index(const struct dump_arena *arena, uint64_t size_bytes)
{
    size_t from = 0, to = arena->class_count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (arena->classes[middle].size_bytes < size_bytes)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

void dump_class_add(struct dump_arena *arena, const struct dump_class *class)
{
    if (class->size_bytes == 0 || (class->live == 0 && class->slabs == 0))
        return;
    size_t index = class_index(arena, class->size_bytes);
    if (index < arena->class_count && arena->classes[index].size_bytes == class->size_bytes) {
        arena->classes[index].live += class->live;
        arena->classes[index].slabs += class->slabs;
        return;
    }
    arena->classes = growable(arena->classes, &arena->class_capacity, arena->class_count + 1,
                              sizeof *arena->classes);
    memmove(arena->classes + index + 1, arena->classes + index,
            (arena->class_count++ - index) * sizeof *arena->classes);
    arena->classes[index] = *class;
}

uint64_t dump_sum(uint64_t one, uint64_t two)
{
    return one == DUMP_UNTOLD ? two : two == DUMP_UNTOLD ? one : one + two;
}

static void arena_sum(struct dump_arena *total, struct dump_arena *arena)
{
    uint64_t older = total->uptime_ns == DUMP_UNTOLD ? 0 : total->uptime_ns;
    for (size_t i = 0; i < FIGURES; i++) {
        uint64_t *sum = dump_figure(total, figures[i]);
        *sum = dump_sum(*sum, *dump_figure(arena, figures[i]));
    }
    if (arena->uptime_ns != DUMP_UNTOLD)
        total->uptime_ns = arena->uptime_ns > older ? arena->uptime_ns : older;
    total->small_listed |= arena->small_listed;
    total->large_listed |= arena->large_listed;
    for (size_t i = 0; i < arena->class_count; i++)
        dump_class_add(total, &arena->classes[i]);
}

void dump_total_complete(struct dump *dump)
{
    if (dump->total.name[0] != '\0')
        return;
    dump_arena_init(&dump->total, "all");
    for (size_t i = 0; i < dump->arena_count; i++)
        arena_sum(&dump->total, &dump->arenas[i]);
}

uint64_t dump_class_held_bytes(const struct dump *dump, const struct dump_class *class)
{
    uint64_t padding = dump->cache_oblivious && !class->huge ? dump->page_bytes : 0;
    if (class->slabs > 0)
        return class->slabs * class->slab_bytes;
    return class->live * (class->size_bytes + padding);
}

bool dump_decays(const struct dump *dump)
{
    return dump->family >= DUMP_FAMILY_5 || dump->dirty_decay_ms != DUMP_UNKNOWN;
}

/* There are four classes to every doubling, but never closer than 16 bytes. */
uint64_t dump_class_below_bytes(uint64_t size_bytes)
{
    if (size_bytes <= 8)
        return 0;
    if (size_bytes <= 16)
        return 8;
    if (size_bytes <= 64)
        return size_bytes - 16;
    unsigned doubling = 63 - (unsigned)__builtin_clzll(size_bytes - 1);
    return size_bytes - (UINT64_C(1) << doubling) / 4;
}

const struct dump_class *dump_class_find(const struct dump_arena *arena, uint64_t size_bytes)
{
    size_t index = class_index(arena, size_bytes);
    bool found = index < arena->class_count && arena->classes[index].size_bytes == size_bytes;
    return found ? &arena->classes[index] : NULL;
}

const struct dump_arena *dump_arena_find(const struct dump *dump, const char *name)
{
    for (size_t i = 0; i < dump->arena_count; i++)
        if (strcmp(dump->arenas[i].name, name) == 0)
            return &dump->arenas[i];
    return NULL;
}

enum dump_arena_kind dump_arena_kind(const struct dump *dump, const struct dump_arena *arena)
{
    char *end;
    unsigned long long number = strtoull(arena->name, &end, 10);
    if (end == arena->name)
        return DUMP_ARENA_DESTROYED;
    if (dump->automatic_arenas == 0 || number < dump->automatic_arenas)
        return DUMP_ARENA_AUTOMATIC;
    bool huge = number == dump->automatic_arenas && dump->oversize_threshold_bytes > 0;
    return huge ? DUMP_ARENA_HUGE : DUMP_ARENA_MANUAL;
}
