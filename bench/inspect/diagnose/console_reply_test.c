/* console_reply_test.c - the console's answers are parsed, and other texts are refused. */
#include "console_reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define UNREACHABLE                                                                                \
    "{\"sampled\":9,\"share\":4,\"records\":2,\"record_bytes\":900,\"held\":[\"main.cache.index\"" \
    ",\"node 1\"],\"kinds\":[{\"type\":\"login\",\"count\":3,\"bytes\":192,\"live\":5}],"          \
    "\"examples\":[{\"record\":\"\\\"ab\\\"\",\"bytes\":448,\"references\":1,\"cycle\":"           \
    "[\"record\",\"login\",\"record\"]},{\"record\":\"x\",\"holder\":[\"check\",\"record\"]}]}"

#define SNAPSHOT                                                                                   \
    "{\"time_ns\":77,\"figures\":{\"policy\":\"lru\",\"version\":\"1\",\"pid\":12,\"requests\":5," \
    "\"limits\":{\"capacity_entries\":100,\"capacity_bytes\":null,\"ttl_ns\":null},\"cache\":{"    \
    "\"hits\":1,\"misses\":4,\"evictions\":0,\"expirations\":0,\"entries\":4},\"memory\":{"        \
    "\"payload_bytes\":1600,\"cache_bytes\":2000,\"live_records\":4,"                              \
    "\"zone_allocated_bytes\":1,\"zone_active_bytes\":1,\"zone_resident_bytes\":1,"                \
    "\"zone_metadata_bytes\":1,\"zone_retained_bytes\":1,\"allocated_bytes\":3000,"                \
    "\"active_bytes\":1,\"metadata_bytes\":1,\"resident_bytes\":1,\"mapped_bytes\":1,"             \
    "\"retained_bytes\":1}},\"census\":[{\"container\":\"main.cache\",\"type\":\"record\","        \
    "\"live\":4,\"live_bytes\":1700,\"total\":4,\"total_bytes\":1700}]}"

static void snapshot_is_parsed(void **state)
{
    struct snapshot snapshot;
    struct console_reply_server server;
    struct error error;
    assert_int_equal(console_reply_snapshot(SNAPSHOT, strlen(SNAPSHOT), &snapshot, &server, &error),
                     0);
    assert_string_equal(server.policy, "lru");
    assert_int_equal(server.pid, 12);
    assert_int_equal(server.limits.capacity_entries, 100);
    assert_int_equal(server.limits.ttl_ns, 0);
    assert_int_equal(snapshot.sample.time_ns, 77);
    assert_int_equal(snapshot.sample.requests, 5);
    assert_int_equal(snapshot.sample.allocated_bytes, 3000);
    assert_int_equal(census_find(&snapshot.census, "main.cache", "record")->live_bytes, 1700);
}

static void unreachable_objects_are_parsed(void **state)
{
    struct unreachable unreachable;
    struct error error;
    assert_int_equal(
        console_reply_unreachable(UNREACHABLE, strlen(UNREACHABLE), &unreachable, &error), 0);
    assert_int_equal(unreachable.share, 4);
    assert_int_equal(unreachable.records, 2);
    assert_string_equal(unreachable.held, "main.cache.index -> node 1");
    assert_string_equal(unreachable.types[0].type, "login");
    assert_int_equal(unreachable.types[0].count, 3);
    assert_int_equal(unreachable.example_count, 2);
    assert_string_equal(unreachable.examples[0].cycle, "record -> login -> record");
    assert_string_equal(unreachable.examples[0].holder, "");
    assert_string_equal(unreachable.examples[1].holder, "check -> record");
}

static void other_texts_are_refused(void **state)
{
    static const char *const wrong[] = {"",
                                        "nil",
                                        "[]",
                                        "{}",
                                        "{\"share\":0}",
                                        "{\"census\":[]}",
                                        "{\"census\":[1],\"figures\":{}}"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct snapshot snapshot;
        struct unreachable unreachable;
        struct console_reply_server server;
        struct error error = {""};
        assert_int_equal(
            console_reply_snapshot(wrong[i], strlen(wrong[i]), &snapshot, &server, &error), -1);
        assert_true(strlen(error.text) > 0 && strchr(error.text, '\n') == NULL);
        assert_int_equal(
            console_reply_unreachable(wrong[i], strlen(wrong[i]), &unreachable, &error), -1);
    }
}

static void a_missing_figure_is_named(void **state)
{
    static const char text[] = "{\"census\":[1],\"figures\":{\"cache\":{\"hits\":1}}}";
    struct snapshot snapshot;
    struct console_reply_server server;
    struct error error;
    assert_int_equal(console_reply_snapshot(text, strlen(text), &snapshot, &server, &error), -1);
    assert_string_equal(error.text, "the console's answer: cache.misses is missing");
}

/* A long list, long texts, and texts in place of numbers. */
static void long_answers_are_truncated(void **state)
{
    enum { BYTES = 200000, ITEMS = 500 };
    struct unreachable unreachable;
    struct error error;
    char *text = malloc(BYTES);
    assert_non_null(text);
    int count = snprintf(text, BYTES, "{\"share\":1,\"records\":\"many\",\"held\":[");
    for (int i = 0; i < ITEMS; i++)
        count += snprintf(text + count, (size_t)(BYTES - count), "%s\"a long path element %d\"",
                          i ? "," : "", i);
    count += snprintf(text + count, (size_t)(BYTES - count), "],\"examples\":[");
    for (int i = 0; i < ITEMS; i++)
        count +=
            snprintf(text + count, (size_t)(BYTES - count), "%s{\"bytes\":-%d}", i ? "," : "", i);
    count += snprintf(text + count, (size_t)(BYTES - count), "]}");
    assert_int_equal(console_reply_unreachable(text, (size_t)count, &unreachable, &error), 0);
    assert_int_equal(unreachable.records, 0);
    assert_int_equal(unreachable.example_count, DIAGNOSIS_EXAMPLES);
    assert_int_equal(unreachable.examples[5].bytes, 0);
    assert_true(strlen(unreachable.held) < DIAGNOSIS_TEXT_BYTES);
    free(text);
}

/* Changed bytes and truncated texts. */
static void mutations_are_harmless(void **state)
{
    static const char *const texts[] = {SNAPSHOT, UNREACHABLE};
    uint64_t random = 5;
    for (int round = 0; round < 20000; round++) {
        const char *text = texts[round % 2];
        size_t bytes = strlen(text);
        char *copy = malloc(bytes);
        assert_non_null(copy);
        memcpy(copy, text, bytes);
        for (int i = 0; i < 3; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            copy[(random >> 33) % bytes] = "{}[]\",:0919nulx\\"[(random >> 20) % 16];
        }
        struct snapshot snapshot;
        struct unreachable unreachable;
        struct console_reply_server server;
        struct error error;
        size_t cut = round % 5 == 0 ? (random >> 40) % bytes : bytes;
        console_reply_snapshot(copy, cut, &snapshot, &server, &error);
        console_reply_unreachable(copy, cut, &unreachable, &error);
        assert_true(unreachable.example_count <= DIAGNOSIS_EXAMPLES &&
                    unreachable.type_count <= DIAGNOSIS_TYPES);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(snapshot_is_parsed),
        cmocka_unit_test(unreachable_objects_are_parsed),
        cmocka_unit_test(other_texts_are_refused),
        cmocka_unit_test(a_missing_figure_is_named),
        cmocka_unit_test(long_answers_are_truncated),
        cmocka_unit_test(mutations_are_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
