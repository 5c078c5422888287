/* dump.h - a jemalloc statistics dump, read from JSON or from plain text.
 *
 * All sizes are bytes; what a dump does not tell is 0, a decay time DUMP_UNTOLD. A dump belongs to
 * one thread.
 */
#ifndef DUMP_H
#define DUMP_H

#include "errors.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DUMP_NAME_BYTES 64
#define DUMP_UNTOLD     INT64_MIN

/* All allocations of one size: small ones share slabs, a large one has an extent of its own. */
struct dump_class {
    uint64_t size_bytes;
    uint64_t live;                            /* thread caches included */
    uint64_t slabs, slab_regions, slab_bytes; /* 0 for a large one */
};

struct dump_arena {
    char name[DUMP_NAME_BYTES]; /* its number, "destroyed", or "all" */
    uint64_t threads, uptime_ns;
    uint64_t allocated_bytes, tcache_bytes; /* the latter are part of the former */
    uint64_t active_bytes, dirty_bytes, muzzy_bytes;
    uint64_t base_bytes, internal_bytes; /* metadata: in pages of their own, in active ones */
    uint64_t resident_bytes, mapped_bytes, retained_bytes;
    uint64_t made, fills; /* allocations; and how often a thread cache fetched some */
    int64_t dirty_decay_ms, muzzy_decay_ms;
    struct dump_class *classes; /* those that are in use, by size */
    size_t class_count, class_room;
};

struct dump {
    struct memory_zone *zone;
    const char *form; /* "JSON" or "plain text" */
    char version[DUMP_NAME_BYTES];
    bool whole; /* false: the text is cut off, and its last arenas are missing */
    bool background_thread, profiling, cache_oblivious;
    uint64_t page_bytes;
    uint64_t automatic_arenas, oversize_threshold_bytes;
    int64_t dirty_decay_ms, muzzy_decay_ms;
    uint64_t allocated_bytes, active_bytes, metadata_bytes;
    uint64_t resident_bytes, mapped_bytes, retained_bytes;
    struct dump_arena total; /* of all arenas */
    struct dump_arena *arenas;
    size_t arena_count, arena_room;
};

/* "-" is standard input. NULL, and one line in error that says what to do. Released with
 * dump_destroy. */
struct dump *dump_read(const char *path, struct error *error);
/* The same from memory; `name` stands for the path in errors. */
struct dump *dump_parse(const char *name, const char *text, size_t bytes, struct error *error);
void dump_destroy(struct dump *dump); /* NULL is fine */

/* What holds the class's live allocations: slabs, or padded extents. */
uint64_t dump_class_held_bytes(const struct dump *dump, const struct dump_class *class);
/* The class below: an allocation of this class asked for more than that. */
uint64_t dump_class_below_bytes(uint64_t size_bytes);
/* NULL where the arena has nothing of this size. */
const struct dump_class *dump_class_find(const struct dump_arena *arena, uint64_t size_bytes);
const struct dump_arena *dump_arena_find(const struct dump *dump, const char *name);

enum dump_arena_kind {
    DUMP_ARENA_AUTOMATIC, /* jemalloc gives it to threads */
    DUMP_ARENA_HUGE,      /* jemalloc puts the very large allocations there */
    DUMP_ARENA_OWN,       /* the program made it */
    DUMP_ARENA_DESTROYED, /* what is left of those that the program destroyed */
    DUMP_ARENA_KINDS,
};
enum dump_arena_kind dump_arena_kind(const struct dump *dump, const struct dump_arena *arena);

#endif
