/* sketch_test.c - the sketch against plain counts, through growing, shrinking and halving. */
#include "random.h"
#include "sketch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KEYS 2000

struct fixture {
    struct account account;
    struct sketch sketch;
};

static void fixture_open(struct fixture *f)
{
    *f = (struct fixture){.account = {.zone = memory_zone_create()}};
    sketch_create(&f->sketch, &f->account);
}

static void fixture_close(struct fixture *f)
{
    sketch_destroy(&f->sketch);
    assert_int_equal(f->account.bytes, 0);
    memory_zone_destroy(f->account.zone);
}

static uint64_t hash_of(uint64_t key)
{
    return random_mix((key + 1) * RANDOM_GOLDEN);
}

static void fit_fully(struct fixture *f, uint64_t entries)
{
    for (uint64_t i = 0; i < 100000; i++)
        sketch_fit(&f->sketch, entries);
}

/* Key k is requested k % 12 times, fewer in all than a sample. */
static void count_keys(struct fixture *f)
{
    for (uint64_t key = 0; key < KEYS; key++)
        for (uint64_t i = 0; i < key % 12; i++)
            sketch_increment(&f->sketch, hash_of(key));
}

static uint64_t excess(const struct fixture *f, unsigned most)
{
    uint64_t sum = 0;
    for (uint64_t key = 0; key < KEYS; key++) {
        unsigned estimate = sketch_estimate(&f->sketch, hash_of(key));
        unsigned counted = key % 12 < most ? (unsigned)(key % 12) : most;
        assert_true(estimate >= counted);
        sum += estimate - counted;
    }
    return sum;
}

static void estimates_are_never_low_and_rarely_high(void **state)
{
    struct fixture f;
    fixture_open(&f);
    fit_fully(&f, KEYS);
    count_keys(&f);
    assert_true(excess(&f, SKETCH_MAX) < KEYS / 5);
    fixture_close(&f);
}

static void no_count_is_lost_while_it_grows(void **state)
{
    struct fixture f;
    fixture_open(&f);
    fit_fully(&f, KEYS);
    count_keys(&f);
    uint64_t before = f.account.bytes;
    for (uint64_t entries = KEYS; entries < 8 * KEYS; entries += 100) {
        sketch_fit(&f.sketch, entries);
        excess(&f, SKETCH_MAX);
    }
    fit_fully(&f, 8 * KEYS);
    excess(&f, SKETCH_MAX);
    assert_true(f.account.bytes > 4 * before);
    fixture_close(&f);
}

static void no_count_is_lost_while_it_shrinks(void **state)
{
    struct fixture f;
    fixture_open(&f);
    fit_fully(&f, 8 * KEYS);
    count_keys(&f);
    uint64_t before = f.account.bytes;
    for (int i = 0; i < 1000; i++) {
        sketch_fit(&f.sketch, KEYS);
        excess(&f, SKETCH_MAX);
    }
    fit_fully(&f, KEYS);
    excess(&f, SKETCH_MAX);
    assert_true(f.account.bytes < before / 2);
    fixture_close(&f);
}

static void bytes_follow_the_entries(void **state)
{
    struct fixture f;
    fixture_open(&f);
    assert_true(f.account.bytes < 5000);
    fit_fully(&f, 100000);
    assert_in_range(f.account.bytes, 8 * 100000, 17 * 100000);
    fixture_close(&f);
}

/* One key ten times, then others until ten increments an entry are reached. */
static void counts_are_halved_after_a_sample(void **state)
{
    enum { ENTRIES = 1000, SAMPLE = 10 * ENTRIES };
    struct fixture f;
    fixture_open(&f);
    fit_fully(&f, ENTRIES);
    for (int i = 0; i < 10; i++)
        sketch_increment(&f.sketch, hash_of(1));
    uint64_t key = 2;
    for (int i = 10; i < SAMPLE - 1; i++)
        sketch_increment(&f.sketch, hash_of(key++));
    assert_true(sketch_estimate(&f.sketch, hash_of(1)) >= 10);
    for (int i = 0; i < ENTRIES; i++) /* time enough for every line */
        sketch_increment(&f.sketch, hash_of(key++));
    assert_in_range(sketch_estimate(&f.sketch, hash_of(1)), 5, 9);
    fixture_close(&f);
}

static void no_counter_overflows(void **state)
{
    struct fixture f;
    fixture_open(&f);
    for (int i = 0; i < 1000; i++)
        sketch_increment(&f.sketch, hash_of(7));
    assert_int_equal(sketch_estimate(&f.sketch, hash_of(7)), SKETCH_MAX);
    uint64_t others = 0;
    for (uint64_t key = 100; key < 200; key++)
        others += sketch_estimate(&f.sketch, hash_of(key));
    assert_int_equal(others, 0);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(estimates_are_never_low_and_rarely_high),
        cmocka_unit_test(no_count_is_lost_while_it_grows),
        cmocka_unit_test(no_count_is_lost_while_it_shrinks),
        cmocka_unit_test(bytes_follow_the_entries),
        cmocka_unit_test(counts_are_halved_after_a_sample),
        cmocka_unit_test(no_counter_overflows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
