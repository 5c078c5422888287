/* shards.c - caches with a lock each, and counters of the records created and freed. */
#include "shards.h"

#include <pthread.h>
#include <stdatomic.h>

#define SHARDS_MAX        64
#define SHARD_ENTRIES_MIN 64 /* per shard; smaller capacities are not divided further */
#define SHARD_BYTES_MIN   (UINT64_C(1) << 20)
#define RESIZE_ENTRIES    32 /* evicted per shard in one step */
#define RESIZE_BYTES      (UINT64_C(16) << 10)
#define CACHE_LINE_BYTES  64
#define HASH_SHIFT        40 /* selects bits that the caches' indexes hardly use */
#define COUNTERS          16 /* so that threads rarely write to the same cache line */
#define RECORD_SHIFT      9  /* selects bits in which the addresses of records differ */

struct shard {
    pthread_mutex_t lock;
    struct cache *cache;
    char padding[CACHE_LINE_BYTES]; /* from the next shard's lock */
};

/* Counts the records whose address selects it. `freed` is without those freed by a cache. */
struct counter {
    atomic_uint_least64_t created, created_bytes, freed, freed_bytes, held;
    char padding[CACHE_LINE_BYTES]; /* from the next counter */
};

struct shards {
    struct memory_zone *zone;
    size_t count;
    bool weak;
    struct live_sample *live_sample;
    atomic_uint_least64_t capacity_entries, capacity_bytes;
    struct counter counters[COUNTERS];
    struct shard shard[];
};

static bool capacity_suffices(uint64_t capacity, uint64_t least, size_t count)
{
    return capacity == 0 || capacity / count >= least;
}

static size_t count_choose(const struct cache_setup *setup, size_t min_count)
{
    size_t count = 1;
    while (count < min_count && count < SHARDS_MAX &&
           capacity_suffices(setup->capacity_entries, SHARD_ENTRIES_MIN, 2 * count) &&
           capacity_suffices(setup->capacity_bytes, SHARD_BYTES_MIN, 2 * count))
        count *= 2;
    return count;
}

/* The shard's part of a capacity; the first shards get the remainder. */
static uint64_t capacity_share(uint64_t capacity, size_t index, size_t count)
{
    return capacity / count + (index < capacity % count);
}

static void shard_init(struct shards *shards, const struct cache_setup *setup, size_t index)
{
    struct shard *shard = &shards->shard[index];
    struct cache_setup own = *setup;
    size_t count = shards->count;
    own.live_sample = shards->live_sample;
    own.capacity_entries = capacity_share(setup->capacity_entries, index, count);
    own.capacity_bytes = capacity_share(setup->capacity_bytes, index, count);
    own.seed = setup->seed + index;
    pthread_mutex_init(&shard->lock, NULL);
    shard->cache = cache_create(&own);
}

struct shards *shards_create(const struct cache_setup *setup, size_t min_count)
{
    size_t count = count_choose(setup, min_count);
    struct memory_zone *zone = memory_zone_create();
    struct shards *shards =
        memory_alloc_zeroed(zone, sizeof *shards + count * sizeof(struct shard));
    shards->zone = zone;
    shards->count = count;
    shards->weak = setup->policy->weak;
    shards->live_sample = live_sample_create(zone);
    atomic_store(&shards->capacity_entries, setup->capacity_entries);
    atomic_store(&shards->capacity_bytes, setup->capacity_bytes);
    for (size_t i = 0; i < count; i++)
        shard_init(shards, setup, i);
    return shards;
}

void shards_destroy(struct shards *shards)
{
    struct memory_zone *zone = shards->zone;
    for (size_t i = 0; i < shards->count; i++) {
        cache_destroy(shards->shard[i].cache);
        pthread_mutex_destroy(&shards->shard[i].lock);
    }
    live_sample_destroy(shards->live_sample);
    memory_free(shards);
    memory_zone_destroy(zone);
}

void shards_capacity(struct shards *shards, uint64_t *entries, uint64_t *bytes)
{
    *entries = atomic_load_explicit(&shards->capacity_entries, memory_order_relaxed);
    *bytes = atomic_load_explicit(&shards->capacity_bytes, memory_order_relaxed);
}

