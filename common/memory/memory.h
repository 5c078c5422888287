/* memory.h - every byte the project allocates, where it lives, and what the process takes.
 *
 * Two implementations share this contract, chosen when the project is configured:
 * memory_jemalloc.c (servers, benchmarks) and memory_libc.c (sanitizers, valgrind). Both account
 * by usable size: what an allocation really takes, not what was asked for.
 *
 * Out of memory aborts, here and nowhere else. All sizes are bytes.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A place of its own for allocations that belong together: with jemalloc an arena without thread
 * cache, so that its figures are exact at any moment. Any thread may allocate and free. */
struct memory_zone;

struct memory_zone *memory_zone_create(void);
/* Everything allocated in the zone must have been freed: asserted. */
void memory_zone_destroy(struct memory_zone *zone);

/* Never NULL. Freed with memory_free, by any thread. */
void *memory_alloc(struct memory_zone *zone, size_t bytes);
void *memory_alloc_zeroed(struct memory_zone *zone, size_t bytes);
void memory_free(void *allocation);
/* What the allocation takes, rounding up to its size class included. */
size_t memory_usable(const void *allocation);

/* What a zone takes, by layer. */
struct memory_zone_figures {
    uint64_t allocated_bytes; /* sum of usable sizes: exact */
    uint64_t active_bytes;    /* pages that hold at least one allocation */
    uint64_t resident_bytes;  /* + dirty pages and the zone's own metadata */
    uint64_t metadata_bytes;  /* what the allocator keeps to know the zone's pages by */
    uint64_t retained_bytes;  /* address space kept, pages given back */
};
void memory_zone_read(struct memory_zone *zone, struct memory_zone_figures *figures);
/* What the allocator tells is counted anew by the two reads, or by memory_refresh, which is their
 * price; the recalls tell what was counted last, for next to nothing. */
void memory_refresh(void);
void memory_zone_recall(struct memory_zone *zone, struct memory_zone_figures *figures);

/* What the whole process takes, by layer. The allocator's layers are 0 where it cannot tell. */
struct memory_figures {
    uint64_t allocated_bytes; /* the program holds */
    uint64_t active_bytes;    /* pages holding them */
    uint64_t metadata_bytes;  /* the allocator's own */
    uint64_t resident_bytes;  /* + dirty pages */
    uint64_t mapped_bytes;    /* address space in use by the allocator */
    uint64_t retained_bytes;  /* address space kept, pages given back */
    uint64_t rss_bytes;       /* the kernel's count */
    uint64_t vsz_bytes;
};
void memory_read(struct memory_figures *figures);
void memory_recall(struct memory_figures *figures);

/* "jemalloc 5.3.0-..." or "libc": for the record of what was measured. */
const char *memory_allocator(void);
/* Gives unused pages back to the kernel now. */
void memory_purge(void);
/* How long an unused page stays before it is given back, for all zones, those yet to come
 * included. False where the allocator cannot be told, or not in such a number. */
bool memory_set_decay(uint64_t decay_ns);
/* Gives back the pages whose time is over. Where nothing is allocated any more, nobody else does.
 */
void memory_decay(void);
/* The allocator's own settings and figures, by name, as its manual has them. */
struct memory_control {
    enum { MEMORY_BOOL, MEMORY_UNSIGNED, MEMORY_SIGNED, MEMORY_TEXT } kind;
    union {
        bool yes;
        uint64_t number;
        int64_t signed_number;
        const char *text; /* the allocator's */
    };
};
/* Both: 0, or why not: ENOSYS, this allocator has none; ENOENT, none of that name; EPERM, not to be
 * read (it acts, or is no plain value) or not to be written (it could do harm); EINVAL, it is of
 * another kind, which control->kind then tells, or not such a value. Reading is as of the last
 * memory_refresh. */
int memory_control_read(const char *name, struct memory_control *control);
int memory_control_write(const char *name, struct memory_control *control);
/* The names that memory_control_write takes, * standing for a number, a line each. */
const char *memory_controls_writable(void);
/* Writes a heap profile, for jeprof. 0, or: ENOSYS, not built with profiling; EPERM, started
 * without it (MALLOC_CONF=prof:true); EIO, the file cannot be written. */
int memory_profile_dump(const char *path);

/* The allocator's own statistics as JSON, handed over piece by piece. False where it has none. */
bool memory_dump(void (*write)(void *context, const char *text), void *context);

#endif
