/* table_test.c - what a table looks like, to the letter. */
#include "table.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const struct table_column columns[] = {
    {"name", TABLE_LEFT}, {"n", TABLE_RIGHT}, {"words", TABLE_LEFT}};

static void print_expect(const struct table *table, bool colours, size_t width,
                         const char *expected)
{
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    table_print_within(table, colours, width, out);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void columns_are_aligned(void **state)
{
    struct table *table = table_create(columns, 3);
    table_cell(table, TABLE_PLAIN, "a");
    table_cell(table, TABLE_PLAIN, "%d", 1000);
    table_cell(table, TABLE_GOOD, "well");
    table_cell(table, TABLE_PLAIN, "longer");
    table_cell(table, TABLE_PLAIN, "7");
    table_cell(table, TABLE_PLAIN, "%s", "");
    print_expect(table, false, 0,
                 "name       n  words\n"
                 "a       1000  well\n"
                 "longer     7\n");
    table_destroy(table);
}

static void characters_count_and_not_bytes(void **state)
{
    struct table *table = table_create(columns, 3);
    for (size_t i = 0; i < 2; i++) {
        table_cell(table, TABLE_PLAIN, i == 0 ? "\u2192\u2192\u2192\u2192\u2192" : "12345");
        table_cell(table, TABLE_PLAIN, "\u00b5");
        table_cell(table, TABLE_PLAIN, "x");
    }
    print_expect(table, false, 0,
                 "name   n  words\n"
                 "\u2192\u2192\u2192\u2192\u2192  \u00b5  x\n"
                 "12345  \u00b5  x\n");
    table_destroy(table);
}

static void colours_stand_around_the_text_alone(void **state)
{
    struct table *table = table_create(columns + 1, 2);
    table_cell(table, TABLE_BAD, "1");
    table_cell(table, TABLE_PLAIN, "x");
    print_expect(table, true, 0,
                 "\033[2mn\033[0m  \033[2mwords\033[0m\n"
                 "\033[1;31m1\033[0m  x\n");
    table_destroy(table);
}

static void columns_that_do_not_fit_continue_below(void **state)
{
    struct table *table = table_create(columns, 3);
    table_cell(table, TABLE_PLAIN, "a");
    table_cell(table, TABLE_PLAIN, "1");
    table_cell(table, TABLE_PLAIN, "well");
    print_expect(table, false, 14,
                 "name  n  words\n"
                 "a     1  well\n");
    print_expect(table, false, 13,
                 "name  n\n"
                 "a     1\n"
                 "\n"
                 "name  words\n"
                 "a     well\n");
    table_destroy(table);
}

static void a_file_gets_no_colours(void **state)
{
    FILE *file = tmpfile();
    assert_false(table_wants_colours(file));
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_aligned),
        cmocka_unit_test(characters_count_and_not_bytes),
        cmocka_unit_test(colours_stand_around_the_text_alone),
        cmocka_unit_test(columns_that_do_not_fit_continue_below),
        cmocka_unit_test(a_file_gets_no_colours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