/* A limit between the present value and the target, one step down. */
static uint64_t limit_approach(uint64_t target, uint64_t now, uint64_t step)
{
    return target > 0 && now > step && now - step > target ? now - step : target;
}

/* Returns whether the limits are reached; also true when a step evicts nothing more. */
static bool cache_approach(struct cache *cache, uint64_t entries, uint64_t bytes)
{
    struct cache_stats before, after;
    cache_stats(cache, &before);
    uint64_t entries_now = limit_approach(entries, before.entries, RESIZE_ENTRIES);
    uint64_t bytes_now = limit_approach(bytes, before.bytes, RESIZE_BYTES);
    cache_resize(cache, entries_now, bytes_now);
    cache_stats(cache, &after);
    if (entries_now == entries && bytes_now == bytes)
        return true;
    if (after.entries < before.entries)
        return false;
    cache_resize(cache, entries, bytes);
    return true;
}

bool shards_resize(struct shards *shards, uint64_t entries, uint64_t bytes)
{
    bool reached = true;
    for (size_t i = 0; i < shards->count; i++) {
        struct cache *cache = shards_enter(shards, i);
        reached &= cache_approach(cache, capacity_share(entries, i, shards->count),
                                  capacity_share(bytes, i, shards->count));
        shards_leave(shards, i);
    }
    if (reached) {
        atomic_store(&shards->capacity_entries, entries);
        atomic_store(&shards->capacity_bytes, bytes);
    }
    return reached;
}

size_t shards_count(const struct shards *shards)
{
    return shards->count;
}

size_t shards_index(const struct shards *shards, uint64_t hash)
{
    return (hash >> HASH_SHIFT) & (shards->count - 1);
}

struct cache *shards_enter(struct shards *shards, size_t index)
{
    pthread_mutex_lock(&shards->shard[index].lock);
    return shards->shard[index].cache;
}

void shards_leave(struct shards *shards, size_t index)
{
    pthread_mutex_unlock(&shards->shard[index].lock);
}

static struct counter *counter_of(struct shards *shards, const struct record *record)
{
    return &shards->counters[((uintptr_t)record >> RECORD_SHIFT) % COUNTERS];
}

static void count(atomic_uint_least64_t *counter, uint64_t more)
{
    atomic_fetch_add_explicit(counter, more, memory_order_release);
}

static void uncount(atomic_uint_least64_t *counter, uint64_t less)
{
    atomic_fetch_sub_explicit(counter, less, memory_order_relaxed);
}

void shards_count_created(struct shards *shards, struct record *record)
{
    struct counter *counter = counter_of(shards, record);
    count(&counter->created, 1);
    count(&counter->created_bytes, record_bytes(record));
    count(&counter->held, 1);
    live_sample_created(shards->live_sample, record);
}

void shards_count_held(struct shards *shards, struct record *record)
{
    count(&counter_of(shards, record)->held, 1);
}

void shards_hold(struct shards *shards, struct record *record)
{
    record_hold(record);
    shards_count_held(shards, record);
}

void shards_release(struct shards *shards, struct record *record)
{
    uncount(&counter_of(shards, record)->held, 1);
    shards_drop(shards, record);
}

void shards_drop(struct shards *shards, struct record *record)
{
    if (!record_drop(record))
        return;
    if (shards->weak) {
        uint64_t hash = cache_hash(record_key(record));
        size_t index = shards_index(shards, hash);
        cache_forget(shards_enter(shards, index), record, hash);
        shards_leave(shards, index);
    }
    count(&counter_of(shards, record)->freed, 1);
    count(&counter_of(shards, record)->freed_bytes, record_bytes(record));
    live_sample_freed(shards->live_sample, record);
    record_free(record);
}

void shards_tick(struct shards *shards, uint64_t now_ns)
{
    for (size_t i = 0; i < shards->count; i++) {
        cache_tick(shards_enter(shards, i), now_ns);
        shards_leave(shards, i);
    }
}

