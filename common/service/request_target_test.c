/* request_target_test.c - endpoints, and valid and invalid ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "request_target.h"

#include <stdlib.h>
#include <string.h>

struct row {
    const char *path;
    enum request_target_kind kind;
    const char *id; /* of a user */
};

static const struct row rows[] = {
    {"/users/alice", TARGET_USER, "alice"},
    {"/users/alice?x=/1&y=%zz", TARGET_USER, "alice"},
    {"http://host/users/alice?x", TARGET_USER, "alice"},
    {"HTTP://[::1]:80/users/%61", TARGET_USER, "a"},
    {"http:///stats", TARGET_STATS, NULL},
    {"http://host", TARGET_NONE, NULL},
    {"http://host?/stats", TARGET_STATS, NULL},
    {"http:/stats", TARGET_NONE, NULL},
    {"https://host/stats", TARGET_NONE, NULL},
    {"/users/a%2Fb", TARGET_USER, "a/b"},
    {"/users/a%2fb%3F%25", TARGET_USER, "a/b?%"},
    {"/users/a+b", TARGET_USER, "a+b"},
    {"/users/..", TARGET_USER, ".."},
    {"/users/r%61ndom", TARGET_USER, "random"},
    {"/users/%C3%A9", TARGET_USER, "\xc3\xa9"},
    {"/users/\xe2\x82\xac", TARGET_USER, "\xe2\x82\xac"},
    {"/users/%F0%9F%98%80", TARGET_USER, "\xf0\x9f\x98\x80"},
    {"/users/%F4%8F%BF%BF", TARGET_USER, "\xf4\x8f\xbf\xbf"},
    {"/users/random", TARGET_RANDOM_USER, NULL},
    {"/users/random?n=1", TARGET_RANDOM_USER, NULL},
    {"/stats", TARGET_STATS, NULL},
    {"/stats?pretty", TARGET_STATS, NULL},
    {"/metrics", TARGET_METRICS, NULL},
    {"/jemalloc", TARGET_JEMALLOC, NULL},
    {"/users/", TARGET_BAD_ID, NULL},
    {"/users/?alice", TARGET_BAD_ID, NULL},
    {"/users/%", TARGET_BAD_ID, NULL},
    {"/users/%4", TARGET_BAD_ID, NULL},
    {"/users/%zz", TARGET_BAD_ID, NULL},
    {"/users/%4g", TARGET_BAD_ID, NULL},
    {"/users/%-1", TARGET_BAD_ID, NULL},
    {"/users/%FF", TARGET_BAD_ID, NULL},
    {"/users/%C3", TARGET_BAD_ID, NULL},          /* cut short */
    {"/users/%A9", TARGET_BAD_ID, NULL},          /* no beginning */
    {"/users/%C0%AF", TARGET_BAD_ID, NULL},       /* overlong */
    {"/users/%E0%80%AF", TARGET_BAD_ID, NULL},    /* overlong */
    {"/users/%ED%A0%80", TARGET_BAD_ID, NULL},    /* a surrogate */
    {"/users/%F4%90%80%80", TARGET_BAD_ID, NULL}, /* beyond Unicode */
    {"/users/%F0%9F%98x", TARGET_BAD_ID, NULL},
    {"/users", TARGET_NONE, NULL},
    {"/users/a/b", TARGET_NONE, NULL},
    {"/users/a/", TARGET_NONE, NULL},
    {"/users//", TARGET_NONE, NULL},
    {"/usersx", TARGET_NONE, NULL},
    {"/stats/", TARGET_NONE, NULL},
    {"/stat", TARGET_NONE, NULL},
    {"/", TARGET_NONE, NULL},
    {"*", TARGET_NONE, NULL},
    {"", TARGET_NONE, NULL},
};

/* Reads a copy that ends where the path does, so that a step too far is seen. */
static void path_read(struct request_target *target, const char *path, size_t count)
{
    char *copy = malloc(count + !count);
    memcpy(copy, path, count);
    request_target_parse(target, (struct span){copy, count});
    free(copy);
}

static void paths_are_distinguished(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct request_target target;
        path_read(&target, rows[i].path, strlen(rows[i].path));
        if (target.kind != rows[i].kind)
            fail_msg("%s: %d, not %d", rows[i].path, target.kind, rows[i].kind);
        if (rows[i].id) {
            assert_int_equal(target.id_count, strlen(rows[i].id));
            assert_memory_equal(target.id, rows[i].id, target.id_count);
        }
    }
}

static void id_may_hold_zero(void **state)
{
    struct request_target target;
    path_read(&target, "/users/a%00b", 12);
    assert_int_equal(target.kind, TARGET_USER);
    assert_int_equal(target.id_count, 3);
    assert_memory_equal(target.id, "a\0b", 3);
}

/* Its length counts decoded. */
static void id_has_128_bytes_at_most(void **state)
{
    char path[7 + 3 * (RECORD_KEY_BYTES_MAX + 1)] = "/users/";
    struct request_target target;
    memset(path + 7, 'a', sizeof path - 7);
    path_read(&target, path, 7 + RECORD_KEY_BYTES_MAX);
    assert_int_equal(target.kind, TARGET_USER);
    path_read(&target, path, 7 + RECORD_KEY_BYTES_MAX + 1);
    assert_int_equal(target.kind, TARGET_BAD_ID);
    for (size_t i = 0; i <= RECORD_KEY_BYTES_MAX; i++)
        memcpy(path + 7 + 3 * i, "%61", 3);
    path_read(&target, path, sizeof path - 3);
    assert_int_equal(target.kind, TARGET_USER);
    path_read(&target, path, sizeof path);
    assert_int_equal(target.kind, TARGET_BAD_ID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_distinguished),
        cmocka_unit_test(id_may_hold_zero),
        cmocka_unit_test(id_has_128_bytes_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
