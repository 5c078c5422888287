/* cache_fixture.h - a cache under test, filled with a number of entries that it then keeps.
 *
 * If the policy has a capacity, that is the limit. If it has a maximum age, time advances with
 * every put so that as many entries are young enough. The records of a weak cache are owned by the
 * fixture. In any other cache the fixture removes the oldest entry itself. One thread at a time.
 */
#pragma once

#include "cache.h"

#define KEY_CHARS      64
#define BODY_CHARS_MAX 1024

struct key {
    uint64_t hash;
    char text[KEY_CHARS];
};

static inline struct span key_span(const struct key *key)
{
    return (struct span){key->text, KEY_CHARS};
}

/* `count` different keys that look like SHA-256 sums. The caller frees them with memory_free. */
struct key *keys_create(struct memory_zone *zone, uint32_t count);

struct cache_fixture;

struct cache_fixture_setup {
    const struct policy *policy;
    uint32_t entries; /* divides key_count */
    const struct key *keys;
    uint32_t key_count;
    uint32_t body_chars; /* of each record, BODY_CHARS_MAX at most */
};

/* An empty cache. cache_fixture_fill inserts keys[0] to keys[entries - 1]; later puts insert the
 * keys after them, and begin again at keys[0] after the last. */
struct cache_fixture *cache_fixture_create(struct memory_zone *zone,
                                           const struct cache_fixture_setup *setup);
void cache_fixture_destroy(struct cache_fixture *fixture);
/* Inserts the entries in an order that is unrelated to that of the keys. */
void cache_fixture_fill(struct cache_fixture *fixture);
/* Lets the index complete work that it spreads over time, such as growing. */
void cache_fixture_settle(struct cache_fixture *fixture);
/* Puts as many new entries as there are, so that all are replaced. */
void cache_fixture_replace_all(struct cache_fixture *fixture);
/* Inserts a new record, for which an entry leaves. */
void cache_fixture_put(struct cache_fixture *fixture);
/* True: a hit. */
bool cache_fixture_get(struct cache_fixture *fixture, const struct key *key);

/* The two parts of a put: the record for a key, and its insertion, which takes the record over. */
struct record *cache_fixture_record(struct cache_fixture *fixture, uint32_t key);
void cache_fixture_insert(struct cache_fixture *fixture, uint32_t key, struct record *record);
/* True: the entry was there and has been removed. */
bool cache_fixture_remove(struct cache_fixture *fixture, uint32_t key);

void cache_fixture_stats(const struct cache_fixture *fixture, struct cache_stats *stats);
/* How many bytes longer a record could be without taking more memory. */
size_t cache_fixture_rounding(struct cache_fixture *fixture);
