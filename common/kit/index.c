/* index.c - inserts, removes, and grows or shrinks one bucket at a time. */
#include "index.h"

#include <assert.h>

/* Load in percent: above the first the table grows so that it is at the second; below the third it
 * shrinks. At the first it takes 7.2 bytes per entry, and one bucket in six is full. */
#define FULL_PERCENT  74
#define ROOMY_PERCENT 50
#define EMPTY_PERCENT 28

static uint64_t entries_for(uint64_t buckets, uint32_t percent)
{
    return buckets * BUCKET_SLOTS * percent / 100;
}

static uint64_t buckets_for(uint64_t entries, uint32_t percent)
{
    return entries * 100 / (BUCKET_SLOTS * percent) + 1;
}

static uint32_t chunks_of(uint32_t buckets)
{
    return (buckets + BUCKET_CHUNK_COUNT - 1) >> BUCKET_CHUNK_BITS;
}

static void table_open(struct table *table, struct account *account, uint32_t buckets)
{
    *table = (struct table){.buckets = buckets};
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

/* Frees the last chunk, and the table with the first chunk. */
static void table_drop_chunk(struct table *table, struct account *account)
{
    if (table->chunk_count > 0)
        account_free(account, table->chunks[--table->chunk_count]);
    if (table->chunk_count == 0) {
        account_free(account, table->chunks);
        *table = (struct table){0};
    }
}

/* Counts one more entry that went on to the next bucket, or (UINT32_MAX) one less. */
static void bucket_pass(struct bucket *bucket, uint64_t hash, uint32_t change)
{
    if (bucket_passed(bucket, hash) < PASSED_MAX)
        bucket->passed += change << passed_shift(hash);
}

static inline void table_insert(struct table *table, uint64_t hash, uint32_t slot)
{
    for (uint32_t number = table_home(table, hash);; number = table_next(table, number)) {
        struct bucket *bucket = table_bucket(table, number);
        uint32_t free = bucket_where(bucket, 0);
        if (free != 0) {
            bucket->tags[__builtin_ctz(free)] = tag_of(hash);
            bucket->slots[__builtin_ctz(free)] = slot;
            return;
        }
        bucket_pass(bucket, hash, 1);
    }
}

static bool bucket_remove(struct bucket *bucket, uint8_t tag, uint32_t slot)
{
    for (uint32_t where = bucket_where(bucket, tag); where != 0; where &= where - 1)
        if (bucket->slots[__builtin_ctz(where)] == slot) {
            bucket->tags[__builtin_ctz(where)] = 0;
            return true;
        }
    return false;
}

static inline void table_remove(struct table *table, uint64_t hash, uint32_t slot)
{
    for (uint32_t number = table_home(table, hash);; number = table_next(table, number)) {
        struct bucket *bucket = table_bucket(table, number);
        if (bucket_remove(bucket, tag_of(hash), slot))
            return;
        assert(bucket_passed(bucket, hash) > 0);
        bucket_pass(bucket, hash, UINT32_MAX);
    }
}

/* Sets the numbers of entries at which the table grows and shrinks. */
static void index_watch(struct index *index)
{
    uint32_t buckets = index->table.buckets;
    uint64_t full =
        buckets >= index->buckets_needed ? UINT32_MAX : entries_for(buckets, FULL_PERCENT);
    index->grow_above = full < UINT32_MAX ? (uint32_t)full : UINT32_MAX;
    index->shrink_below = buckets == 1 ? 0 : (uint32_t)entries_for(buckets, EMPTY_PERCENT);
}

static uint32_t buckets_needed(uint64_t entries_limit)
{
    if (entries_limit == 0 || entries_limit >= NO_SLOT)
        return UINT32_MAX;
    return (uint32_t)buckets_for(entries_limit, FULL_PERCENT);
}

void index_expect(struct index *index, uint64_t entries_limit)
{
    index->buckets_needed = buckets_needed(entries_limit);
    index_watch(index);
}

void index_create(struct index *index, struct account *above, uint64_t entries_limit,
                  uint64_t (*hash_of)(const void *context, uint32_t slot), const void *context)
{
    *index = (struct index){
        .buckets_needed = buckets_needed(entries_limit),
        .hash_of = hash_of,
        .context = context,
    };
    account_open(&index->account, above, "index");
    table_open(&index->table, &index->account, 1);
    table_add_chunk(&index->table, &index->account);
    index_watch(index);
}

void index_destroy(struct index *index)
{
    while (index->table.chunks != NULL)
        table_drop_chunk(&index->table, &index->account);
    while (index->next.chunks != NULL)
        table_drop_chunk(&index->next, &index->account);
    account_close(&index->account);
}

/* Moves the entries whose home is the bucket at the frontier, in whichever bucket they are. */
static void index_move_bucket(struct index *index)
{
    uint32_t home = index->frontier++;
    uint32_t number = home;
    bool more;
    do {
        struct bucket *bucket = table_bucket(&index->table, number);
        number = table_next(&index->table, number);
        more = bucket->passed > 0 && number != home;
        for (uint32_t used = bucket_where(bucket, 0) ^ BUCKET_MASK; used != 0; used &= used - 1) {
            uint32_t slot = bucket->slots[__builtin_ctz(used)];
            uint64_t hash = index->hash_of(index->context, slot);
            if (table_home(&index->table, hash) != home)
                continue;
            table_remove(&index->table, hash, slot);
            table_insert(&index->next, hash, slot);
        }
    } while (more);
}

/* The old table is empty: the new one takes its place, and the old chunks remain to be freed. */
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
        table_drop_chunk(&index->next, &index->account);
    } else if (!table_is_whole(&index->next)) {
        table_add_chunk(&index->next, &index->account);
    } else {
        index_move_bucket(index);
        if (index->frontier == index->table.buckets)
            index_moved(index);
    }
}

