/* live_sample.h - a sample of the objects that are alive, to be found though nobody holds them.
 *
 * An object belongs to it by its address alone: one in so many, a power of two that doubles when
 * there are more than LIVE_SAMPLE_MAX of them. Whoever makes and frees objects says so; for most
 * that costs a multiplication, for those in the sample a lock. It takes 64 KiB, however many
 * objects there are. Any thread.
 */
#ifndef LIVE_SAMPLE_H
#define LIVE_SAMPLE_H

#include "memory.h"
#include "random.h"

#include <stdatomic.h>

#define LIVE_SAMPLE_MAX 4096

struct live_sample {
    atomic_uint_least64_t mask; /* of an address' hash; 0 in all these bits: in the sample */
};

struct live_sample *live_sample_create(struct memory_zone *zone);
/* None may be left. */
void live_sample_destroy(struct live_sample *live_sample);

/* As live_sample_created and live_sample_freed, for an object of the sample. */
void live_sample_add(struct live_sample *live_sample, void *object);
void live_sample_remove(struct live_sample *live_sample, const void *object);

/* Fibonacci hashing (Knuth 1973): the upper half of the product is well mixed. */
static inline uint64_t live_sample_hash(const void *object)
{
    return ((uint64_t)(uintptr_t)object >> 4) * RANDOM_GOLDEN >> 32;
}

static inline bool live_sample_includes(const struct live_sample *live_sample, const void *object)
{
    uint64_t mask = atomic_load_explicit(&live_sample->mask, memory_order_relaxed);
    return (live_sample_hash(object) & mask) == 0;
}

static inline void live_sample_created(struct live_sample *live_sample, void *object)
{
    if (live_sample_includes(live_sample, object))
        live_sample_add(live_sample, object);
}

/* Before it is freed. */
static inline void live_sample_freed(struct live_sample *live_sample, const void *object)
{
    if (live_sample_includes(live_sample, object))
        live_sample_remove(live_sample, object);
}

/* Objects of the sample, each of which stays there while `see` looks at it; `see` must not call
 * back. From 0 on, or where the last call left off, which it returns; 0: that was all. From one
 * call to the next the sample may change: an object may be missed then, or be seen twice. */
size_t live_sample_visit(struct live_sample *live_sample, size_t from,
                         void (*see)(void *context, void *object), void *context);
/* Of so many objects alive, one is in the sample. */
uint64_t live_sample_interval(const struct live_sample *live_sample);
/* What the sample takes. */
size_t live_sample_bytes(const struct live_sample *live_sample);

#endif
