/* cache_fixture.h - a cache under test, filled to a size and kept there in the way its policy
 * allows.
 *
 * Where a policy keeps a capacity, that is its limit; where it keeps an age, time moves on with
 * every put so that as many are young enough; a weak cache's records are owned here; elsewhere
 * the eldest entry is removed by hand.
 */
#ifndef CACHE_FIXTURE_H
#define CACHE_FIXTURE_H

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

/* `count` keys, all different, that look like SHA-256 sums; the zone's to free. */
struct key *keys_create(struct memory_zone *zone, uint32_t count);

struct cache_fixture;

struct cache_fixture_setup {
    const struct policy *policy;
    uint32_t entries; /* a power of ten that divides key_count */
    const struct key *keys;
    uint32_t key_count;
    uint32_t body_chars; /* of each record, BODY_CHARS_MAX at most */
};

/* An empty cache, which will hold keys[0] to keys[entries - 1] when it has been filled, and then
 * take the keys from there on, round and round the whole ring. */
struct cache_fixture *cache_fixture_create(struct memory_zone *zone,
                                           const struct cache_fixture_setup *setup);
void cache_fixture_destroy(struct cache_fixture *fixture);
/* The order of filling has nothing to do with the order of the keys. */
void cache_fixture_fill(struct cache_fixture *fixture);
/* Lets the index end what it has begun, as time does. */
void cache_fixture_settle(struct cache_fixture *fixture);
/* As many new records come in as there were. */
void cache_fixture_renew(struct cache_fixture *fixture);
/* One new record comes in and one goes. */
void cache_fixture_put(struct cache_fixture *fixture);
/* True: a hit. */
bool cache_fixture_get(struct cache_fixture *fixture, const struct key *key);

/* The two halves of a put, and the removal of an entry that was put. */
struct record *cache_fixture_record(struct cache_fixture *fixture, uint32_t key);
void cache_fixture_keep(struct cache_fixture *fixture, uint32_t key, struct record *record);
/* True: it was there. */
bool cache_fixture_drop(struct cache_fixture *fixture, uint32_t key);

void cache_fixture_stats(const struct cache_fixture *fixture, struct cache_stats *stats);
/* How much longer a record could be without taking more memory. */
size_t cache_fixture_rounding(struct cache_fixture *fixture);

#endif
