/* live_sample.c - a hash table of addresses; when it is full, half of them are removed. */
#include "live_sample.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

#define TABLE_SIZE       (2 * LIVE_SAMPLE_MAX) /* open addressing, at most half full */
#define ENTRIES_PER_CALL 512

struct sample {
    struct live_sample live_sample; /* the public part */
    pthread_mutex_t lock;
    size_t count;
    void **table; /* its own allocation: both then fit a size class exactly */
};

static struct sample *sample_of(const struct live_sample *live_sample)
{
    return (struct sample *)live_sample;
}

struct live_sample *live_sample_create(struct memory_zone *zone)
{
    struct sample *sample = memory_alloc_zeroed(zone, sizeof *sample);
    sample->table = memory_alloc_zeroed(zone, TABLE_SIZE * sizeof *sample->table);
    pthread_mutex_init(&sample->lock, NULL);
    return &sample->live_sample;
}

void live_sample_destroy(struct live_sample *live_sample)
{
    struct sample *sample = sample_of(live_sample);
    assert(sample->count == 0);
    pthread_mutex_destroy(&sample->lock);
    memory_free(sample->table);
    memory_free(sample);
}

/* The high bits of the hash: the mask uses the low ones. */
static size_t entry_home(const void *object)
{
    return (size_t)(live_sample_hash(object) >> 16) % TABLE_SIZE;
}

static size_t entry_next(size_t at)
{
    return (at + 1) % TABLE_SIZE;
}

/* Where the object is, or would be inserted. */
static size_t entry_find(const struct sample *sample, const void *object)
{
    size_t at = entry_home(object);
    while (sample->table[at] != NULL && sample->table[at] != object)
        at = entry_next(at);
    return at;
}

/* Removes an entry and moves later entries into the gap (Knuth's algorithm R). */
static void entry_clear(struct sample *sample, size_t gap)
{
    sample->count--;
    for (size_t next = entry_next(gap); sample->table[next] != NULL; next = entry_next(next)) {
        size_t home = entry_home(sample->table[next]);
        if ((next - home) % TABLE_SIZE < (next - gap) % TABLE_SIZE)
            continue;
        sample->table[gap] = sample->table[next];
        gap = next;
    }
    sample->table[gap] = NULL;
}

/* Doubles N and removes the objects that are no longer in the sample, about half of them. */
static void sample_thin(struct sample *sample)
{
    void *kept[LIVE_SAMPLE_MAX + 1];
    size_t count = 0;
    uint64_t mask = atomic_load_explicit(&sample->live_sample.mask, memory_order_relaxed);
    atomic_store_explicit(&sample->live_sample.mask, mask * 2 + 1, memory_order_relaxed);
    for (size_t i = 0; i < TABLE_SIZE; i++)
        if (sample->table[i] != NULL &&
            live_sample_includes(&sample->live_sample, sample->table[i]))
            kept[count++] = sample->table[i];
    memset(sample->table, 0, TABLE_SIZE * sizeof *sample->table);
    for (size_t i = 0; i < count; i++)
        sample->table[entry_find(sample, kept[i])] = kept[i];
    sample->count = count;
}

void live_sample_add(struct live_sample *live_sample, void *object)
{
    struct sample *sample = sample_of(live_sample);
    pthread_mutex_lock(&sample->lock);
    if (live_sample_includes(live_sample, object)) {
        sample->table[entry_find(sample, object)] = object;
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
    size_t at = entry_find(sample, object);
    if (sample->table[at] != NULL)
        entry_clear(sample, at);
    pthread_mutex_unlock(&sample->lock);
}

size_t live_sample_visit(struct live_sample *live_sample, size_t from,
                         void (*visit)(void *context, void *object), void *context)
{
    struct sample *sample = sample_of(live_sample);
    size_t end = from + ENTRIES_PER_CALL;
    pthread_mutex_lock(&sample->lock);
    for (size_t i = from; i < end; i++)
        if (sample->table[i] != NULL)
            visit(context, sample->table[i]);
    pthread_mutex_unlock(&sample->lock);
    return end % TABLE_SIZE;
}

uint64_t live_sample_interval(const struct live_sample *live_sample)
{
    return atomic_load_explicit(&live_sample->mask, memory_order_relaxed) + 1;
}

size_t live_sample_bytes(const struct live_sample *live_sample)
{
    const struct sample *sample = sample_of(live_sample);
    return memory_usable(sample) + memory_usable(sample->table);
}
