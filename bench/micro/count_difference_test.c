/* count_difference_test.c - the arithmetic of counted instructions, and what is no count. */
#include "count_difference.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define BEGIN_AND_END 1234 /* what a stretch takes whatever it does */

/* The counts of an operation that takes `each` instructions, in the last pair `last`. */
static void counts_make(uint64_t counts[COUNT_STRETCHES], uint64_t each, uint64_t last)
{
    for (size_t i = 0; i < COUNT_STRETCHES; i++) {
        uint64_t cost = i / 2 == COUNT_PAIRS - 1 ? last : each;
        counts[i] = BEGIN_AND_END + cost * count_stretch(i);
    }
}

static void test_what_both_stretches_take_cancels_out(void **state)
{
    uint64_t counts[COUNT_STRETCHES];
    counts_make(counts, 150, 150);
    struct stats_interval found = count_difference(counts);
    assert_float_equal(found.value, 150, 1e-9);
    assert_float_equal(found.low, 150, 1e-9);
    assert_float_equal(found.high, 150, 1e-9);
}

static void test_the_spread_is_the_range_of_the_pairs(void **state)
{
    uint64_t counts[COUNT_STRETCHES];
    counts_make(counts, 150, 163);
    struct stats_interval found = count_difference(counts);
    assert_float_equal(found.value, 150, 1e-9);
    assert_float_equal(found.low, 150, 1e-9);
    assert_float_equal(found.high, 163, 1e-9);
}

static void test_the_total_of_a_file_of_callgrind(void **state)
{
    uint64_t total = 0;
    assert_int_equal(callgrind_total("events: Ir\n\nfn=(1) x\n1 2\n\ntotals: 43210\n", &total), 0);
    assert_int_equal(total, 43210);
    assert_int_equal(callgrind_total("events: Ir\n\nfn=(1) totals: 3\n", &total), -1);
    assert_int_equal(callgrind_total("x\ntotals: \n", &total), -1);
    assert_int_equal(callgrind_total("x\ntotals: -3\n", &total), -1);
    assert_int_equal(callgrind_total("x\ntotals: 99999999999999999999999\n", &total), -1);
    assert_int_equal(callgrind_total("", &total), -1);
}

static void test_a_line_belongs_to_one_policy_and_operation(void **state)
{
    static const char line[] = "lru get-hit 1 2 3 4 5 6\nsieve get-hit 7\n";
    uint64_t counts[COUNT_STRETCHES];
    assert_int_equal(COUNT_STRETCHES, 6);
    assert_int_equal(counted_line(line, "lru", "get-hit", counts), 0);
    assert_int_equal(counts[0], 1);
    assert_int_equal(counts[5], 6);
    assert_int_equal(counted_line(line, "lr", "get-hit", counts), -1);
    assert_int_equal(counted_line(line, "lru", "get-miss", counts), -1);
    assert_int_equal(counted_line("lru get-hit 1 2 3 4 5", "lru", "get-hit", counts), -1);
    assert_int_equal(counted_line("lru get-hit 1 2 3 4 5 6 7", "lru", "get-hit", counts), -1);
    assert_int_equal(counted_line("lru get-hit 1 2 3 4 5 x", "lru", "get-hit", counts), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_both_stretches_take_cancels_out),
        cmocka_unit_test(test_the_spread_is_the_range_of_the_pairs),
        cmocka_unit_test(test_the_total_of_a_file_of_callgrind),
        cmocka_unit_test(test_a_line_belongs_to_one_policy_and_operation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
