/* live_sample.c - a table of addresses that thins itself out when it is full. */
#include "live_sample.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

#define PLACES         (2 * LIVE_SAMPLE_MAX) /* open addressing, at most half full */
#define LOOKED_AT_ONCE 512

struct sample {
    struct live_sample live_sample; /* the part that callers look at */
    pthread_mutex_t lock;
    size_t count;
    void **places; /* apart, so that each of the two fills a size class */
};

static struct sample *sample_of(const struct live_sample *live_sample)
{
    return (struct sample *)live_sample;
}

struct live_sample *live_sample_create(struct memory_zone *zone)
{
    struct sample *sample = memory_alloc_zeroed(zone, sizeof *sample);
    sample->places = memory_alloc_zeroed(zone, PLACES * sizeof *sample->places);
    pthread_mutex_init(&sample->lock, NULL);
    return &sample->live_sample;
}

void live_sample_destroy(struct live_sample *live_sample)
{
    struct sample *sample = sample_of(live_sample);
    assert(sample->count == 0);
    pthread_mutex_destroy(&sample->lock);
    memory_free(sample->places);
    memory_free(sample);
}

/* Bits that the mask, which grows from below, does not reach. */
static size_t place_home(const void *object)
{
    return (size_t)(live_sample_hash(object) >> 16) % PLACES;
}

static size_t place_next(size_t place)
{
    return (place + 1) % PLACES;
}

/* Where the object is, or else would be put. */
static size_t place_find(const struct sample *sample, const void *object)
{
    size_t place = place_home(object);
    while (sample->places[place] != NULL && sample->places[place] != object)
        place = place_next(place);
    return place;
}

/* Closes the gap: what follows it moves up unless it is at home (Knuth's algorithm R). */
static void place_clear(struct sample *sample, size_t gap)
{
    sample->count--;
    for (size_t next = place_next(gap); sample->places[next] != NULL; next = place_next(next)) {
        size_t home = place_home(sample->places[next]);
        if ((next - home) % PLACES < (next - gap) % PLACES)
            continue;
        sample->places[gap] = sample->places[next];
        gap = next;
    }
    sample->places[gap] = NULL;
}

/* Half of them leave the sample. */
static void sample_thin(struct sample *sample)
{
    void *kept[LIVE_SAMPLE_MAX + 1];
    size_t count = 0;
    uint64_t mask = atomic_load_explicit(&sample->live_sample.mask, memory_order_relaxed);
    atomic_store_explicit(&sample->live_sample.mask, mask * 2 + 1, memory_order_relaxed);
    for (size_t i = 0; i < PLACES; i++)
        if (sample->places[i] != NULL &&
            live_sample_includes(&sample->live_sample, sample->places[i]))
            kept[count++] = sample->places[i];
    memset(sample->places, 0, PLACES * sizeof *sample->places);
    for (size_t i = 0; i < count; i++)
        sample->places[place_find(sample, kept[i])] = kept[i];
    sample->count = count;
}

void live_sample_add(struct live_sample *live_sample, void *object)
{
    struct sample *sample = sample_of(live_sample);
    pthread_mutex_lock(&sample->lock);
    if (live_sample_includes(live_sample, object)) {
        sample->places[place_find(sample, object)] = object;
        sample->count++;
    }
    if (sample->count > LIVE_SAMPLE_MAX)
        sample_thin(sample);
    pthread_mutex_unlock(&sample->lock);
}

void live_sample_remove(struct live_sample *live_sample, const void *object)
{
    struct sample *sample = sample_of(live_sample);
    pthread_mutex_lock(&sample->lock);
    size_t place = place_find(sample, object);
    if (sample->places[place] != NULL)
        place_clear(sample, place);
    pthread_mutex_unlock(&sample->lock);
}

size_t live_sample_visit(struct live_sample *live_sample, size_t from,
                         void (*see)(void *context, void *object), void *context)
{
    struct sample *sample = sample_of(live_sample);
    size_t end = from + LOOKED_AT_ONCE;
    pthread_mutex_lock(&sample->lock);
    for (size_t i = from; i < end; i++)
        if (sample->places[i] != NULL)
            see(context, sample->places[i]);
    pthread_mutex_unlock(&sample->lock);
    return end % PLACES;
}

uint64_t live_sample_interval(const struct live_sample *live_sample)
{
    return atomic_load_explicit(&live_sample->mask, memory_order_relaxed) + 1;
}

size_t live_sample_bytes(const struct live_sample *live_sample)
{
    const struct sample *sample = sample_of(live_sample);
    return memory_usable(sample) + memory_usable(sample->places);
}
