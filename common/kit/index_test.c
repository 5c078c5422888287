/* index_test.c - the index against a plain array, through growing and shrinking. */
#include "index.h"
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct account account;
    struct slots slots;
    struct index index;
    uint64_t random;
    uint64_t hash_mask; /* few bits: many keys in few buckets */
};

static uint64_t hash_of_slot(const void *context, uint32_t slot)
{
    const struct fixture *f = context;
    return *slot_word(&f->slots, slot);
}

static void fixture_open(struct fixture *f, uint64_t entries_limit, uint64_t hash_mask)
{
    *f = (struct fixture){
        .account = {.zone = memory_zone_create()}, .random = 7, .hash_mask = hash_mask};
    slots_create(&f->slots, &f->account, 0);
    index_create(&f->index, &f->account, entries_limit, hash_of_slot, f);
}

static void fixture_close(struct fixture *f)
{
    index_destroy(&f->index);
    slots_destroy(&f->slots);
    assert_int_equal(f->account.bytes, 0);
    memory_zone_destroy(f->account.zone);
}

struct sought {
    const struct fixture *fixture;
    uint32_t slot;
};

static bool same_slot(const void *context, uint32_t slot)
{
    return ((const struct sought *)context)->slot == slot;
}

static bool fixture_finds(const struct fixture *f, uint64_t hash, uint32_t slot)
{
    struct sought sought = {f, slot};
    return index_find(&f->index, hash, same_slot, &sought) == slot;
}

static uint32_t fixture_add(struct fixture *f)
{
    uint32_t slot = slots_take(&f->slots);
    uint64_t hash = random_splitmix(&f->random) & f->hash_mask;
    *slot_word(&f->slots, slot) = hash;
    index_insert(&f->index, hash, slot);
    return slot;
}

static void fixture_drop(struct fixture *f, uint32_t slot)
{
    uint64_t hash = *slot_word(&f->slots, slot);
    index_remove(&f->index, hash, slot);
    assert_false(fixture_finds(f, hash, slot));
    slots_give(&f->slots, slot);
}

static void count_visit(void *context, uint32_t slot)
{
    ++*(uint32_t *)context;
}

/* Entries whose way from home led through the bucket, among those that share a count with hash. */
static uint32_t ways_through(const struct fixture *f, uint32_t number, uint64_t hash)
{
    const struct table *table = &f->index.table;
    uint32_t ways = 0;
    for (uint32_t other = 0; other < table->buckets; other++)
        for (int i = 0; i < BUCKET_SLOTS; i++) {
            const struct bucket *bucket = table_bucket(table, other);
            uint64_t found = bucket->tags[i] == 0 ? 0 : hash_of_slot(f, bucket->slots[i]);
            uint32_t home = table_home(table, found);
            uint32_t length = (other + table->buckets - home) % table->buckets;
            uint32_t before = (number + table->buckets - home) % table->buckets;
            ways += bucket->tags[i] != 0 && before < length &&
                    passed_shift(found) == passed_shift(hash);
        }
    return ways;
}

/* Eight counts a bucket, right or (once at their maximum) too high; looked at in a few buckets. */
static void assert_ways_are_counted(const struct fixture *f)
{
    const struct table *table = &f->index.table;
    for (uint32_t i = 0; i < 64 && !f->index.moving; i++) {
        uint32_t number = i * 7919 % table->buckets;
        uint64_t hash = (uint64_t)i << 8;
        uint32_t count = bucket_passed(table_bucket(table, number), hash);
        if (count < PASSED_MAX)
            assert_int_equal(count, ways_through(f, number, hash));
    }
}

/* Random inserts and removals around a size that swings between empty and `peak`. */
static void churn(uint64_t entries_limit, uint64_t hash_mask, uint32_t peak, uint32_t swings)
{
    struct fixture f;
    fixture_open(&f, entries_limit, hash_mask);
    uint32_t *slots = calloc(peak, sizeof *slots);
    assert_non_null(slots);
    uint32_t count = 0;
    for (uint32_t swing = 0; swing < swings; swing++) {
        uint32_t growing = swing % 2 == 0 ? 80 : 20;
        uint32_t target = swing % 2 == 0 ? peak : peak / 50;
        while (count != target) {
            if (random_splitmix(&f.random) % 100 < growing && count < peak)
                slots[count++] = fixture_add(&f);
            else if (count > 0) {
                uint32_t i = (uint32_t)(random_splitmix(&f.random) % count);
                fixture_drop(&f, slots[i]);
                slots[i] = slots[--count];
            }
            if (count > 0) {
                uint32_t slot = slots[random_splitmix(&f.random) % count];
                assert_true(fixture_finds(&f, *slot_word(&f.slots, slot), slot));
            }
        }
        for (uint32_t i = 0; i < count; i++)
            assert_true(fixture_finds(&f, *slot_word(&f.slots, slots[i]), slots[i]));
        assert_ways_are_counted(&f);
        uint32_t visited = 0;
        index_each(&f.index, count_visit, &visited);
        assert_int_equal(visited, count);
        assert_int_equal(f.index.count, count);
    }
    free(slots);
    fixture_close(&f);
}

static void finds_all_through_growing_and_shrinking(void **state)
{
    churn(0, UINT64_MAX, 20000, 6);
    churn(20000, UINT64_MAX, 20000, 6);
}

static void tiny_tables(void **state)
{
    for (uint32_t peak = 1; peak < 80; peak++)
        churn(peak, UINT64_MAX, peak, 4);
}

/* Sixteen different hashes for all: long ways, every bucket passed. */
static void many_equal_hashes(void **state)
{
    churn(0, UINT64_C(0xf000000000000000), 800, 6);
}

static void a_step_is_small_and_memory_is_freed(void **state)
{
    enum { PEAK = 300000 };
    struct fixture f;
    fixture_open(&f, 0, UINT64_MAX);
    uint32_t *slots = calloc(PEAK, sizeof *slots);
    assert_non_null(slots);
    for (uint32_t i = 0; i < PEAK; i++) {
        uint64_t before = f.account.bytes;
        slots[i] = fixture_add(&f);
        assert_true(f.account.bytes < before + 64 * 1024);
    }
    uint64_t full = f.account.bytes;
    for (uint32_t i = 100; i < PEAK; i++)
        fixture_drop(&f, slots[i]);
    assert_true(f.account.bytes < full / 50);
    free(slots);
    fixture_close(&f);
}

/* The overhead that the design promises: under 8 bytes an entry where the limit is known. */
static void known_limit_means_no_slack(void **state)
{
    enum { LIMIT = 120000 };
    struct fixture f;
    fixture_open(&f, LIMIT, UINT64_MAX);
    for (uint32_t i = 0; i < LIMIT; i++)
        fixture_add(&f);
    for (uint32_t i = 0; i < LIMIT; i++)
        index_step(&f.index);
    assert_int_equal(f.index.table.buckets, LIMIT * 100 / 888 + 1);
    assert_true(f.index.table.buckets * sizeof(struct bucket) < LIMIT * 8);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_all_through_growing_and_shrinking),
        cmocka_unit_test(tiny_tables),
        cmocka_unit_test(many_equal_hashes),
        cmocka_unit_test(a_step_is_small_and_memory_is_freed),
        cmocka_unit_test(known_limit_means_no_slack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
