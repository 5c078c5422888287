/* json_text_test.c - a JSON parser restores every byte, at every position of a word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json_text.h"

#include <jansson.h>
#include <string.h>

#define TEXT_BYTES 24

static void text_survives(const char *text, size_t count)
{
    char quoted[JSON_ROOM(TEXT_BYTES) + 2] = "\"";
    char *end = json_put(quoted + 1, (struct span){text, count});
    *end++ = '"';
    json_t *string =
        json_loadb(quoted, (size_t)(end - quoted), JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    assert_non_null(string);
    assert_int_equal(json_string_length(string), count);
    assert_memory_equal(json_string_value(string), text, count);
    assert_int_equal(json_verbatim((struct span){text, count}),
                     (size_t)(end - quoted) == count + 2);
    json_decref(string);
}

static void every_byte_survives_everywhere(void **state)
{
    for (unsigned byte = 0; byte < 0x80; byte++)
        for (size_t at = 0; at < TEXT_BYTES; at++) {
            char text[TEXT_BYTES];
            memset(text, 'a', sizeof text);
            text[at] = (char)byte;
            text_survives(text, sizeof text);
            text_survives(text, at + 1);
            memset(text + at, (int)byte, sizeof text - at);
            text_survives(text, sizeof text);
        }
    text_survives("", 0);
    text_survives("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9);
}

static void only_what_must_be_is_escaped(void **state)
{
    static const char text[] = "a\"b\\c\nd/e\x7f\x1f\tf",
                      wanted[] = "a\\\"b\\\\c\\nd/e\x7f\\u001f\\tf";
    char escaped[JSON_ROOM(sizeof text)];
    char *end = json_put(escaped, (struct span){text, sizeof text - 1});
    assert_int_equal(end - escaped, sizeof wanted - 1);
    assert_memory_equal(escaped, wanted, sizeof wanted - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_survives_everywhere),
        cmocka_unit_test(only_what_must_be_is_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
