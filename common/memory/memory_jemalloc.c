/* memory_jemalloc.c - memory.h over jemalloc: a zone is an arena without thread cache. */
#include "memory.h"

#include "process.h"

#include <assert.h>
#include <jemalloc/jemalloc.h>
#include <stdlib.h>
#include <unistd.h>

#define NS_PER_MS UINT64_C(1000000)

struct memory_zone {
    unsigned arena;
};

static _Noreturn void memory_exhausted(void)
{
    fputs("out of memory\n", stderr);
    abort();
}

static void *memory_checked(void *allocation)
{
    if (allocation == NULL)
        memory_exhausted();
    return allocation;
}

struct memory_zone *memory_zone_create(void)
{
    struct memory_zone *zone = memory_checked(malloc(sizeof *zone));
    size_t length = sizeof zone->arena;
    if (mallctl("arenas.create", &zone->arena, &length, NULL, 0) != 0)
        memory_exhausted();
    return zone;
}

static int zone_flags(const struct memory_zone *zone)
{
    return MALLOCX_ARENA(zone->arena) | MALLOCX_TCACHE_NONE;
}

void *memory_alloc(struct memory_zone *zone, size_t bytes)
{
    return memory_checked(mallocx(bytes, zone_flags(zone)));
}

void *memory_alloc_zeroed(struct memory_zone *zone, size_t bytes)
{
    return memory_checked(mallocx(bytes, zone_flags(zone) | MALLOCX_ZERO));
}

void memory_free(void *allocation)
{
    if (allocation != NULL)
        dallocx(allocation, MALLOCX_TCACHE_NONE);
}

size_t memory_usable(const void *allocation)
{
    return sallocx(allocation, 0);
}

void memory_refresh(void)
{
    uint64_t epoch = 1;
    mallctl("epoch", NULL, NULL, &epoch, sizeof epoch);
}

static uint64_t statistic_read(const char *name)
{
    size_t value = 0;
    size_t length = sizeof value;
    return mallctl(name, &value, &length, NULL, 0) == 0 ? value : 0;
}

static uint64_t arena_statistic(const struct memory_zone *zone, const char *name)
{
    char full[96];
    snprintf(full, sizeof full, "stats.arenas.%u.%s", zone->arena, name);
    return statistic_read(full);
}

void memory_zone_recall(struct memory_zone *zone, struct memory_zone_figures *figures)
{
    uint64_t page_bytes = statistic_read("arenas.page");
    figures->allocated_bytes =
        arena_statistic(zone, "small.allocated") + arena_statistic(zone, "large.allocated");
    figures->active_bytes = arena_statistic(zone, "pactive") * page_bytes;
    figures->resident_bytes = arena_statistic(zone, "resident");
    figures->metadata_bytes = arena_statistic(zone, "base") + arena_statistic(zone, "internal");
    figures->retained_bytes = arena_statistic(zone, "retained");
}

void memory_zone_read(struct memory_zone *zone, struct memory_zone_figures *figures)
{
    memory_refresh();
    memory_zone_recall(zone, figures);
}

void memory_zone_destroy(struct memory_zone *zone)
{
    struct memory_zone_figures figures;
    char name[64];
    memory_zone_read(zone, &figures);
    assert(figures.allocated_bytes == 0);
    snprintf(name, sizeof name, "arena.%u.destroy", zone->arena);
    mallctl(name, NULL, NULL, NULL, 0);
    free(zone);
}

void memory_recall(struct memory_figures *figures)
{
    struct process_figures process = {0};
    process_read_size(getpid(), &process);
    *figures = (struct memory_figures){
        .allocated_bytes = statistic_read("stats.allocated"),
        .active_bytes = statistic_read("stats.active"),
        .metadata_bytes = statistic_read("stats.metadata"),
        .resident_bytes = statistic_read("stats.resident"),
        .mapped_bytes = statistic_read("stats.mapped"),
        .retained_bytes = statistic_read("stats.retained"),
        .rss_bytes = process.rss_bytes,
        .vsz_bytes = process.vsz_bytes,
    };
}

void memory_read(struct memory_figures *figures)
{
    memory_refresh();
    memory_recall(figures);
}

const char *memory_allocator(void)
{
    return "jemalloc " JEMALLOC_VERSION;
}

/* Does something to all arenas. */
static void arenas_command(const char *command)
{
    char name[64];
    snprintf(name, sizeof name, "arena.%u.%s", (unsigned)MALLCTL_ARENAS_ALL, command);
    mallctl(name, NULL, NULL, NULL, 0);
}

void memory_purge(void)
{
    arenas_command("purge");
}

void memory_decay(void)
{
    arenas_command("decay");
}

bool memory_set_decay(uint64_t decay_ns)
{
    char name[64];
    unsigned count = 0;
    size_t length = sizeof count;
    ssize_t decay_ms = (ssize_t)(decay_ns / NS_PER_MS);
    if (mallctl("arenas.dirty_decay_ms", NULL, NULL, &decay_ms, sizeof decay_ms) != 0)
        return false;
    mallctl("arenas.narenas", &count, &length, NULL, 0);
    for (unsigned i = 0; i < count; i++) {
        snprintf(name, sizeof name, "arena.%u.dirty_decay_ms", i);
        mallctl(name, NULL, NULL, &decay_ms, sizeof decay_ms); /* fails where there is none yet */
    }
    return true;
}

bool memory_dump(void (*write)(void *context, const char *text), void *context)
{
    malloc_stats_print(write, context, "J");
    return true;
}
