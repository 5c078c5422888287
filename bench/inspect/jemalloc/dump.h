/* dump.h - the statistics that jemalloc prints: totals, arenas, and the size classes in each.
 *
 * All sizes are in bytes. A figure that a dump does not contain is DUMP_UNTOLD, a decay time
 * DUMP_UNKNOWN. One thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DUMP_NAME_BYTES 64
#define DUMP_UNKNOWN    INT64_MIN
#define DUMP_UNTOLD     UINT64_MAX

/* The versions whose figures mean the same. */
enum dump_family {
    DUMP_FAMILY_3,   /* 3.0 to 3.6: neither resident nor metadata; huge allocations in no arena */
    DUMP_FAMILY_4,   /* 4.0 to 4.5: chunks and runs; dirty pages are purged by ratio or by decay */
    DUMP_FAMILY_5,   /* 5.0 to 5.2: extents and slabs; muzzy pages count as resident */
    DUMP_FAMILY_5_3, /* 5.3: they do not */
};

/* All allocations of one size. Small ones share slabs (4.x: runs), a large one has pages of its
 * own. */
struct dump_class {
    uint64_t size_bytes;
    uint64_t live;                            /* allocations, including those in thread caches */
    uint64_t slabs, slab_regions, slab_bytes; /* 0 for a large class */
    bool huge;                                /* 4.x: in chunks of its own, without padding */
};

struct dump_arena {
    char name[DUMP_NAME_BYTES]; /* its number, "destroyed", or "all" */
    uint64_t threads, uptime_ns;
    uint64_t small_bytes, large_bytes;     /* allocated; huge ones are large */
    uint64_t allocated_bytes;              /* the sum of both */
    uint64_t internal_bytes, tcache_bytes; /* parts of allocated: records, thread caches */
    uint64_t active_bytes, dirty_bytes, muzzy_bytes; /* pages */
    uint64_t resident_bytes, mapped_bytes, retained_bytes;
    uint64_t allocations, fills; /* ever made; fills: times a thread cache fetched several */
    int64_t dirty_decay_ms, muzzy_decay_ms;
    bool small_listed, large_listed; /* there is a table of such classes */
    struct dump_class *classes;      /* those in use, by size */
    size_t class_count, class_capacity;
};

struct dump {
    const char *format; /* "JSON" or "plain text" */
    char version[DUMP_NAME_BYTES];
    enum dump_family family;
    bool finished; /* its last line is there */
    bool background_thread, profiling, cache_oblivious;
    bool page_told; /* false: page_bytes is assumed */
    uint64_t page_bytes;
    uint64_t automatic_arenas, oversize_threshold_bytes; /* 0: not told */
    int64_t dirty_decay_ms, muzzy_decay_ms;
    int64_t
        dirty_ratio_lg; /* 3.x, 4.x: active pages for one dirty page, as a power of 2; -1: any */
    uint64_t allocated_bytes, active_bytes, metadata_bytes;
    uint64_t resident_bytes, mapped_bytes, retained_bytes;
    uint64_t unlisted_bytes; /* 3.x: huge allocations, which are in no arena; 0 elsewhere */
    struct dump_arena total; /* of all arenas */
    struct dump_arena *arenas;
    size_t arena_count, arena_capacity;
};

/* The figure at the offset in a dump or an arena. */
static inline uint64_t *dump_figure(void *base, size_t offset)
{
    return (uint64_t *)((char *)base + offset);
}

/* For readers. An empty dump with pages of 4 KiB; released with dump_destroy. */
struct dump *dump_create(void);
void dump_destroy(struct dump *dump); /* NULL is fine */
/* Copies a name; characters that are not printable ASCII become '?'. */
void dump_name_copy(char name[DUMP_NAME_BYTES], const char *text);
/* Empties the arena. */
void dump_arena_init(struct dump_arena *arena, const char *name);
/* The pointer is valid until the next arena is added. */
struct dump_arena *dump_arena_add(struct dump *dump, const char *name);
/* Adds to the class of the same size, if there is one. Ignores a class without a size or without
 * anything in it. */
void dump_class_add(struct dump_arena *arena, const struct dump_class *class);
/* Adds up the arenas, if the dump contains no figures of all arenas together. */
void dump_total_complete(struct dump *dump);
/* The sum; what is not told adds nothing, and the sum is not told where neither is. */
uint64_t dump_sum(uint64_t one, uint64_t two);

/* The bytes of the slabs or padded extents that hold the class's live allocations. */
uint64_t dump_class_held_bytes(const struct dump *dump, const struct dump_class *class);
/* The next smaller class: 384 gives 320, so a request of 321 to 384 bytes takes 384. */
uint64_t dump_class_below_bytes(uint64_t size_bytes);
/* NULL: the arena has nothing of this size, or no arena has this name. */
const struct dump_class *dump_class_find(const struct dump_arena *arena, uint64_t size_bytes);
const struct dump_arena *dump_arena_find(const struct dump *dump, const char *name);
/* Whether pages that become free are purged some time later, rather than by their number. */
bool dump_decays(const struct dump *dump);

enum dump_arena_kind {
    DUMP_ARENA_AUTOMATIC, /* jemalloc assigns threads to it */
    DUMP_ARENA_HUGE,      /* jemalloc puts very large allocations there */
    DUMP_ARENA_MANUAL,    /* the program created it */
    DUMP_ARENA_DESTROYED, /* what is left of those that the program destroyed */
    DUMP_ARENA_KINDS,
};
enum dump_arena_kind dump_arena_kind(const struct dump *dump, const struct dump_arena *arena);
