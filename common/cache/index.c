/* index.c - inserting, removing, and growing or shrinking a bucket at a time. */
#include "index.h"

#include <assert.h>

/* Entries a bucket, on average: grown above the first, to hold the second; shrunk below the
 * third. */
#define FULL_PER_BUCKET  12
#define ROOMY_PER_BUCKET 8
#define EMPTY_PER_BUCKET 5

static uint32_t chunks_of(uint32_t buckets)
{
    return (buckets + BUCKET_CHUNK_COUNT - 1) >> BUCKET_CHUNK_BITS;
}

/* Bits for any slot below `slots`, plus one for "free". */
static uint32_t bits_for(uint64_t slots)
{
    uint32_t bits = 1;
    while ((UINT64_C(1) << bits) <= slots)
        bits++;
    return bits;
}

static void table_open(struct table *table, struct account *account, uint32_t buckets,
                       uint64_t slots)
{
    *table = (struct table){.buckets = buckets, .slot_bits = bits_for(slots)};
    table->chunks = account_alloc(account, chunks_of(buckets) * sizeof *table->chunks);
}

static bool table_is_whole(const struct table *table)
{
    return table->chunk_count == chunks_of(table->buckets);
}

static void table_add_chunk(struct table *table, struct account *account)
{
    uint32_t first = table->chunk_count << BUCKET_CHUNK_BITS;
    uint32_t count = table->buckets - first;
    count = count < BUCKET_CHUNK_COUNT ? count : BUCKET_CHUNK_COUNT;
    table->chunks[table->chunk_count++] = account_alloc(account, count * sizeof(struct bucket));
}

/* Frees the last chunk, and with the first the table. */
static void table_drop_chunk(struct table *table, struct account *account)
{
    if (table->chunk_count > 0)
        account_free(account, table->chunks[--table->chunk_count]);
    if (table->chunk_count == 0) {
        account_free(account, table->chunks);
        *table = (struct table){0};
    }
}

static uint32_t bucket_where(const struct bucket *bucket, uint32_t word)
{
    return lanes_match(bucket->words, UINT32_MAX, word) & BUCKET_ENTRIES_MASK;
}

static void table_insert(struct table *table, uint64_t hash, uint32_t slot)
{
    uint32_t tag = (uint32_t)hash << table->slot_bits;
    for (uint32_t number = table_home(table, hash);; number = table_next(table, number)) {
        struct bucket *bucket = table_bucket(table, number);
        uint32_t free = bucket_where(bucket, 0);
        if (free != 0) {
            bucket->words[__builtin_ctz(free)] = tag | (slot + 1);
            return;
        }
        bucket->words[BUCKET_PASSED]++;
    }
}

static void table_remove(struct table *table, uint64_t hash, uint32_t slot)
{
    uint32_t entry = ((uint32_t)hash << table->slot_bits) | (slot + 1);
    for (uint32_t number = table_home(table, hash);; number = table_next(table, number)) {
        struct bucket *bucket = table_bucket(table, number);
        uint32_t found = bucket_where(bucket, entry);
        if (found != 0) {
            bucket->words[__builtin_ctz(found)] = 0;
            return;
        }
        assert(bucket->words[BUCKET_PASSED] > 0);
        bucket->words[BUCKET_PASSED]--;
    }
}

/* From which numbers of entries on the table is too small, or too large. */
static void index_watch(struct index *index)
{
    uint64_t full = (uint64_t)index->table.buckets * FULL_PER_BUCKET;
    bool final = index->table.buckets >= index->buckets_needed;
    index->grow_above = final || full > UINT32_MAX ? UINT32_MAX : (uint32_t)full;
    index->shrink_below =
        index->table.buckets == 1 ? 0 : (uint32_t)(full * EMPTY_PER_BUCKET / FULL_PER_BUCKET);
}

