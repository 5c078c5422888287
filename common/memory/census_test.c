/* census_test.c - merges and compares rows; finds the container that grew. */
#include "census.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void add(struct census *census, const char *container, const char *type, uint64_t live,
                uint64_t bytes)
{
    struct census_row row = {
        .live = live, .live_bytes = bytes, .total = live + 10, .total_bytes = bytes + 100};
    snprintf(row.container, sizeof row.container, "%s", container);
    snprintf(row.type, sizeof row.type, "%s", type);
    census_add(census, &row);
}

static void rows_of_the_same_name_are_merged(void **state)
{
    struct census census = {0};
    add(&census, "main.cache", "record", 2, 200);
    add(&census, "main.cache", "record", 3, 300);
    add(&census, "elsewhere", "record", 1, 50);
    add(&census, "main.cache", "index", 1, 900);
    assert_int_equal(census.count, 3);
    const struct census_row *row = census_find(&census, "main.cache", "record");
    assert_int_equal(row->live, 5);
    assert_int_equal(row->total_bytes, 700);
    assert_null(census_find(&census, "main", "record"));
}

static void inner_containers_count(void **state)
{
    struct census census = {0};
    add(&census, "main.cache", "record", 1, 1);
    add(&census, "main.cache.order", "order", 1, 10);
    add(&census, "main.cache.order.history", "slots", 1, 100);
    add(&census, "main.cachet", "x", 1, 1000);
    assert_int_equal(census_bytes(&census, "main.cache"), 111);
    assert_int_equal(census_bytes(&census, "main.cache.order"), 110);
    assert_int_equal(census_bytes(&census, ""), 1111);
}

static void changes_come_in_the_order_of_growth(void **state)
{
    struct census before = {0}, after = {0};
    struct census_change changes[CENSUS_ROWS];
    add(&before, "a", "same", 1, 10);
    add(&before, "a", "gone", 4, 40);
    add(&before, "a", "grows", 1, 10);
    add(&after, "a", "same", 1, 10);
    add(&after, "a", "grows", 6, 60);
    add(&after, "a", "new", 9, 90);
    assert_int_equal(census_compare(&before, &after, changes), 3);
    assert_string_equal(changes[0].row->type, "new");
    assert_int_equal(changes[0].created, 19);
    assert_string_equal(changes[1].row->type, "grows");
    assert_int_equal(changes[1].live, 5);
    assert_int_equal(changes[1].live_bytes, 50);
    assert_int_equal(changes[1].created, 5);
    assert_string_equal(changes[2].row->type, "gone");
    assert_int_equal(changes[2].live, -4);
    assert_int_equal(changes[2].created, 0);
}

static void assert_culprit(const struct census *before, const struct census *after,
                           const char *expected)
{
    char name[CENSUS_NAME_BYTES];
    census_culprit(before, after, "", name);
    assert_string_equal(name, expected);
}

static void the_innermost_container_that_grew_is_named(void **state)
{
    struct census before = {0}, entries = {0}, ghosts = {0};
    assert_culprit(&before, &before, "");
    add(&entries, "main.cache", "record", 100, 10000);
    add(&entries, "main.cache.index", "index", 1, 700);
    add(&entries, "main.cache.slots", "slots", 1, 1600);
    assert_culprit(&before, &entries, "main.cache");
    add(&ghosts, "main.cache", "record", 1, 100);
    add(&ghosts, "main.cache.order.history.index", "index", 1, 4000);
    add(&ghosts, "main.cache.order.history.slots", "slots", 1, 6000);
    assert_culprit(&before, &ghosts, "main.cache.order.history");
    assert_culprit(&ghosts, &before, "");
}

/* A census that is full loses no byte. */
static void rows_beyond_the_last_are_kept_in_it(void **state)
{
    struct census census = {0};
    for (unsigned i = 0; i < CENSUS_ROWS + 5; i++) {
        char name[16];
        snprintf(name, sizeof name, "%u", i);
        add(&census, name, "x", 1, 10);
    }
    assert_int_equal(census.count, CENSUS_ROWS);
    assert_int_equal(census_bytes(&census, ""), 10 * (CENSUS_ROWS + 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_the_same_name_are_merged),
        cmocka_unit_test(inner_containers_count),
        cmocka_unit_test(changes_come_in_the_order_of_growth),
        cmocka_unit_test(the_innermost_container_that_grew_is_named),
        cmocka_unit_test(rows_beyond_the_last_are_kept_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
