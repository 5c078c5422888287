/* dump.h - the statistics that jemalloc prints: totals, arenas, and the size classes in each.
 *
 * All sizes are in bytes. A figure that a dump does not contain is 0, a decay time DUMP_UNKNOWN.
 * One thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DUMP_NAME_BYTES 64
#define DUMP_UNKNOWN    INT64_MIN

/* All allocations of one size. Small ones share slabs, a large one has an extent of its own. */
struct dump_class {
    uint64_t size_bytes;
    uint64_t live;                            /* allocations, including those in thread caches */
    uint64_t slabs, slab_regions, slab_bytes; /* 0 for a large class */
};

struct dump_arena {
    char name[DUMP_NAME_BYTES]; /* its number, "destroyed", or "all" */
    uint64_t threads, uptime_ns;
    uint64_t allocated_bytes, tcache_bytes; /* the latter are part of the former */
    uint64_t active_bytes, dirty_bytes, muzzy_bytes;
    uint64_t base_bytes, internal_bytes; /* metadata in pages of its own, and in active pages */
    uint64_t resident_bytes, mapped_bytes, retained_bytes;
    uint64_t allocations, fills; /* ever made; fills: times a thread cache fetched several */
    int64_t dirty_decay_ms, muzzy_decay_ms;
    struct dump_class *classes; /* those in use, by size */
    size_t class_count, class_capacity;
};

struct dump {
    const char *format; /* "JSON" or "plain text" */
    char version[DUMP_NAME_BYTES];
    bool complete; /* false: the text is cut off, and its last arenas are missing */
    bool background_thread, profiling, cache_oblivious;
    uint64_t page_bytes;
    uint64_t automatic_arenas, oversize_threshold_bytes;
    int64_t dirty_decay_ms, muzzy_decay_ms;
    uint64_t allocated_bytes, active_bytes, metadata_bytes;
    uint64_t resident_bytes, mapped_bytes, retained_bytes;
    struct dump_arena total; /* of all arenas */
    struct dump_arena *arenas;
    size_t arena_count, arena_capacity;
};

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

/* The bytes of the slabs or padded extents that hold the class's live allocations. */
uint64_t dump_class_held_bytes(const struct dump *dump, const struct dump_class *class);
/* The next smaller class: 384 gives 320, so a request of 321 to 384 bytes takes 384. */
uint64_t dump_class_below_bytes(uint64_t size_bytes);
/* NULL: the arena has nothing of this size, or no arena has this name. */
const struct dump_class *dump_class_find(const struct dump_arena *arena, uint64_t size_bytes);
const struct dump_arena *dump_arena_find(const struct dump *dump, const char *name);

enum dump_arena_kind {
    DUMP_ARENA_AUTOMATIC, /* jemalloc assigns threads to it */
    DUMP_ARENA_HUGE,      /* jemalloc puts very large allocations there */
    DUMP_ARENA_MANUAL,    /* the program created it */
    DUMP_ARENA_DESTROYED, /* what is left of those that the program destroyed */
    DUMP_ARENA_KINDS,
};
enum dump_arena_kind dump_arena_kind(const struct dump *dump, const struct dump_arena *arena);