void index_create(struct index *index, struct account *account, const struct slots *slots,
                  uint64_t entries_limit, uint64_t (*hash_of)(const void *context, uint32_t slot),
                  const void *context)
{
    uint64_t needed = entries_limit / FULL_PER_BUCKET + 1;
    *index = (struct index){
        .account = account,
        .slots = slots,
        .buckets_needed = entries_limit == 0 || needed > UINT32_MAX ? UINT32_MAX : (uint32_t)needed,
        .hash_of = hash_of,
        .context = context,
    };
    table_open(&index->table, account, 1, FULL_PER_BUCKET + SLOT_CHUNK_SLOTS);
    table_add_chunk(&index->table, account);
    index_watch(index);
}

void index_destroy(struct index *index)
{
    while (index->table.chunks != NULL)
        table_drop_chunk(&index->table, index->account);
    while (index->next.chunks != NULL)
        table_drop_chunk(&index->next, index->account);
}

/* Moves the entries that belong to the bucket at the frontier, wherever their way ended. */
static void index_move_bucket(struct index *index)
{
    uint32_t home = index->frontier++;
    uint32_t slot_mask = (UINT32_C(1) << index->table.slot_bits) - 1;
    uint32_t number = home;
    bool more;
    do {
        struct bucket *bucket = table_bucket(&index->table, number);
        number = table_next(&index->table, number);
        more = bucket->words[BUCKET_PASSED] > 0 && number != home;
        for (int i = 0; i < BUCKET_ENTRIES; i++) {
            if (bucket->words[i] == 0)
                continue;
            uint32_t slot = (bucket->words[i] & slot_mask) - 1;
            uint64_t hash = index->hash_of(index->context, slot);
            if (table_home(&index->table, hash) != home)
                continue;
            table_remove(&index->table, hash, slot);
            table_insert(&index->next, hash, slot);
        }
    } while (more);
}

/* The table is empty now: what it moved to takes its place, and its own chunks remain to free. */
static void index_moved(struct index *index)
{
    struct table old = index->table;
    index->table = index->next;
    index->next = old;
    index->moving = false;
    index->frontier = 0;
    index_watch(index);
}

void index_step(struct index *index)
{
    if (index->next.chunks == NULL)
        return;
    if (!index->moving) {
        table_drop_chunk(&index->next, index->account);
    } else if (!table_is_whole(&index->next)) {
        table_add_chunk(&index->next, index->account);
    } else {
        index_move_bucket(index);
        if (index->frontier == index->table.buckets)
            index_moved(index);
    }
}

static void index_resize(struct index *index)
{
    uint64_t wanted = (uint64_t)index->count / ROOMY_PER_BUCKET + 1;
    if (wanted > index->buckets_needed)
        wanted = index->buckets_needed;
    if (index->next.chunks != NULL || wanted == index->table.buckets)
        return;
    uint64_t slots = wanted * BUCKET_ENTRIES + SLOT_CHUNK_SLOTS;
    uint32_t used_end = slots_end(index->slots);
    table_open(&index->next, index->account, (uint32_t)wanted, slots > used_end ? slots : used_end);
    index->moving = true;
}

static struct table *index_table(struct index *index, uint64_t hash)
{
    return index_place(index, hash) == &index->table ? &index->table : &index->next;
}

void index_insert(struct index *index, uint64_t hash, uint32_t slot)
{
    index_step(index);
    if (++index->count > index->grow_above)
        index_resize(index);
    table_insert(index_table(index, hash), hash, slot);
}

void index_remove(struct index *index, uint64_t hash, uint32_t slot)
{
    table_remove(index_table(index, hash), hash, slot);
    index_step(index);
    if (--index->count < index->shrink_below)
        index_resize(index);
}

static void table_each(const struct table *table, void (*visit)(void *context, uint32_t slot),
                       void *context)
{
    uint32_t slot_mask = (UINT32_C(1) << table->slot_bits) - 1;
    uint32_t whole = table_is_whole(table) ? table->buckets : 0;
    for (uint32_t number = 0; number < whole; number++)
        for (int i = 0; i < BUCKET_ENTRIES; i++) {
            uint32_t entry = table_bucket(table, number)->words[i] & slot_mask;
            if (entry != 0)
                visit(context, entry - 1);
        }
}

void index_each(const struct index *index, void (*visit)(void *context, uint32_t slot),
                void *context)
{
    table_each(&index->table, visit, context);
    if (index->moving)
        table_each(&index->next, visit, context);
}
