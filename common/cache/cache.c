/* cache.c - the parts of a cache that are the same for all policies. */
#include "cache.h"

#include "account.h"
#include "index.h"
#include "slots.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

struct cache {
    const struct policy *policy;
    void *order;
    struct index index;
    struct slots slots;
    struct account account, order_account;
    uint64_t capacity_entries; /* UINT64_MAX: no limit */
    uint64_t capacity_bytes;   /* UINT64_MAX: no limit */
    struct live_sample *live_sample;
    bool limited_bytes;
    bool keys_only;
    uint64_t record_bytes;    /* usable sizes of the records in the cache */
    struct cache_stats stats; /* without `bytes`, which is computed */
};

static struct record *slot_record(const struct cache *cache, uint32_t slot)
{
    return (struct record *)(uintptr_t)*slot_word(&cache->slots, slot);
}

static uint64_t slot_hash(const void *context, uint32_t slot)
{
    const struct cache *cache = context;
    if (cache->keys_only)
        return *slot_word(&cache->slots, slot);
    return cache_hash(record_key(slot_record(cache, slot)));
}

uint64_t cache_hash(struct span key)
{
    return XXH3_64bits(key.bytes, key.count);
}

static uint64_t limit_or_none(uint64_t limit)
{
    return limit == 0 ? UINT64_MAX : limit;
}

struct cache *cache_create(const struct cache_setup *setup)
{
    struct account account = {.zone = memory_zone_create()};
    struct cache *cache = account_alloc(&account, sizeof *cache);
    *cache = (struct cache){.policy = setup->policy,
                            .account = account,
                            .capacity_entries = limit_or_none(setup->capacity_entries),
                            .capacity_bytes = limit_or_none(setup->capacity_bytes),
                            .live_sample = setup->live_sample,
                            .limited_bytes = setup->capacity_bytes != 0,
                            .keys_only = setup->keys_only};
    account_open(&cache->order_account, &cache->account, "order");
    slots_create(&cache->slots, &cache->account, setup->policy->node_bytes);
    index_create(&cache->index, &cache->account, setup->capacity_entries, slot_hash, cache);
    cache->order = setup->policy->create(&(struct policy_setup){
        .account = &cache->order_account,
        .slots = &cache->slots,
        .capacity_entries = setup->capacity_entries,
        .capacity_bytes = setup->capacity_bytes,
        .ttl_ns = setup->ttl_ns,
        .seed = setup->seed,
    });
    return cache;
}

static void slot_release(void *context, uint32_t slot)
{
    struct cache *cache = context;
    if (cache->keys_only || cache->policy->weak)
        return;
    struct record *record = slot_record(cache, slot);
    if (!record_drop(record))
        return;
    cache->stats.freed_records++;
    cache->stats.freed_record_bytes += record_bytes(record);
    if (cache->live_sample)
        live_sample_freed(cache->live_sample, record);
    record_free(record);
}

void cache_destroy(struct cache *cache)
{
    struct memory_zone *zone = cache->account.zone;
    index_each(&cache->index, slot_release, cache);
    if (cache->policy->destroy != NULL)
        cache->policy->destroy(cache->order);
    account_free(&cache->order_account, cache->order);
    account_close(&cache->order_account);
    index_destroy(&cache->index);
    slots_destroy(&cache->slots);
    memory_free(cache);
    memory_zone_destroy(zone);
}

struct memory_zone *cache_zone(struct cache *cache)
{
    return cache->account.zone;
}

static uint64_t cache_bytes(const struct cache *cache)
{
    return cache->account.bytes + cache->record_bytes;
}

static void payload_add(struct cache *cache, const struct record *record)
{
    cache->record_bytes += record_bytes(record);
    cache->stats.payload_bytes += record_key(record).count + record_body(record).count;
}

static void payload_subtract(struct cache *cache, const struct record *record)
{
    cache->record_bytes -= record_bytes(record);
    cache->stats.payload_bytes -= record_key(record).count + record_body(record).count;
}

/* The only function that removes an entry. */
static void entry_leave(struct cache *cache, uint32_t slot, enum leaving why)
{
    uint64_t hash = slot_hash(cache, slot);
    index_remove(&cache->index, hash, slot);
    cache->policy->remove(cache->order, slot, hash, why);
    cache->stats.entries--;
    if (!cache->keys_only)
        payload_subtract(cache, slot_record(cache, slot));
    slot_release(cache, slot);
    slots_give(&cache->slots, slot);
}

