/* index.h - from a key's hash to the slot of its entry: open addressing in cache lines.
 *
 * A bucket is one cache line: fifteen entries and a count of the entries that found it full and
 * went on to the next (after F14, Bronson & Shi 2019, whose tags and slots we put in one word). An
 * entry is 32 bits: the low bits a slot, the rest a tag from the hash; as the table grows, bits
 * pass from the tag to the slot. The number of buckets is any number, not a power of two.
 *
 * Growing and shrinking go in steps: first the new table's chunks are allocated, one a step, then
 * one bucket a step moves over, then the old chunks are freed. Where a key belongs is plain at any
 * moment: in the old table if its bucket there has not moved yet. Each insert and remove is a step.
 */
#ifndef INDEX_H
#define INDEX_H

#include "account.h"
#include "lanes.h"
#include "slots.h"

#define BUCKET_ENTRIES      15
#define BUCKET_PASSED       BUCKET_ENTRIES /* entries whose way led through this full bucket */
#define BUCKET_ENTRIES_MASK ((UINT32_C(1) << BUCKET_ENTRIES) - 1)
#define BUCKET_CHUNK_BITS   7 /* two pages */
#define BUCKET_CHUNK_COUNT  (UINT32_C(1) << BUCKET_CHUNK_BITS)

struct bucket {
    uint32_t words[BUCKET_ENTRIES + 1]; /* entries, 0: free; last the count at BUCKET_PASSED */
};

struct table {
    struct bucket **chunks;
    uint32_t buckets;
    uint32_t chunk_count; /* of those that are there, from the first on */
    uint32_t slot_bits;
};

struct index {
    struct account *account;
    const struct slots *slots; /* whose numbers are kept */
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
};

/* entries_limit 0: none is known. hash_of tells the hash under which a slot was inserted. */
void index_create(struct index *index, struct account *account, const struct slots *slots,
                  uint64_t entries_limit, uint64_t (*hash_of)(const void *context, uint32_t slot),
                  const void *context);
void index_destroy(struct index *index);
/* The hash and slot must not be there yet. */
void index_insert(struct index *index, uint64_t hash, uint32_t slot);
/* They must be there. */
void index_remove(struct index *index, uint64_t hash, uint32_t slot);
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

/* The first slot under the hash for which same(context, slot) holds, or NO_SLOT. */
static inline __attribute__((always_inline)) uint32_t
index_find(const struct index *index, uint64_t hash,
           bool (*same)(const void *context, uint32_t slot), const void *context)
{
    const struct table *table = index_place(index, hash);
    uint32_t slot_mask = (UINT32_C(1) << table->slot_bits) - 1;
    uint32_t tag = (uint32_t)hash << table->slot_bits;
    uint32_t home = table_home(table, hash);
    for (uint32_t number = home;;) {
        const struct bucket *bucket = table_bucket(table, number);
        uint32_t matches = lanes_match(bucket->words, ~slot_mask, tag);
        for (matches &= BUCKET_ENTRIES_MASK; matches != 0; matches &= matches - 1) {
            uint32_t entry = bucket->words[__builtin_ctz(matches)] & slot_mask;
            if (entry != 0 && same(context, entry - 1))
                return entry - 1;
        }
        number = table_next(table, number);
        if (bucket->words[BUCKET_PASSED] == 0 || number == home)
            return NO_SLOT;
    }
}

#endif
