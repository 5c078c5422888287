/* columns_test.c - samples taken out and put back are the same; nothing else is touched. */
#include "columns.h"
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS      20000
#define CHANGES_MAX 6

/* A run as a result has it, and what may come in its way. */
static const char document[] =
    "{\"variant\": \"a \\\"samples\\\": [{\", \"runs\": [{\"sampling\": {\"samples\": 2},\n"
    " \"samples\": [ {\"time_ns\": 0, \"rss_bytes\": 7340032},\n"
    "  {\"time_ns\": 33000000, \"rss_bytes\": 7340033 } , "
    "{\"time_ns\":66000001,\"rss_bytes\":-5}]},"
    "{\"samples\":[]}, {\"samples\":[{\"time_ns\":1},{\"time_ns\":2.5}]}],\"samples\":[{\"a\":1}]}";

static json_t *block_expand(const json_t *block)
{
    const json_t *keys = json_object_get(block, "keys"), *deltas = json_object_get(block, "deltas");
    json_t *list = json_array();
    assert_int_equal(json_array_size(keys), json_array_size(deltas));
    size_t rows = json_array_size(json_array_get(deltas, 0));
    for (size_t row = 0; row < rows; row++)
        json_array_append_new(list, json_object());
    for (size_t column = 0; column < json_array_size(keys); column++) {
        json_int_t value = 0;
        for (size_t row = 0; row < rows; row++) {
            value += json_integer_value(json_array_get(json_array_get(deltas, column), row));
            json_object_set_new(json_array_get(list, row),
                                json_string_value(json_array_get(keys, column)),
                                json_integer(value));
        }
    }
    return list;
}

/* Puts every block back where its number stands. */
static void blocks_restore(json_t *json, const struct columns *columns, size_t *restored)
{
    json_t *value;
    const char *key;
    size_t i;
    void *next;
    json_array_foreach (json, i, value)
        blocks_restore(value, columns, restored);
    json_object_foreach_safe(json, next, key, value)
    {
        const json_t *number = json_object_get(value, "columns");
        if (strcmp(key, "samples") != 0 || number == NULL) {
            blocks_restore(value, columns, restored);
            continue;
        }
        size_t at = (size_t)json_integer_value(number);
        assert_in_range(at, 0, columns->count - 1);
        json_t *block = json_loadb(columns->blocks[at].text, columns->blocks[at].bytes, 0, NULL);
        assert_non_null(block);
        json_object_set_new(json, key, block_expand(block));
        json_decref(block);
        (*restored)++;
    }
}

/* Cuts the text, and asserts that it is JSON just when the rest is, and then the same. */
static size_t text_check(const char *text, size_t bytes)
{
    struct columns columns = columns_cut(text, bytes);
    json_t *before = json_loadb(text, bytes, 0, NULL);
    json_t *after = json_loadb(columns.rest.text, columns.rest.bytes, 0, NULL);
    size_t restored = 0, count = columns.count;
    assert_int_equal(before == NULL, after == NULL);
    if (after != NULL) {
        blocks_restore(after, &columns, &restored);
        assert_true(json_equal(before, after));
        assert_true(restored <= count); /* less where a key came twice */
    }
    json_t *brief = json_loadb(columns.brief.text, columns.brief.bytes, 0, NULL);
    assert_int_equal(before == NULL, brief == NULL);
    json_decref(brief);
    json_decref(before);
    json_decref(after);
    columns_free(&columns);
    return count;
}

static void test_samples_come_back(void **state)
{
    assert_int_equal(text_check(document, sizeof document - 1), 2);
}

static void test_the_brief_text_has_the_last_samples(void **state)
{
    static const char text[] = "{\"samples\":[{\"a\":1,\"b\":-2},{\"a\":3,\"b\":4}],\"c\":[5]}";
    struct columns columns = columns_cut(text, sizeof text - 1);
    static const char expected[] = "{\"samples\":[{\"a\":3,\"b\":4}],\"c\":[5]}";
    assert_int_equal(columns.brief.bytes, sizeof expected - 1);
    assert_memory_equal(columns.brief.text, expected, sizeof expected - 1);
    columns_free(&columns);
}

static void test_what_is_no_list_of_samples_stays(void **state)
{
    static const char *const texts[] = {
        "{\"samples\":[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1}]}",
        "{\"samples\":[{\"a\":1},{\"a\":1,\"b\":2}]}",
        "{\"samples\":[{\"a\":12345678901234567}]}",
        "{\"samples\":[{\"a\":01}]}",
        "{\"samples\":[{\"a\":null}]}",
        "{\"samples\":[{}]}",
        "{\"samples\":[{\"a\":1},]}",
        "{\"samples\":[{\"a\":1}",
        "{\"samples\":[{\"\\u0041\":1}]}",
        "{\"samples",
        "\"",
        "\\",
        "",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(text_check(texts[i], strlen(texts[i])), 0);
}

/* On the heap at its exact size, so that ASan sees a byte too many. */
static void round_check(uint64_t round)
{
    static const char strange[] = "\"\\{}[]:,0123456789.-eE \n<a";
    struct random random;
    random_seed(&random, round);
    size_t bytes = 1 + random_below(&random, sizeof document - 1);
    char *text = malloc(bytes);
    assert_non_null(text);
    memcpy(text, document, bytes);
    for (uint64_t changes = random_below(&random, CHANGES_MAX); changes > 0; changes--)
        text[random_below(&random, bytes)] = strange[random_below(&random, sizeof strange - 1)];
    text_check(text, bytes);
    free(text);
}

static void test_strange_texts_do_no_harm(void **state)
{
    for (uint64_t round = 0; round < ROUNDS; round++)
        round_check(round);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples_come_back),
        cmocka_unit_test(test_the_brief_text_has_the_last_samples),
        cmocka_unit_test(test_what_is_no_list_of_samples_stays),
        cmocka_unit_test(test_strange_texts_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