static void cache_expire_all(struct cache *cache, uint64_t now_ns)
{
    for (uint32_t slot; (slot = cache->policy->expired(cache->order, now_ns)) != NO_SLOT;) {
        entry_leave(cache, slot, LEAVES_EXPIRED);
        cache->stats.expirations++;
    }
}

static inline void cache_expire(struct cache *cache, uint64_t now_ns)
{
    if (cache->policy->expired != NULL)
        cache_expire_all(cache, now_ns);
}

/* The slot, or NO_SLOT when its entry has expired, which is then removed. */
static inline uint32_t slot_if_fresh(struct cache *cache, uint32_t slot, uint64_t now_ns)
{
    if (cache->policy->stale == NULL || slot == NO_SLOT ||
        !cache->policy->stale(cache->order, slot, now_ns))
        return slot;
    entry_leave(cache, slot, LEAVES_EXPIRED);
    cache->stats.expirations++;
    return NO_SLOT;
}

/* How many entries fit: the limit, or as many as the bytes allow at the present mean size. */
static uint32_t capacity_now(const struct cache *cache)
{
    uint64_t capacity = cache->capacity_entries;
    if (cache->limited_bytes) {
        double mean_bytes = (double)cache_bytes(cache) / (double)(cache->stats.entries + 1);
        uint64_t fitting = (uint64_t)((double)cache->capacity_bytes / mean_bytes);
        capacity = fitting < capacity ? fitting : capacity;
    }
    return capacity < NO_SLOT ? (uint32_t)capacity : NO_SLOT;
}

/* Whether `entries` (0 or 1) and `bytes` more would exceed a limit, index and slots included. */
static bool cache_is_over(const struct cache *cache, uint64_t entries, uint64_t bytes)
{
    if (cache->stats.entries + entries > cache->capacity_entries)
        return true;
    if (!cache->limited_bytes)
        return false;
    if (entries > 0)
        bytes += slots_growth(&cache->slots) + index_growth(&cache->index);
    return cache_bytes(cache) + bytes > cache->capacity_bytes;
}

/* Evicts entries until `entries` and `bytes` more fit. False: the policy evicts none. */
static bool cache_make_room(struct cache *cache, uint64_t entries, uint64_t bytes,
                            struct access *access)
{
    while (cache_is_over(cache, entries, bytes)) {
        uint32_t slot = cache->policy->victim(cache->order, access);
        if (slot == NO_SLOT)
            return false;
        entry_leave(cache, slot, LEAVES_EVICTED);
        cache->stats.evictions++;
        access->capacity = capacity_now(cache);
    }
    return true;
}

/* Puts a new entry into a slot. Index and slots may grow for it, so that others are evicted. */
static void entry_enter(struct cache *cache, struct access *access, uint64_t word)
{
    uint32_t slot = slots_take(&cache->slots);
    *slot_word(&cache->slots, slot) = word;
    index_insert(&cache->index, access->hash, slot);
    cache->policy->insert(cache->order, slot, access);
    cache->stats.entries++;
    cache->stats.insertions++;
    if (cache->limited_bytes)
        cache_make_room(cache, 0, 0, access);
    cache_expire(cache, access->now_ns);
}

static bool same_hash(const void *context, uint32_t slot)
{
    const struct access *access = ((const void *const *)context)[1];
    const struct cache *cache = ((const void *const *)context)[0];
    return *slot_word(&cache->slots, slot) == access->hash;
}

/* A policy may allocate memory on a hit, so that entries are evicted. */
static void entry_hit(struct cache *cache, uint32_t slot, struct access *access)
{
    cache->stats.hits++;
    cache->policy->hit(cache->order, slot, access);
    if (cache->limited_bytes)
        cache_make_room(cache, 0, 0, access);
}

/* How many requests ahead a bucket is prefetched, and then the slot that is likely to be hit. */
#define BUCKET_AHEAD 16
#define SLOT_AHEAD   8

/* Whether the slot guessed some requests ago has the hash. A slot that is free now has a number up
 * to SLOT_CHUNK_SLOTS instead. */
static bool guess_holds(const struct cache *cache, uint32_t slot, uint64_t hash)
{
    return slot != NO_SLOT && hash > SLOT_CHUNK_SLOTS && slots_has_chunk(&cache->slots, slot) &&
           *slot_word(&cache->slots, slot) == hash;
}

