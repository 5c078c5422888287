/* index.h - from a key's hash to the slot of its entry: open addressing in cache lines.
 *
 * A bucket is one cache line: twelve slots, a byte of each one's hash, and counts of the entries
 * that found the bucket full and went on to the next, so that a removal leaves no tombstone (F14,
 * Bronson & Shi 2019). Where entries come and go in a table this full, one count would soon be
 * above zero nearly everywhere and send every miss on: there are eight, by three bits of the hash,
 * four bits each. One that reaches its maximum stays there. The number of buckets is any number,
 * not a power of two.
 *
 * Growing and shrinking go in steps: first the new table's chunks are allocated, one a step, then
 * one bucket a step moves over, then the old chunks are freed. Where a key belongs is plain at any
 * moment: in the old table if its bucket there has not moved yet. Each insert and remove is a step.
 */
#ifndef INDEX_H
#define INDEX_H

#include "account.h"
#include LANES_HEADER
#include "slots.h"

#define BUCKET_SLOTS       12
#define BUCKET_MASK        ((UINT32_C(1) << BUCKET_SLOTS) - 1)
#define BUCKET_CHUNK_BITS  7 /* two pages */
#define BUCKET_CHUNK_COUNT (UINT32_C(1) << BUCKET_CHUNK_BITS)

struct bucket {
    uint8_t tags[BUCKET_SLOTS]; /* 0: free */
    uint32_t passed;            /* eight counts of entries whose way led on from here */
    uint32_t slots[BUCKET_SLOTS];
};

struct table {
    struct bucket **chunks;
    uint32_t buckets;
    uint32_t chunk_count; /* of those that are there, from the first on */
};

struct index {
    struct table table;
    struct table next; /* what the table is moving to, or from which chunks are being freed */
    uint32_t frontier; /* buckets below it have moved to `next` */
    bool moving;
    uint32_t count;      /* entries */
    uint32_t grow_above; /* this count, or shrink below that: worked out from the table */
    uint32_t shrink_below;
    uint32_t buckets_needed; /* no more than these, where the number of entries is limited */
    uint64_t (*hash_of)(const void *context, uint32_t slot);
    const void *context;
    struct account account;
};

/* In place. entries_limit 0: none is known. hash_of tells the hash under which a slot was inserted.
 */
void index_create(struct index *index, struct account *above, uint64_t entries_limit,
                  uint64_t (*hash_of)(const void *context, uint32_t slot), const void *context);
void index_destroy(struct index *index);
/* From now on so many entries at most; 0: none is known. There may not be more at this moment. */
void index_expect(struct index *index, uint64_t entries_limit);
/* The hash and slot must not be there yet. */
void index_insert(struct index *index, uint64_t hash, uint32_t slot);
/* They must be there. */
void index_remove(struct index *index, uint64_t hash, uint32_t slot);
/* Bytes that the table has still to allocate if there is one more entry: 0 unless it grows. */
size_t index_growth(const struct index *index);
/* Every slot, in no order; the index must not change meanwhile. */
void index_each(const struct index *index, void (*visit)(void *context, uint32_t slot),
                void *context);
/* One step of growing or shrinking, if there is any to do. */
void index_step(struct index *index);

static inline uint32_t table_home(const struct table *table, uint64_t hash)
{
    return (uint32_t)(((hash >> 32) * table->buckets) >> 32);
}

static inline struct bucket *table_bucket(const struct table *table, uint32_t number)
{
    return table->chunks[number >> BUCKET_CHUNK_BITS] + (number & (BUCKET_CHUNK_COUNT - 1));
}

static inline uint32_t table_next(const struct table *table, uint32_t number)
{
    return number + 1 == table->buckets ? 0 : number + 1;
}

static inline const struct table *index_place(const struct index *index, uint64_t hash)
{
    return __builtin_expect(index->moving, 0) && table_home(&index->table, hash) < index->frontier
               ? &index->next
               : &index->table;
}

static inline void index_prefetch(const struct index *index, uint64_t hash)
{
    const struct table *table = index_place(index, hash);
    __builtin_prefetch(table_bucket(table, table_home(table, hash)));
}

static inline uint8_t tag_of(uint64_t hash)
{
    uint8_t tag = (uint8_t)hash;
    return tag == 0 ? 1 : tag;
}

#define PASSED_BITS 4
#define PASSED_MAX  ((UINT32_C(1) << PASSED_BITS) - 1)

/* The place among the eight counts of the one for this hash. */
static inline uint32_t passed_shift(uint64_t hash)
{
    return (uint32_t)(hash >> 8) % (32 / PASSED_BITS) * PASSED_BITS;
}

static inline uint32_t bucket_passed(const struct bucket *bucket, uint64_t hash)
{
    return (bucket->passed >> passed_shift(hash)) & PASSED_MAX;
}

/* Where in the bucket the tag stands, a bit each. */
static inline uint32_t bucket_where(const struct bucket *bucket, uint8_t tag)
{
    return lanes_match(bucket, tag) & BUCKET_MASK;
}

/* The slot that most likely holds the hash, some slot if none does; no branch to mispredict. */
static inline uint32_t index_guess(const struct index *index, uint64_t hash)
{
    const struct table *table = index_place(index, hash);
    const struct bucket *bucket = table_bucket(table, table_home(table, hash));
    return bucket
        ->slots[__builtin_ctz(bucket_where(bucket, tag_of(hash)) | 1u << (BUCKET_SLOTS - 1))];
}

/* The first slot under the hash for which same(context, slot) holds, or NO_SLOT. */
static inline __attribute__((always_inline)) uint32_t
index_find(const struct index *index, uint64_t hash,
           bool (*same)(const void *context, uint32_t slot), const void *context)
{
    const struct table *table = index_place(index, hash);
    uint32_t home = table_home(table, hash);
    for (uint32_t number = home;;) {
        const struct bucket *bucket = table_bucket(table, number);
        uint32_t where = bucket_where(bucket, tag_of(hash));
        for (; where != 0; where &= where - 1) {
            uint32_t slot = bucket->slots[__builtin_ctz(where)];
            if (same(context, slot))
                return slot;
        }
        number = table_next(table, number);
        if (bucket_passed(bucket, hash) == 0 || number == home)
            return NO_SLOT;
    }
}

#endif
