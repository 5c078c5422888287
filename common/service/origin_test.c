/* origin_test.c - users from a database, and the errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "origin.h"

#include <jansson.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct test {
    struct memory_zone *zone;
    char file[64], name[80];
};

static const char rows[] =
    "CREATE TABLE users(user_id TEXT PRIMARY KEY, name, email, address, \"desc\");"
    "INSERT INTO users VALUES('ann', 'Ann \"A\" Lee', 'a@example.com', 'x' || char(10) || 'y', '');"
    "INSERT INTO users VALUES('nil', NULL, 1, 2.5, x'41');"
    "INSERT INTO users VALUES('bad', CAST(x'61ff62' AS TEXT), CAST(x'c3' AS TEXT),"
    " CAST(x'eda080' AS TEXT), 'd')";

static int test_begin(void **state)
{
    struct test *test = calloc(1, sizeof *test);
    sqlite3 *database;
    strcpy(test->file, "/tmp/tidemark-origin-XXXXXX");
    int descriptor = mkstemp(test->file);
    snprintf(test->name, sizeof test->name, "sqlite:%s", test->file);
    test->zone = memory_zone_create();
    *state = test;
    int status = sqlite3_open(test->file, &database);
    if (status == SQLITE_OK)
        status = sqlite3_exec(database, rows, NULL, NULL, NULL);
    sqlite3_close(database);
    close(descriptor);
    return status;
}

static int test_end(void **state)
{
    struct test *test = *state;
    struct memory_zone_figures figures;
    memory_zone_read(test->zone, &figures);
    assert_int_equal(figures.allocated_bytes, 0);
    memory_zone_destroy(test->zone);
    unlink(test->file);
    free(test);
    return 0;
}

static struct origin *origin_begin(struct test *test, const char *name)
{
    struct error error = {""};
    struct origin *origin = origin_open(name, 0, test->zone, &error);
    if (origin == NULL)
        fail_msg("%s", error.text);
    return origin;
}

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static json_t *user_fetch(struct test *test, struct origin *origin, const char *id)
{
    struct record *record;
    assert_int_equal(origin_fetch(origin, span_of(id), test->zone, &record), ORIGIN_FOUND);
    struct span body = record_body(record);
    json_t *user = json_loadb(body.bytes, body.count, 0, NULL);
    assert_non_null(user);
    assert_true(record_drop(record));
    record_free(record);
    return user;
}

static void member_is(const json_t *user, const char *name, const char *text)
{
    assert_string_equal(json_string_value(json_object_get(user, name)), text);
}

static void database_gives_its_users(void **state)
{
    struct origin *origin = origin_begin(*state, ((struct test *)*state)->name);
    json_t *user = user_fetch(*state, origin, "ann");
    member_is(user, "user_id", "ann");
    member_is(user, "name", "Ann \"A\" Lee");
    member_is(user, "email", "a@example.com");
    member_is(user, "address", "x\ny");
    member_is(user, "desc", "");
    json_decref(user);
    user = user_fetch(*state, origin, "nil"); /* whatever the columns hold */
    member_is(user, "name", "");
    member_is(user, "address", "2.5");
    json_decref(user);
    origin_close(origin);
}

static void unknown_user_is_nobody(void **state)
{
    struct test *test = *state;
    struct origin *origin = origin_begin(test, test->name);
    struct record *record;
    assert_int_equal(origin_fetch(origin, span_of("bob"), test->zone, &record), ORIGIN_NOT_FOUND);
    assert_null(record);
    assert_int_equal(origin_fetch(origin, (struct span){"ann\0", 4}, test->zone, &record),
                     ORIGIN_NOT_FOUND);
    json_decref(user_fetch(test, origin, "ann")); /* the statement is ready for the next */
    origin_close(origin);
}

static void what_is_not_utf8_is_replaced(void **state)
{
    struct origin *origin = origin_begin(*state, ((struct test *)*state)->name);
    json_t *user = user_fetch(*state, origin, "bad");
    member_is(user, "name",
              "a\xef\xbf\xbd"
              "b");
    member_is(user, "email", "\xef\xbf\xbd");
    member_is(user, "address", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    member_is(user, "desc", "d");
    json_decref(user);
    origin_close(origin);
}

static void locked_database_is_a_failure(void **state)
{
    struct test *test = *state;
    struct origin *origin = origin_begin(test, test->name);
    struct record *record;
    sqlite3 *database;
    assert_int_equal(sqlite3_open(test->file, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    for (int i = 0; i < 1000; i++) /* all of them wait for 5 s, if each one waits */
        assert_int_equal(origin_fetch(origin, span_of("ann"), test->zone, &record), ORIGIN_FAILED);
    assert_int_equal(sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
    json_decref(user_fetch(test, origin, "ann"));
    origin_close(origin);
}

static void lost_table_is_a_failure(void **state)
{
    struct test *test = *state;
    struct origin *origin = origin_begin(test, test->name);
    struct record *record;
    sqlite3 *database;
    assert_int_equal(sqlite3_open(test->file, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, "DROP TABLE users", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
    assert_int_equal(origin_fetch(origin, span_of("ann"), test->zone, &record), ORIGIN_FAILED);
    origin_close(origin);
}

static void faker_needs_no_file(void **state)
{
    struct origin *origin = origin_begin(*state, "faker");
    json_t *user = user_fetch(*state, origin, "bob");
    member_is(user, "user_id", "bob");
    json_decref(user);
    origin_close(origin);
}

static void wrong_names_are_refused(void **state)
{
    static const char *const names[] = {"",
                                        "mysql:x",
                                        "sqlite",
                                        "fakers",
                                        "faker:1",
                                        "sqlite:/nowhere/at/all.db",
                                        "sqlite:/dev/null"};
    struct test *test = *state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct error error = {""};
        assert_null(origin_open(names[i], 0, test->zone, &error));
        assert_true(strlen(error.text) > 10);
        assert_null(strchr(error.text, '\n'));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(database_gives_its_users, test_begin, test_end),
        cmocka_unit_test_setup_teardown(unknown_user_is_nobody, test_begin, test_end),
        cmocka_unit_test_setup_teardown(what_is_not_utf8_is_replaced, test_begin, test_end),
        cmocka_unit_test_setup_teardown(locked_database_is_a_failure, test_begin, test_end),
        cmocka_unit_test_setup_teardown(lost_table_is_a_failure, test_begin, test_end),
        cmocka_unit_test_setup_teardown(faker_needs_no_file, test_begin, test_end),
        cmocka_unit_test_setup_teardown(wrong_names_are_refused, test_begin, test_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