static inline bool cache_access_guessed(struct cache *cache, struct access *access, uint32_t slot)
{
    access->capacity = capacity_now(cache);
    cache_expire(cache, access->now_ns);
    if (!guess_holds(cache, slot, access->hash)) {
        const void *context[2] = {cache, access};
        slot = index_find(&cache->index, access->hash, same_hash, context);
    }
    slot = slot_if_fresh(cache, slot, access->now_ns);
    if (slot != NO_SLOT) {
        entry_hit(cache, slot, access);
        return true;
    }
    cache->stats.misses++;
    if (cache_make_room(cache, 1, 0, access))
        entry_enter(cache, access, access->hash);
    return false;
}

bool cache_get_or_insert(struct cache *cache, struct access *access)
{
    return cache_access_guessed(cache, access, NO_SLOT);
}

/* Flattened, because the functions called are short and run for every request of a replay. */
__attribute__((flatten)) void cache_get_or_insert_many(struct cache *cache, struct access *accesses,
                                                       size_t count, bool *hits)
{
    uint32_t guesses[SLOT_AHEAD];
    for (size_t i = 0; i < count + BUCKET_AHEAD; i++) {
        if (i < count)
            index_prefetch(&cache->index, accesses[i].hash);
        size_t now = i - BUCKET_AHEAD;
        if (now < count)
            hits[now] = cache_access_guessed(cache, &accesses[now], guesses[now % SLOT_AHEAD]);
        size_t near = now + SLOT_AHEAD;
        if (near < count) {
            uint32_t guess = index_guess(&cache->index, accesses[near].hash);
            guesses[near % SLOT_AHEAD] = guess;
            slot_prefetch(&cache->slots, guess);
        }
    }
}

struct search {
    const struct cache *cache;
    struct span key;
};

static bool same_key(const void *context, uint32_t slot)
{
    const struct search *search = context;
    struct span key = record_key(slot_record(search->cache, slot));
    return key.count == search->key.count && memcmp(key.bytes, search->key.bytes, key.count) == 0;
}

static uint32_t cache_find(const struct cache *cache, struct span key, uint64_t hash)
{
    struct search search = {cache, key};
    return index_find(&cache->index, hash, same_key, &search);
}

static struct record *slot_hold(const struct cache *cache, uint32_t slot)
{
    struct record *record = slot_record(cache, slot);
    if (cache->policy->weak)
        return record_hold_if_alive(record) ? record : NULL;
    record_hold(record);
    return record;
}

struct record *cache_peek(const struct cache *cache, struct span key, uint64_t hash)
{
    uint32_t slot = cache_find(cache, key, hash);
    return slot == NO_SLOT ? NULL : slot_hold(cache, slot);
}

struct record *cache_get_as(struct cache *cache, struct span key, struct access *access)
{
    cache_expire(cache, access->now_ns);
    uint32_t slot = slot_if_fresh(cache, cache_find(cache, key, access->hash), access->now_ns);
    struct record *record = slot == NO_SLOT ? NULL : slot_hold(cache, slot);
    if (record == NULL) {
        cache->stats.misses++;
        return NULL;
    }
    access->bytes = (uint32_t)record_bytes(record);
    access->capacity = capacity_now(cache);
    entry_hit(cache, slot, access);
    return record;
}

void cache_put_as(struct cache *cache, struct record *record, struct access *access)
{
    cache_expire(cache, access->now_ns);
    uint32_t slot = cache_find(cache, record_key(record), access->hash);
    if (slot != NO_SLOT) {
        entry_leave(cache, slot, LEAVES_DELETED);
        cache->stats.replacements++;
    }
    access->bytes = (uint32_t)record_bytes(record);
    access->capacity = capacity_now(cache);
    if (cache->account.bytes + access->bytes > cache->capacity_bytes ||
        !cache_make_room(cache, 1, access->bytes, access))
        return;
    if (!cache->policy->weak)
        record_hold(record);
    payload_add(cache, record);
    entry_enter(cache, access, (uintptr_t)record);
}

/* Evicts what no longer fits when the index begins to shrink, for which it needs memory. */
static void cache_settle(struct cache *cache, uint64_t now_ns)
{
    struct access access = {.now_ns = now_ns, .capacity = capacity_now(cache)};
    if (cache->limited_bytes)
        cache_make_room(cache, 0, 0, &access);
}

void cache_tick(struct cache *cache, uint64_t now_ns)
{
    cache_expire(cache, now_ns);
    index_step(&cache->index);
    cache_settle(cache, now_ns);
}

