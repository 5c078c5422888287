/* memory.h - allocation in zones, and how much memory a zone and the process take.
 *
 * There are two implementations, chosen when the project is configured: memory_jemalloc.c (servers,
 * benchmarks) and memory_libc.c (sanitizers, valgrind). Both count usable sizes: what an allocation
 * really takes, which is at least what was requested.
 *
 * When memory runs out the program aborts. All sizes are bytes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A group of allocations with figures of its own: with jemalloc an arena without thread cache, so
 * that the figures are exact at any moment. Any thread may allocate and free. */
struct memory_zone;

struct memory_zone *memory_zone_create(void);
/* All allocations of the zone must have been freed; asserted. */
void memory_zone_destroy(struct memory_zone *zone);

/* Never NULL. Free it with memory_free, on any thread. */
void *memory_alloc(struct memory_zone *zone, size_t bytes);
void *memory_alloc_zeroed(struct memory_zone *zone, size_t bytes);
void memory_free(void *allocation);
/* Usable size: the size requested, rounded up to the size class. */
size_t memory_usable(const void *allocation);

/* The memory of a zone, by layer. */
struct memory_zone_figures {
    uint64_t allocated_bytes; /* sum of usable sizes: exact */
    uint64_t active_bytes;    /* pages that hold at least one allocation */
    uint64_t resident_bytes;  /* + dirty pages and the zone's own metadata */
    uint64_t metadata_bytes;  /* the allocator's bookkeeping for the zone */
    uint64_t retained_bytes;  /* address space kept after its pages were returned */
};
void memory_zone_read(struct memory_zone *zone, struct memory_zone_figures *figures);
/* The allocator takes a new snapshot of its statistics in memory_zone_read, memory_read and
 * memory_refresh, which costs about 12 us; the _read_cached functions return the last snapshot for
 * almost nothing. */
void memory_refresh(void);
void memory_zone_read_cached(struct memory_zone *zone, struct memory_zone_figures *figures);

/* The memory of the process, by layer. The allocator's layers are 0 with libc. */
struct memory_figures {
    uint64_t allocated_bytes; /* by the program */
    uint64_t active_bytes;    /* pages holding them */
    uint64_t metadata_bytes;  /* the allocator's bookkeeping */
    uint64_t resident_bytes;  /* + dirty pages */
    uint64_t mapped_bytes;    /* address space in use by the allocator */
    uint64_t retained_bytes;  /* address space kept after its pages were returned */
    uint64_t rss_bytes;       /* as counted by the kernel */
    uint64_t vsz_bytes;
};
void memory_read(struct memory_figures *figures);
void memory_read_cached(struct memory_figures *figures);

/* "jemalloc 5.3.0-..." or "libc". */
const char *memory_allocator(void);
/* Returns unused pages to the kernel now. */
void memory_purge(void);
/* Sets after which time unused pages are returned to the kernel, for all zones, present and future.
 * False: the allocator has no such setting, or the value is out of its range. */
bool memory_set_decay(uint64_t decay_ns);
/* Returns the pages whose time is over. Allocations do that, too; an idle process calls this. */
void memory_decay(void);
/* The allocator's settings and figures, by their names in its manual. */
struct memory_control {
    enum { MEMORY_BOOL, MEMORY_UNSIGNED, MEMORY_SIGNED, MEMORY_TEXT } kind;
    union {
        bool yes;
        uint64_t number;
        int64_t signed_number;
        const char *text; /* owned by the allocator */
    };
};
/* Return 0 or an errno: ENOSYS, this allocator has no settings; ENOENT, no setting has that name;
 * EPERM, it may not be read (reading has an effect, or it is no plain value) or written (that could
 * do harm); EINVAL, the value is of the wrong kind (control->kind is then set to the right one) or
 * out of range. Figures are as of the last memory_refresh. */
int memory_control_read(const char *name, struct memory_control *control);
int memory_control_write(const char *name, struct memory_control *control);
/* The names that memory_control_write accepts, one per line; * stands for a number. */
const char *memory_controls_writable(void);
/* Writes a heap profile for jeprof. Returns 0 or an errno: ENOSYS, built without profiling; EPERM,
 * started without MALLOC_CONF=prof:true; EIO, the file cannot be written. */
int memory_profile_dump(const char *path);

/* Writes the allocator's statistics as JSON. False: it has none. */
bool memory_dump(FILE *out);
