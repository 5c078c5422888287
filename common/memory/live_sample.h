/* live_sample.h - a sample of the live objects of a program, which finds leaked objects too.
 *
 * The hash of its address decides whether an object is in the sample: one in N is, where N is a
 * power of two that doubles when the sample has more than LIVE_SAMPLE_MAX objects. Report every
 * object that is created or freed: that costs a multiplication, and a lock if the object is in the
 * sample. The sample takes 64 KiB, however many objects there are. Any thread may call.
 */
#pragma once

#include "memory.h"
#include "random.h"

#include <stdatomic.h>

#define LIVE_SAMPLE_MAX 4096

struct live_sample {
    atomic_uint_least64_t
        mask; /* N - 1; an object is in the sample if its hash has none of these bits */
};

struct live_sample *live_sample_create(struct memory_zone *zone);
/* All objects must have been freed. */
void live_sample_destroy(struct live_sample *live_sample);

/* For the two functions below: add and remove an object of the sample. */
void live_sample_add(struct live_sample *live_sample, void *object);
void live_sample_remove(struct live_sample *live_sample, const void *object);

/* Fibonacci hashing: the upper half of the product is well mixed. */
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

/* Call it before the object is freed. */
static inline void live_sample_freed(struct live_sample *live_sample, const void *object)
{
    if (live_sample_includes(live_sample, object))
        live_sample_remove(live_sample, object);
}

/* Visits some objects of the sample, under a lock: none is freed meanwhile, and `visit` must not
 * call functions of the sample. Start with from = 0 and continue with the value returned until it
 * is 0. When the sample changes between calls an object may be missed or visited twice. */
size_t live_sample_visit(struct live_sample *live_sample, size_t from,
                         void (*visit)(void *context, void *object), void *context);
/* N: one live object in N is in the sample. */
uint64_t live_sample_interval(const struct live_sample *live_sample);
/* Bytes that the sample takes. */
size_t live_sample_bytes(const struct live_sample *live_sample);
