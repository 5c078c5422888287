/* memory_libc.c - memory.h over the C library, for sanitizers and valgrind. */
#include "memory.h"

#include "process.h"
#include "xmalloc.h"

#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct memory_zone {
    atomic_uint_least64_t bytes;
};

/* Precedes each allocation: its zone. As large as malloc's alignment. */
struct prefix {
    struct memory_zone *zone;
    size_t padding;
};

struct memory_zone *memory_zone_create(void)
{
    return xcalloc(1, sizeof(struct memory_zone));
}

void memory_zone_destroy(struct memory_zone *zone)
{
    assert(atomic_load(&zone->bytes) == 0);
    free(zone);
}

static struct prefix *prefix_of(const void *allocation)
{
    return (struct prefix *)allocation - 1;
}

size_t memory_usable(const void *allocation)
{
    return malloc_usable_size(prefix_of(allocation)) - sizeof(struct prefix);
}

static void *zone_own(struct memory_zone *zone, struct prefix *prefix)
{
    prefix->zone = zone;
    atomic_fetch_add(&zone->bytes, memory_usable(prefix + 1));
    return prefix + 1;
}

void *memory_alloc(struct memory_zone *zone, size_t bytes)
{
    return zone_own(zone, xmalloc(sizeof(struct prefix) + bytes));
}

void *memory_alloc_zeroed(struct memory_zone *zone, size_t bytes)
{
    return zone_own(zone, xcalloc(1, sizeof(struct prefix) + bytes));
}

void memory_free(void *allocation)
{
    if (allocation == NULL)
        return;
    struct prefix *prefix = prefix_of(allocation);
    atomic_fetch_sub(&prefix->zone->bytes, memory_usable(allocation));
    free(prefix);
}

void memory_refresh(void)
{
}

void memory_zone_read_cached(struct memory_zone *zone, struct memory_zone_figures *figures)
{
    memory_zone_read(zone, figures);
}

void memory_zone_read(struct memory_zone *zone, struct memory_zone_figures *figures)
{
    uint64_t bytes = atomic_load(&zone->bytes);
    *figures = (struct memory_zone_figures){
        .allocated_bytes = bytes, .active_bytes = bytes, .resident_bytes = bytes};
}

void memory_read(struct memory_figures *figures)
{
    struct process_figures process = {0};
    process_read_size(getpid(), &process);
    *figures =
        (struct memory_figures){.rss_bytes = process.rss_bytes, .vsz_bytes = process.vsz_bytes};
}

void memory_read_cached(struct memory_figures *figures)
{
    memory_read(figures);
}

const char *memory_allocator(void)
{
    return "libc";
}

void memory_purge(void)
{
    malloc_trim(0);
}

bool memory_set_decay(uint64_t decay_ns)
{
    return false;
}

void memory_decay(void)
{
}

int memory_control_read(const char *name, struct memory_control *control)
{
    (void)name, (void)control;
    return ENOSYS;
}

int memory_control_write(const char *name, struct memory_control *control)
{
    (void)name, (void)control;
    return ENOSYS;
}

const char *memory_controls_writable(void)
{
    return "";
}

int memory_profile_dump(const char *path)
{
    return ENOSYS;
}

bool memory_dump(FILE *out)
{
    return false;
}