static void stats_add(struct cache_stats *sum, const struct cache_stats *more)
{
    sum->entries += more->entries;
    sum->payload_bytes += more->payload_bytes;
    sum->bytes += more->bytes;
    sum->hits += more->hits;
    sum->misses += more->misses;
    sum->insertions += more->insertions;
    sum->replacements += more->replacements;
    sum->evictions += more->evictions;
    sum->expirations += more->expirations;
    sum->removals += more->removals;
    sum->freed_records += more->freed_records;
    sum->freed_record_bytes += more->freed_record_bytes;
}

static void zones_add(struct memory_zone_figures *sum, const struct memory_zone_figures *more)
{
    sum->allocated_bytes += more->allocated_bytes;
    sum->active_bytes += more->active_bytes;
    sum->resident_bytes += more->resident_bytes;
    sum->metadata_bytes += more->metadata_bytes;
    sum->retained_bytes += more->retained_bytes;
}

/* Sums over all counters. */
struct totals {
    uint64_t created, created_bytes, freed, freed_bytes, held;
};

/* Reads `freed` first, and with acquire order: a thread that sees that a record was freed then sees
 * that it was created, so that no difference is negative, on any processor. */
static struct totals totals_read(struct shards *shards)
{
    struct totals totals = {0};
    for (size_t i = 0; i < COUNTERS; i++) {
        totals.freed += atomic_load_explicit(&shards->counters[i].freed, memory_order_acquire);
        totals.freed_bytes +=
            atomic_load_explicit(&shards->counters[i].freed_bytes, memory_order_acquire);
    }
    for (size_t i = 0; i < COUNTERS; i++) {
        totals.held += atomic_load_explicit(&shards->counters[i].held, memory_order_relaxed);
        totals.created += atomic_load_explicit(&shards->counters[i].created, memory_order_relaxed);
        totals.created_bytes +=
            atomic_load_explicit(&shards->counters[i].created_bytes, memory_order_relaxed);
    }
    return totals;
}

static uint64_t subtract(uint64_t all, uint64_t part)
{
    return all > part ? all - part : 0;
}

void shards_read(struct shards *shards, struct cache_stats *stats,
                 struct memory_zone_figures *zones, struct shards_figures *records)
{
    *stats = (struct cache_stats){0};
    *zones = (struct memory_zone_figures){0};
    memory_refresh();
    for (size_t i = 0; i < shards->count; i++) {
        struct cache_stats one;
        struct memory_zone_figures zone;
        struct cache *cache = shards_enter(shards, i);
        cache_stats(cache, &one);
        memory_zone_read_cached(cache_zone(cache), &zone);
        shards_leave(shards, i);
        stats_add(stats, &one);
        zones_add(zones, &zone);
    }
    struct totals totals = totals_read(shards);
    *records = (struct shards_figures){
        .live_records = subtract(totals.created, totals.freed + stats->freed_records),
        .live_record_bytes =
            subtract(totals.created_bytes, totals.freed_bytes + stats->freed_record_bytes),
        .held_records = totals.held,
    };
}

void shards_census(struct shards *shards, struct census *census)
{
    uint64_t cache_freed = 0, cache_freed_bytes = 0;
    for (size_t i = 0; i < shards->count; i++) {
        struct cache_stats one;
        struct cache *cache = shards_enter(shards, i);
        cache_census(cache, SHARDS_CACHE, census);
        cache_stats(cache, &one);
        shards_leave(shards, i);
        cache_freed += one.freed_records;
        cache_freed_bytes += one.freed_record_bytes;
    }
    struct totals totals = totals_read(shards);
    struct census_row ever = {SHARDS_CACHE, "record", .total = totals.created,
                              .total_bytes = totals.created_bytes};
    census_add(census, &ever);
    const struct census_row *inside = census_find(census, SHARDS_CACHE, "record");
    census_add(
        census,
        &(struct census_row){
            .container = SHARDS_OUTSIDE,
            .type = "record",
            .live = subtract(totals.created - totals.freed - cache_freed, inside->live),
            .live_bytes = subtract(totals.created_bytes - totals.freed_bytes - cache_freed_bytes,
                                   inside->live_bytes)});
}

struct live_sample *shards_live_sample(struct shards *shards)
{
    return shards->live_sample;
}

bool shards_own_records(const struct shards *shards)
{
    return !shards->weak;
}