bool cache_remove(struct cache *cache, struct span key, uint64_t hash)
{
    uint32_t slot = cache_find(cache, key, hash);
    if (slot == NO_SLOT)
        return false;
    entry_leave(cache, slot, LEAVES_DELETED);
    cache->stats.removals++;
    cache_settle(cache, 0);
    return true;
}

void cache_forget(struct cache *cache, struct record *record, uint64_t hash)
{
    if (!cache->policy->weak)
        return;
    uint32_t slot = cache_find(cache, record_key(record), hash);
    if (slot == NO_SLOT || slot_record(cache, slot) != record)
        return;
    entry_leave(cache, slot, LEAVES_DELETED);
    cache->stats.removals++;
}

void cache_stats(const struct cache *cache, struct cache_stats *stats)
{
    *stats = cache->stats;
    stats->bytes = cache_bytes(cache);
}

/* A slot in use has an address, a free one a number up to SLOT_CHUNK_SLOTS. */
static bool slot_in_use(const struct cache *cache, uint32_t slot)
{
    return slots_has_chunk(&cache->slots, slot) &&
           *slot_word(&cache->slots, slot) > SLOT_CHUNK_SLOTS;
}

/* Adds the row of the account, and those of the accounts below it. */
static void account_census(const struct account *account, const char *name, struct census *census)
{
    struct census_row row = {.live = account->live,
                             .live_bytes = account->live_bytes,
                             .total = account->total,
                             .total_bytes = account->total_bytes};
    snprintf(row.container, sizeof row.container, "%s", name);
    snprintf(row.type, sizeof row.type, "%s", account->name ? account->name : "cache");
    census_add(census, &row);
    for (const struct account *below = account->below; below; below = below->next) {
        char inner[CENSUS_NAME_BYTES];
        snprintf(inner, sizeof inner, "%.40s.%.20s", name, below->name);
        account_census(below, inner, census);
    }
}

void cache_census(const struct cache *cache, const char *name, struct census *census)
{
    struct census_row records = {.type = "record",
                                 .live = cache->keys_only ? 0 : cache->stats.entries,
                                 .live_bytes = cache->record_bytes};
    snprintf(records.container, sizeof records.container, "%s", name);
    census_add(census, &records);
    account_census(&cache->account, name, census);
}

/* Introspection. */

const struct record *cache_peek_borrowed(const struct cache *cache, struct span key, uint64_t hash)
{
    uint32_t slot = cache_find(cache, key, hash);
    return slot == NO_SLOT ? NULL : slot_record(cache, slot);
}

uint32_t cache_slots_end(const struct cache *cache)
{
    return cache->slots.chunk_count << SLOT_CHUNK_BITS;
}

/* Returns the first slot in use from *slot on, or NO_SLOT, and sets *slot to the next one. A chunk
 * that is not allocated counts as one slot. */
static uint32_t slot_next(const struct cache *cache, uint32_t *slot, uint32_t limit)
{
    uint32_t end = cache_slots_end(cache);
    while (*slot < end && limit-- > 0) {
        uint32_t here = *slot;
        if (!slots_has_chunk(&cache->slots, here))
            *slot = (here | (SLOT_CHUNK_SLOTS - 1)) + 1;
        else if (++*slot, slot_in_use(cache, here))
            return here;
    }
    if (*slot >= end)
        *slot = NO_SLOT;
    return NO_SLOT;
}

const struct record *cache_next(const struct cache *cache, uint32_t *slot, uint32_t limit)
{
    uint32_t found = slot_next(cache, slot, limit);
    return found == NO_SLOT ? NULL : slot_record(cache, found);
}

uint64_t cache_clear(struct cache *cache, uint32_t *slot, uint32_t limit)
{
    uint64_t removals = 0;
    uint32_t end = *slot + limit < NO_SLOT ? *slot + limit : NO_SLOT;
    while (*slot < end) {
        uint32_t found = slot_next(cache, slot, end - *slot);
        if (found == NO_SLOT)
            break;
        entry_leave(cache, found, LEAVES_DELETED);
        removals++;
    }
    cache->stats.removals += removals;
    cache_settle(cache, 0);
    return removals;
}

void cache_resize(struct cache *cache, uint64_t capacity_entries, uint64_t capacity_bytes)
{
    cache->capacity_entries = limit_or_none(capacity_entries);
    cache->capacity_bytes = limit_or_none(capacity_bytes);
    cache->limited_bytes = capacity_bytes != 0;
    struct access access = {.capacity = capacity_now(cache)};
    cache_make_room(cache, 0, 0, &access);
    index_expect(&cache->index, capacity_entries);
}
