/* living.h - a sample of the objects that are alive, to be found though nobody holds them.
 *
 * An object belongs to it by its address alone: one in so many, a power of two that doubles when
 * there are more than LIVING_MOST of them. Whoever makes and frees objects says so; for most that
 * costs a multiplication, for those in the sample a lock. It takes 64 KiB, however many objects
 * there are. Any thread.
 */
#ifndef LIVING_H
#define LIVING_H

#include "memory.h"

#include <stdatomic.h>

#define LIVING_MOST 4096

struct living {
    atomic_uint_least64_t mask; /* of an address' hash; 0 in all these bits: in the sample */
};

struct living *living_create(struct memory_zone *zone);
/* None may be left. */
void living_destroy(struct living *living);

/* As living_made and living_gone, for an object of the sample. */
void living_add(struct living *living, void *object);
void living_remove(struct living *living, const void *object);

/* Fibonacci hashing (Knuth 1973): the upper half of the product is well mixed. */
static inline uint64_t living_hash(const void *object)
{
    return ((uint64_t)(uintptr_t)object >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 32;
}

static inline bool living_has(const struct living *living, const void *object)
{
    uint64_t mask = atomic_load_explicit(&living->mask, memory_order_relaxed);
    return (living_hash(object) & mask) == 0;
}

static inline void living_made(struct living *living, void *object)
{
    if (living_has(living, object))
        living_add(living, object);
}

/* Before it is freed. */
static inline void living_gone(struct living *living, const void *object)
{
    if (living_has(living, object))
        living_remove(living, object);
}

/* Objects of the sample, each of which stays there while `see` looks at it; `see` must not call
 * back. From 0 on, or where the last call left off, which it returns; 0: that was all. From one
 * call to the next the sample may change: an object may be missed then, or be seen twice. */
size_t living_look(struct living *living, size_t from, void (*see)(void *context, void *object),
                   void *context);
/* Of so many objects alive, one is in the sample. */
uint64_t living_share(const struct living *living);
/* What the sample takes. */
size_t living_bytes(const struct living *living);

#endif
