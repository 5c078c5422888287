/* record_test.c - content and reference count of a record. */
#include "record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static void assert_span(struct span span, const char *text)
{
    assert_int_equal(span.count, strlen(text));
    assert_memory_equal(span.bytes, text, span.count);
}

static void key_and_body_are_kept(void **state)
{
    struct memory_zone *zone = memory_zone_create();
    struct record *record = record_create(zone, span_of("ab"), span_of("{\"x\":1}"), KEY_APART);
    assert_span(record_key(record), "ab");
    assert_span(record_body(record), "{\"x\":1}");
    assert_true(record_bytes(record) >= 8 + 2 + 7);
    assert_true(record_drop(record));
    record_free(record);
    memory_zone_destroy(zone);
}

static void key_in_the_body_is_not_stored_twice(void **state)
{
    char body[400];
    memset(body, '.', sizeof body);
    memcpy(body + 12, "the-key", 7);
    struct memory_zone *zone = memory_zone_create();
    struct record *record =
        record_create(zone, span_of("the-key"), (struct span){body, sizeof body}, 12);
    assert_span(record_key(record), "the-key");
    assert_int_equal(record_body(record).count, sizeof body);
    assert_memory_equal(record_body(record).bytes, body, sizeof body);
    assert_ptr_equal(record_key(record).bytes, record_body(record).bytes + 12);
    assert_true(record_drop(record));
    record_free(record);
    memory_zone_destroy(zone);
}

static void longest_key_and_empty_body(void **state)
{
    char key[RECORD_KEY_BYTES_MAX];
    memset(key, 'k', sizeof key);
    struct memory_zone *zone = memory_zone_create();
    struct record *record =
        record_create(zone, (struct span){key, sizeof key}, span_of(""), KEY_APART);
    assert_int_equal(record_key(record).count, sizeof key);
    assert_memory_equal(record_key(record).bytes, key, sizeof key);
    assert_int_equal(record_body(record).count, 0);
    assert_true(record_drop(record));
    record_free(record);
    memory_zone_destroy(zone);
}

static void references_count(void **state)
{
    struct memory_zone *zone = memory_zone_create();
    struct record *record = record_create(zone, span_of("k"), span_of("b"), KEY_APART);
    record_hold(record);
    assert_true(record_hold_if_alive(record));
    assert_false(record_drop(record));
    assert_false(record_drop(record));
    assert_true(record_drop(record));
    assert_false(record_hold_if_alive(record));
    assert_span(record_key(record), "k");
    record_free(record);
    memory_zone_destroy(zone);
}

struct test_attachment {
    struct attachment attachment;
    unsigned freed;
};

static void attachment_freed(struct attachment *attachment)
{
    ((struct test_attachment *)attachment)->freed++;
}

static void an_attachment_is_notified_when_the_record_is_freed(void **state)
{
    struct memory_zone *zone = memory_zone_create();
    struct test_attachment other = {.attachment.record_freed = attachment_freed};
    static const size_t places[] = {KEY_APART, 7};
    for (size_t i = 0; i < 2; i++) {
        struct record *record =
            record_create(zone, span_of("key"), span_of("{\"id\":\"key\"}"), places[i]);
        record = record_attach(record, zone, &other.attachment);
        assert_memory_equal(record_key(record).bytes, "key", 3);
        assert_int_equal(record_body(record).count, 12);
        assert_memory_equal(record_body(record).bytes, "{\"id\":\"key\"}", 12);
        record_hold(record);
        assert_false(record_drop(record));
        assert_int_equal(other.freed, i);
        assert_true(record_drop(record));
        record_free(record);
        assert_int_equal(other.freed, i + 1);
    }
    memory_zone_destroy(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_and_body_are_kept),
        cmocka_unit_test(key_in_the_body_is_not_stored_twice),
        cmocka_unit_test(longest_key_and_empty_body),
        cmocka_unit_test(references_count),
        cmocka_unit_test(an_attachment_is_notified_when_the_record_is_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
