/* cache_fixture.c - fills, reads and changes caches of any policy in the same way. */
#include "cache_fixture.h"

#include "units.h"

#include <string.h>

#define PUT_NS           NS_PER_MS /* by which time advances with every put */
#define SETTLE_ENTRIES   8 /* a tick moves a bucket or a chunk, which has at least as many */
#define SETTLE_TICKS_MIN 1000

struct cache_fixture {
    struct memory_zone *zone; /* of the fixture itself, not of the cache */
    struct cache *cache;
    struct cache_fixture_setup setup;
    uint32_t next;   /* key of the next put */
    uint32_t oldest; /* key of the entry to remove next, if the policy has no limit */
    struct record
        *anchor; /* keeps a page of the zone in use, so that single records do not need a new one */
    struct record **owned; /* the records of a weak cache, by key modulo entries; NULL for others */
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

static struct record *record_sized(struct cache_fixture *fixture, uint32_t key, size_t body_chars)
{
    static const char body[BODY_CHARS_MAX];
    return record_create(cache_zone(fixture->cache), key_span(&fixture->setup.keys[key]),
                         (struct span){body, body_chars}, KEY_APART);
}

struct record *cache_fixture_record(struct cache_fixture *fixture, uint32_t key)
{
    return record_sized(fixture, key, fixture->setup.body_chars);
}

struct cache_fixture *cache_fixture_create(struct memory_zone *zone,
                                           const struct cache_fixture_setup *setup)
{
    struct cache_fixture *fixture = memory_alloc(zone, sizeof *fixture);
    *fixture = (struct cache_fixture){.zone = zone,
                                      .cache = cache_for(setup->policy, setup->entries),
                                      .setup = *setup,
                                      .next = setup->entries % setup->key_count};
    fixture->anchor = cache_fixture_record(fixture, 0);
    if (setup->policy->weak) { /* written now, so that RSS does not grow by it later */
        fixture->owned = memory_alloc(zone, setup->entries * sizeof(struct record *));
        memset(fixture->owned, 0, setup->entries * sizeof(struct record *));
    }
    return fixture;
}

static void record_release(struct cache_fixture *fixture, struct record *record, uint64_t hash)
{
    if (!record_drop(record))
        return;
    if (fixture->setup.policy->weak)
        cache_forget(fixture->cache, record, hash);
    record_free(record);
}

void cache_fixture_destroy(struct cache_fixture *fixture)
{
    for (uint32_t i = 0; fixture->owned != NULL && i < fixture->setup.entries; i++)
        if (fixture->owned[i] != NULL)
            record_release(fixture, fixture->owned[i], cache_hash(record_key(fixture->owned[i])));
    memory_free(fixture->owned);
    record_free(fixture->anchor);
    cache_destroy(fixture->cache);
    memory_free(fixture);
}

void cache_fixture_insert(struct cache_fixture *fixture, uint32_t key, struct record *record)
{
    fixture->now_ns += PUT_NS;
    cache_put(fixture->cache, record, fixture->setup.keys[key].hash, fixture->now_ns);
    if (fixture->setup.policy->weak)
        fixture->owned[key % fixture->setup.entries] = record;
    else
        record_release(fixture, record, fixture->setup.keys[key].hash);
}

bool cache_fixture_remove(struct cache_fixture *fixture, uint32_t key)
{
    if (!fixture->setup.policy->weak)
        return cache_remove(fixture->cache, key_span(&fixture->setup.keys[key]),
                            fixture->setup.keys[key].hash);
    struct record **owned = &fixture->owned[key % fixture->setup.entries];
    if (*owned == NULL)
        return false;
    record_release(fixture, *owned, cache_hash(record_key(*owned)));
    *owned = NULL;
    return true;
}

static uint32_t common_divisor(uint32_t a, uint32_t b)
{
    return b == 0 ? a : common_divisor(b, a % b);
}

/* A step near the golden ratio that visits every key once: it has no divisor in common with
 * `count`. */
static uint32_t stride_for(uint32_t count)
{
    uint32_t stride = (uint32_t)(count * 0.618) | 1;
    while (common_divisor(stride, count) != 1)
        stride++;
    return stride;
}

void cache_fixture_fill(struct cache_fixture *fixture)
{
    uint64_t stride = stride_for(fixture->setup.entries), key = 0;
    for (uint32_t i = 0; i < fixture->setup.entries; i++) {
        cache_fixture_insert(fixture, (uint32_t)key, cache_fixture_record(fixture, (uint32_t)key));
        key = (key + stride) % fixture->setup.entries;
    }
}

void cache_fixture_settle(struct cache_fixture *fixture)
{
    uint32_t ticks = SETTLE_TICKS_MIN + fixture->setup.entries / SETTLE_ENTRIES;
    for (uint32_t i = 0; i < ticks; i++)
        cache_tick(fixture->cache, fixture->now_ns);
}

static uint32_t ring_next(const struct cache_fixture *fixture, uint32_t key)
{
    return key + 1 == fixture->setup.key_count ? 0 : key + 1;
}

void cache_fixture_put(struct cache_fixture *fixture)
{
    struct record *record = cache_fixture_record(fixture, fixture->next);
    if (fixture->setup.policy->limits == 0) {
        cache_fixture_remove(fixture, fixture->oldest);
        fixture->oldest = ring_next(fixture, fixture->oldest);
    }
    cache_fixture_insert(fixture, fixture->next, record);
    fixture->next = ring_next(fixture, fixture->next);
}

void cache_fixture_replace_all(struct cache_fixture *fixture)
{
    for (uint32_t i = 0; i < fixture->setup.entries; i++)
        cache_fixture_put(fixture);
}

bool cache_fixture_get(struct cache_fixture *fixture, const struct key *key)
{
    struct record *record = cache_get(fixture->cache, key_span(key), key->hash, fixture->now_ns);
    if (record == NULL)
        return false;
    record_drop(record); /* never the last reference: the cache or the fixture has another */
    return true;
}

void cache_fixture_stats(const struct cache_fixture *fixture, struct cache_stats *stats)
{
    cache_stats(fixture->cache, stats);
}

size_t cache_fixture_rounding(struct cache_fixture *fixture)
{
    size_t usable = 0;
    for (size_t chars = fixture->setup.body_chars; chars <= BODY_CHARS_MAX; chars++) {
        struct record *record = record_sized(fixture, 0, chars);
        size_t bytes = record_bytes(record);
        record_free(record);
        if (usable != 0 && bytes > usable)
            return chars - 1 - fixture->setup.body_chars;
        usable = bytes;
    }
    return 0;
}