static uint32_t index_target_buckets(const struct index *index, uint64_t count)
{
    uint64_t target = buckets_for(count, ROOMY_PERCENT);
    return target < index->buckets_needed ? (uint32_t)target : index->buckets_needed;
}

static size_t table_missing(const struct table *table)
{
    uint32_t there = table->chunk_count << BUCKET_CHUNK_BITS;
    return there < table->buckets ? (table->buckets - there) * sizeof(struct bucket) : 0;
}

size_t index_growth(const struct index *index)
{
    if (index->moving)
        return table_missing(&index->next);
    if (index->count + 1 <= index->grow_above || index->next.chunks != NULL)
        return 0;
    return index_target_buckets(index, index->count + 1) * sizeof(struct bucket);
}

static void index_resize(struct index *index)
{
    uint32_t target = index_target_buckets(index, index->count);
    if (index->next.chunks != NULL || target == index->table.buckets)
        return;
    table_open(&index->next, &index->account, target);
    index->moving = true;
}

static struct table *index_table(struct index *index, uint64_t hash)
{
    return index_place(index, hash) == &index->table ? &index->table : &index->next;
}

/* Whether an insert or remove has to do a step of a resize: rare. */
static bool index_is_busy(const struct index *index)
{
    return __builtin_expect(index->next.chunks != NULL || index->count > index->grow_above ||
                                index->count < index->shrink_below,
                            0);
}

static void index_work(struct index *index)
{
    index_step(index);
    if (index->count > index->grow_above || index->count < index->shrink_below)
        index_resize(index);
}

void index_insert(struct index *index, uint64_t hash, uint32_t slot)
{
    index->count++;
    if (index_is_busy(index))
        index_work(index);
    table_insert(index_table(index, hash), hash, slot);
}

void index_remove(struct index *index, uint64_t hash, uint32_t slot)
{
    table_remove(index_table(index, hash), hash, slot);
    index->count--;
    if (index_is_busy(index))
        index_work(index);
}

static void table_each(const struct table *table, void (*visit)(void *context, uint32_t slot),
                       void *context)
{
    uint32_t whole = table_is_whole(table) ? table->buckets : 0;
    for (uint32_t number = 0; number < whole; number++) {
        const struct bucket *bucket = table_bucket(table, number);
        for (uint32_t used = bucket_where(bucket, 0) ^ BUCKET_MASK; used != 0; used &= used - 1)
            visit(context, bucket->slots[__builtin_ctz(used)]);
    }
}

void index_each(const struct index *index, void (*visit)(void *context, uint32_t slot),
                void *context)
{
    table_each(&index->table, visit, context);
    if (index->moving)
        table_each(&index->next, visit, context);
}
