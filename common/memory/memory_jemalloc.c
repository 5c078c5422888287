/* memory_jemalloc.c - memory.h over jemalloc: a zone is an arena without thread cache. */
#include "memory.h"

#include "process.h"
#include "units.h"
#include "xmalloc.h"

#include <assert.h>
#include <errno.h>
#include <fnmatch.h>
#include <jemalloc/jemalloc.h>
#include <stdlib.h>
#include <unistd.h>

struct memory_zone {
    unsigned arena;
};

struct memory_zone *memory_zone_create(void)
{
    struct memory_zone *zone = xmalloc(sizeof *zone);
    size_t length = sizeof zone->arena;
    if (mallctl("arenas.create", &zone->arena, &length, NULL, 0) != 0)
        die_of("jemalloc cannot create an arena");
    return zone;
}

static int zone_flags(const struct memory_zone *zone)
{
    return MALLOCX_ARENA(zone->arena) | MALLOCX_TCACHE_NONE;
}

void *memory_alloc(struct memory_zone *zone, size_t bytes)
{
    return xchecked(mallocx(bytes, zone_flags(zone)));
}

void *memory_alloc_zeroed(struct memory_zone *zone, size_t bytes)
{
    return xchecked(mallocx(bytes, zone_flags(zone) | MALLOCX_ZERO));
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

void memory_zone_read_cached(struct memory_zone *zone, struct memory_zone_figures *figures)
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
    memory_zone_read_cached(zone, figures);
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

void memory_read_cached(struct memory_figures *figures)
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
    memory_read_cached(figures);
}

const char *memory_allocator(void)
{
    return "jemalloc " JEMALLOC_VERSION;
}

/* Runs a command on all arenas. */
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
        mallctl(name, NULL, NULL, &decay_ms,
                sizeof decay_ms); /* fails for an arena that does not exist yet */
    }
    return true;
}

static void text_append(void *out, const char *text)
{
    fputs(text, out);
}

bool memory_dump(FILE *out)
{
    malloc_stats_print(text_append, out, "J");
    return true;
}

/* Settings and figures. jemalloc reports the width of a value, but not its type. */

#define LENGTH(list) (sizeof(list) / sizeof(list)[0])

/* Reading these has an effect, needs an argument, or returns an address. */
static const char *const unreadable[] = {
    "*create",        "experimental.*", "*extent_hooks", "thread.*allocatedp",
    "*mutexes.reset", "prof.log_*",     "arenas.lookup", "*.hooks.*",
};

static const char *const texts[] = {
    "version",          "config.malloc_conf",   "opt.dss",          "arena.*.dss",
    "opt.junk",         "opt.stats_print_opts", "opt.thp",          "opt.metadata_thp",
    "opt.prof_prefix",  "opt.percpu_arena",     "opt.zero_realloc", "opt.stats_interval_opts",
    "thread.prof.name",
};

static const char *const signed_numbers[] = {"*decay_ms", "opt.lg_prof_interval",
                                             "opt.lg_extent_max_active_fit", "opt.stats_interval"};

#define WRITABLES(ROW)                                                                             \
    ROW("background_thread")                                                                       \
    ROW("max_background_threads")                                                                  \
    ROW("arenas.dirty_decay_ms")                                                                   \
    ROW("arenas.muzzy_decay_ms")                                                                   \
    ROW("arena.*.dirty_decay_ms")                                                                  \
    ROW("arena.*.muzzy_decay_ms")                                                                  \
    ROW("prof.active")                                                                             \
    ROW("prof.gdump")                                                                              \
    ROW("prof.thread_active_init")                                                                 \
    ROW("thread.prof.active")                                                                      \
    ROW("thread.tcache.enabled")

#define AS_ITEM(name) name,
#define AS_LINE(name) name "\n"
static const char *const writables[] = {WRITABLES(AS_ITEM)};

static bool name_is_among(const char *name, const char *const *patterns, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fnmatch(patterns[i], name, 0) == 0)
            return true;
    return false;
}

#define IS_AMONG(name, list) name_is_among(name, list, LENGTH(list))

/* Returns 0 or an errno. For a value under 8 bytes jemalloc returns EINVAL after storing it. */
static int value_read(const char *name, uint64_t *value, size_t *width)
{
    *width = sizeof *value;
    *value = 0;
    int failure = mallctl(name, value, width, NULL, 0);
    bool narrower = failure == EINVAL && (*width == sizeof(bool) || *width == sizeof(unsigned));
    return narrower ? 0 : failure;
}

int memory_control_read(const char *name, struct memory_control *control)
{
    uint64_t value;
    size_t width;
    if (IS_AMONG(name, unreadable))
        return EPERM;
    int failure = value_read(name, &value, &width);
    if (failure)
        return failure == ENOENT ? ENOENT : EPERM;
    *control = (struct memory_control){.kind = MEMORY_UNSIGNED, .number = value};
    if (width == sizeof(bool))
        *control = (struct memory_control){.kind = MEMORY_BOOL, .yes = value != 0};
    else if (IS_AMONG(name, texts))
        *control =
            (struct memory_control){.kind = MEMORY_TEXT, .text = (const char *)(uintptr_t)value};
    else if (IS_AMONG(name, signed_numbers))
        *control = (struct memory_control){.kind = MEMORY_SIGNED, .signed_number = (int64_t)value};
    return 0;
}

int memory_control_write(const char *name, struct memory_control *control)
{
    struct memory_control now;
    if (!IS_AMONG(name, writables))
        return memory_control_read(name, &now) == ENOENT ? ENOENT : EPERM;
    int failure = memory_control_read(name, &now);
    if (failure)
        return failure;
    bool numbers =
        now.kind != MEMORY_BOOL && control->kind != MEMORY_BOOL && control->kind != MEMORY_TEXT;
    if (now.kind != control->kind && !numbers) {
        control->kind = now.kind;
        return EINVAL;
    }
    size_t width = now.kind == MEMORY_BOOL ? sizeof control->yes : sizeof control->number;
    control->kind = now.kind;
    return mallctl(name, NULL, NULL, &control->yes, width) == 0 ? 0 : EINVAL;
}

const char *memory_controls_writable(void)
{
    return WRITABLES(AS_LINE);
}

static bool setting_read(const char *name)
{
    struct memory_control control;
    return memory_control_read(name, &control) == 0 && control.kind == MEMORY_BOOL && control.yes;
}

int memory_profile_dump(const char *path)
{
    if (!setting_read("config.prof"))
        return ENOSYS;
    if (!setting_read("opt.prof"))
        return EPERM;
    return mallctl("prof.dump", NULL, NULL, &path, sizeof path) == 0 ? 0 : EIO;
}
