/* index.h - a hash table from a key's hash to the slot of its entry: open addressing in cache
 * lines.
 *
 * A bucket is one cache line: twelve slots, a byte of each one's hash, and counters of the entries
 * that found the bucket full and went on to the next, so that a removal leaves no tombstone (F14,
 * Bronson & Shi 2019). In a table as full as this one, a single counter would soon be above zero in
 * nearly every bucket, and every miss would search on. So there are eight counters of four bits,
 * chosen by three bits of the hash. A counter that reaches its maximum stays there. The number of
 * buckets need not be a power of two.
 *
 * Growing and shrinking are done in steps: first the new table's chunks are allocated, one per
 * step, then buckets are moved, one per step, then the old chunks are freed. A key belongs to the
 * old table as long as its bucket there has not been moved. Each insert and remove does one step.
 */
#pragma once

#include "account.h"
#include LANES_HEADER
#include "slots.h"

#define BUCKET_SLOTS       12
#define BUCKET_MASK        ((UINT32_C(1) << BUCKET_SLOTS) - 1)
#define BUCKET_CHUNK_BITS  7 /* two pages */
#define BUCKET_CHUNK_COUNT (UINT32_C(1) << BUCKET_CHUNK_BITS)

struct bucket {
    uint8_t tags[BUCKET_SLOTS]; /* 0: free */
    uint32_t passed;            /* eight counters of entries that went on to the next bucket */
    uint32_t slots[BUCKET_SLOTS];
};

struct table {
    struct bucket **chunks;
    uint32_t buckets;
    uint32_t chunk_count; /* chunks allocated, from the first on */
};

struct index {
    struct table table;
    struct table next; /* the table being filled, or the one whose chunks are being freed */
    uint32_t frontier; /* buckets below it were moved to `next` */
    bool moving;
    uint32_t count;      /* entries */
    uint32_t grow_above; /* grow above this count and shrink below that one */
    uint32_t shrink_below;
    uint32_t buckets_needed; /* the maximum, when the number of entries is limited */
    uint64_t (*hash_of)(const void *context, uint32_t slot);
    const void *context;
    struct account account;
};

/* The index must not be moved. entries_limit 0: unknown. hash_of returns the hash with which a slot
 * was inserted. */
void index_create(struct index *index, struct account *above, uint64_t entries_limit,
                  uint64_t (*hash_of)(const void *context, uint32_t slot), const void *context);
void index_destroy(struct index *index);
/* Changes the limit; 0: unknown. There must not be more entries now. */
void index_expect(struct index *index, uint64_t entries_limit);
/* The slot must not be in the index. */
void index_insert(struct index *index, uint64_t hash, uint32_t slot);
/* The slot must be in the index, under this hash. */
void index_remove(struct index *index, uint64_t hash, uint32_t slot);
/* Bytes that the index has to allocate for one more entry: 0 unless it grows. */
size_t index_growth(const struct index *index);
/* Visits every slot, in no order; the index must not change meanwhile. */
void index_each(const struct index *index, void (*visit)(void *context, uint32_t slot),
                void *context);
/* Does one step of growing or shrinking, if there is one to do. */
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

/* The bit position of the counter for this hash. */
static inline uint32_t passed_shift(uint64_t hash)
{
    return (uint32_t)(hash >> 8) % (32 / PASSED_BITS) * PASSED_BITS;
}

static inline uint32_t bucket_passed(const struct bucket *bucket, uint64_t hash)
{
    return (bucket->passed >> passed_shift(hash)) & PASSED_MAX;
}

/* A bit for each place in the bucket that has the tag. */
static inline uint32_t bucket_where(const struct bucket *bucket, uint8_t tag)
{
    return lanes_match(bucket, tag) & BUCKET_MASK;
}

/* The slot that most likely has the hash, or any slot if none has; without a branch. */
static inline uint32_t index_guess(const struct index *index, uint64_t hash)
{
    const struct table *table = index_place(index, hash);
    const struct bucket *bucket = table_bucket(table, table_home(table, hash));
    return bucket
        ->slots[__builtin_ctz(bucket_where(bucket, tag_of(hash)) | 1u << (BUCKET_SLOTS - 1))];
}

/* The first slot with this hash for which same(context, slot) is true, or NO_SLOT. */
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
