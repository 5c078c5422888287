/* bed.c - caches of any policy, filled, read and renewed alike. */
#include "bed.h"

#include <string.h>

#define PUT_NS       UINT64_C(1000000) /* time that passes with a put */
#define SETTLE_TICKS 100000            /* a bucket or a chunk each: enough for a million entries */

struct bed {
    struct memory_zone *zone; /* of the bed itself, not of the cache */
    struct cache *cache;
    struct bed_setup is;
    uint32_t next;         /* key of the next put */
    uint32_t eldest;       /* key of the entry that goes by hand where the policy lets nobody go */
    struct record *anchor; /* keeps a page of the zone, so that lone records need not ask for one */
    struct record **owned; /* by key modulo entries: the records of a weak cache */
    uint64_t now_ns;
};

/* Sixteen hexadecimal digits. */
static void word_write(char *text, uint64_t word)
{
    for (int i = 0; i < 16; i++)
        text[i] = "0123456789abcdef"[word >> (60 - 4 * i) & 15];
}

struct key *keys_create(struct memory_zone *zone, uint32_t count)
{
    struct key *keys = memory_alloc(zone, count * sizeof *keys);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t word = i + 1;
        for (int at = 0; at < KEY_CHARS; at += 16)
            word_write(keys[i].text + at, word = cache_hash_id(word));
        keys[i].hash = cache_hash(key_span(&keys[i]));
    }
    return keys;
}

static struct cache *cache_for(const struct policy *policy, uint32_t entries)
{
    struct cache_setup setup = {.policy = policy, .seed = 1};
    if (policy->limits & KEEPS_CAPACITY)
        setup.capacity_entries = entries;
    else if (policy->limits & KEEPS_AGE)
        setup.ttl_ns = entries * PUT_NS;
    return cache_create(&setup);
}

static struct record *record_sized(struct bed *bed, uint32_t key, size_t body_chars)
{
    static const char body[BODY_CHARS_MAX];
    return record_create(cache_zone(bed->cache), key_span(&bed->is.keys[key]),
                         (struct span){body, body_chars}, KEY_APART);
}

struct record *bed_record(struct bed *bed, uint32_t key)
{
    return record_sized(bed, key, bed->is.body_chars);
}

struct bed *bed_create(struct memory_zone *zone, const struct bed_setup *setup)
{
    struct bed *bed = memory_alloc(zone, sizeof *bed);
    *bed = (struct bed){.zone = zone,
                        .cache = cache_for(setup->policy, setup->entries),
                        .is = *setup,
                        .next = setup->entries % setup->key_count};
    bed->anchor = bed_record(bed, 0);
    if (setup->policy->weak) { /* written here, so that RSS does not grow by it later */
        bed->owned = memory_alloc(zone, setup->entries * sizeof(struct record *));
        memset(bed->owned, 0, setup->entries * sizeof(struct record *));
    }
    return bed;
}

static void record_let_go(struct bed *bed, struct record *record, uint64_t hash)
{
    if (!record_drop(record))
        return;
    if (bed->is.policy->weak)
        cache_forget(bed->cache, record, hash);
    record_free(record);
}

void bed_destroy(struct bed *bed)
{
    for (uint32_t i = 0; bed->owned != NULL && i < bed->is.entries; i++)
        if (bed->owned[i] != NULL)
            record_let_go(bed, bed->owned[i], cache_hash(record_key(bed->owned[i])));
    memory_free(bed->owned);
    record_free(bed->anchor);
    cache_destroy(bed->cache);
    memory_free(bed);
}

void bed_keep(struct bed *bed, uint32_t key, struct record *record)
{
    bed->now_ns += PUT_NS;
    cache_put(bed->cache, record, bed->is.keys[key].hash, bed->now_ns);
    if (bed->is.policy->weak)
        bed->owned[key % bed->is.entries] = record;
    else
        record_let_go(bed, record, bed->is.keys[key].hash);
}

bool bed_drop(struct bed *bed, uint32_t key)
{
    if (!bed->is.policy->weak)
        return cache_remove(bed->cache, key_span(&bed->is.keys[key]), bed->is.keys[key].hash);
    struct record **owned = &bed->owned[key % bed->is.entries];
    if (*owned == NULL)
        return false;
    record_let_go(bed, *owned, cache_hash(record_key(*owned)));
    *owned = NULL;
    return true;
}

/* A step that visits every key once, about as far as the golden ratio: the sizes are powers of
 * ten. */
static uint32_t stride_for(uint32_t count)
{
    uint32_t stride = (uint32_t)(count * 0.618) | 1;
    return stride % 5 == 0 ? stride + 2 : stride;
}

void bed_fill(struct bed *bed)
{
    uint64_t stride = stride_for(bed->is.entries), key = 0;
    for (uint32_t i = 0; i < bed->is.entries; i++) {
        bed_keep(bed, (uint32_t)key, bed_record(bed, (uint32_t)key));
        key = (key + stride) % bed->is.entries;
    }
}

void bed_settle(struct bed *bed)
{
    for (int i = 0; i < SETTLE_TICKS; i++)
        cache_tick(bed->cache, bed->now_ns);
}

static uint32_t ring_next(const struct bed *bed, uint32_t key)
{
    return key + 1 == bed->is.key_count ? 0 : key + 1;
}

void bed_put(struct bed *bed)
{
    struct record *record = bed_record(bed, bed->next);
    if (bed->is.policy->limits == 0) {
        bed_drop(bed, bed->eldest);
        bed->eldest = ring_next(bed, bed->eldest);
    }
    bed_keep(bed, bed->next, record);
    bed->next = ring_next(bed, bed->next);
}

void bed_renew(struct bed *bed)
{
    for (uint32_t i = 0; i < bed->is.entries; i++)
        bed_put(bed);
}

bool bed_get(struct bed *bed, const struct key *key)
{
    struct record *record = cache_get(bed->cache, key_span(key), key->hash, bed->now_ns);
    if (record == NULL)
        return false;
    record_drop(record); /* never the last: the cache, or the bed, owns one more */
    return true;
}

void bed_stats(const struct bed *bed, struct cache_stats *stats)
{
    cache_stats(bed->cache, stats);
}

size_t bed_rounding(struct bed *bed)
{
    size_t usable = 0;
    for (size_t chars = bed->is.body_chars; chars <= BODY_CHARS_MAX; chars++) {
        struct record *record = record_sized(bed, 0, chars);
        size_t bytes = record_bytes(record);
        record_free(record);
        if (usable != 0 && bytes > usable)
            return chars - 1 - bed->is.body_chars;
        usable = bytes;
    }
    return 0;
}
