/* console_reply_test.c - the console's answers are read, and whatever else comes does no harm. */
#include "console_reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LOST                                                                                       \
    "{\"sampled\":9,\"share\":4,\"records\":2,\"record_bytes\":900,\"held\":[\"main.cache.index\"" \
    ",\"node 1\"],\"kinds\":[{\"type\":\"login\",\"count\":3,\"bytes\":192,\"live\":5}],"          \
    "\"examples\":[{\"record\":\"\\\"ab\\\"\",\"bytes\":448,\"references\":1,\"cycle\":"           \
    "[\"record\",\"login\",\"record\"]},{\"record\":\"x\",\"holder\":[\"check\",\"record\"]}]}"

#define LOOK                                                                                       \
    "{\"time_ns\":77,\"figures\":{\"policy\":\"lru\",\"version\":\"1\",\"pid\":12,\"requests\":5," \
    "\"limits\":{\"capacity_entries\":100,\"capacity_bytes\":null,\"ttl_ns\":null},\"cache\":{"    \
    "\"hits\":1,\"misses\":4,\"evictions\":0,\"expirations\":0,\"entries\":4},\"memory\":{"        \
    "\"payload_bytes\":1600,\"cache_bytes\":2000,\"live_records\":4,"                              \
    "\"zone_allocated_bytes\":1,\"zone_active_bytes\":1,\"zone_resident_bytes\":1,"                \
    "\"zone_metadata_bytes\":1,\"zone_retained_bytes\":1,\"allocated_bytes\":3000,"                \
    "\"active_bytes\":1,\"metadata_bytes\":1,\"resident_bytes\":1,\"mapped_bytes\":1,"             \
    "\"retained_bytes\":1}},\"census\":[{\"container\":\"main.cache\",\"type\":\"record\","        \
    "\"live\":4,\"live_bytes\":1700,\"total\":4,\"total_bytes\":1700}]}"

static void a_look_is_read(void **state)
{
    (void)state;
    struct look look;
    struct console_reply_server server;
    struct error error;
    assert_int_equal(console_reply_look(LOOK, strlen(LOOK), &look, &server, &error), 0);
    assert_string_equal(server.policy, "lru");
    assert_int_equal(server.pid, 12);
    assert_int_equal(server.limits.capacity_entries, 100);
    assert_int_equal(server.limits.ttl_ns, 0);
    assert_int_equal(look.sample.time_ns, 77);
    assert_int_equal(look.sample.requests, 5);
    assert_int_equal(look.sample.allocated_bytes, 3000);
    assert_int_equal(census_find(&look.census, "main.cache", "record")->live_bytes, 1700);
}

static void what_is_lost_is_read(void **state)
{
    (void)state;
    struct lost lost;
    struct error error;
    assert_int_equal(console_reply_lost(LOST, strlen(LOST), &lost, &error), 0);
    assert_int_equal(lost.share, 4);
    assert_int_equal(lost.records, 2);
    assert_string_equal(lost.held, "main.cache.index -> node 1");
    assert_string_equal(lost.kinds[0].type, "login");
    assert_int_equal(lost.kinds[0].count, 3);
    assert_int_equal(lost.example_count, 2);
    assert_string_equal(lost.examples[0].cycle, "record -> login -> record");
    assert_string_equal(lost.examples[0].holder, "");
    assert_string_equal(lost.examples[1].holder, "check -> record");
}

static void what_is_no_answer_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "nil",
                                        "[]",
                                        "{}",
                                        "{\"share\":0}",
                                        "{\"census\":[]}",
                                        "{\"census\":[1],\"figures\":{}}"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct look look;
        struct lost lost;
        struct console_reply_server server;
        struct error error = {""};
        assert_int_equal(console_reply_look(wrong[i], strlen(wrong[i]), &look, &server, &error),
                         -1);
        assert_true(strlen(error.text) > 0 && strchr(error.text, '\n') == NULL);
        assert_int_equal(console_reply_lost(wrong[i], strlen(wrong[i]), &lost, &error), -1);
    }
}

/* A long list, long texts, texts where numbers belong. */
static void what_is_too_much_is_cut(void **state)
{
    (void)state;
    enum { BYTES = 200000, ITEMS = 500 };
    struct lost lost;
    struct error error;
    char *text = malloc(BYTES);
    assert_non_null(text);
    int count = snprintf(text, BYTES, "{\"share\":1,\"records\":\"many\",\"held\":[");
    for (int i = 0; i < ITEMS; i++)
        count += snprintf(text + count, (size_t)(BYTES - count), "%s\"a rather long step %d\"",
                          i ? "," : "", i);
    count += snprintf(text + count, (size_t)(BYTES - count), "],\"examples\":[");
    for (int i = 0; i < ITEMS; i++)
        count +=
            snprintf(text + count, (size_t)(BYTES - count), "%s{\"bytes\":-%d}", i ? "," : "", i);
    count += snprintf(text + count, (size_t)(BYTES - count), "]}");
    assert_int_equal(console_reply_lost(text, (size_t)count, &lost, &error), 0);
    assert_int_equal(lost.records, 0);
    assert_int_equal(lost.example_count, DIAGNOSIS_EXAMPLES);
    assert_int_equal(lost.examples[5].bytes, 0);
    assert_true(strlen(lost.held) < DIAGNOSIS_TEXT_BYTES);
    free(text);
}

/* A byte changed here and there, and ends that are missing. */
static void mutations_do_no_harm(void **state)
{
    (void)state;
    static const char *const texts[] = {LOOK, LOST};
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
        struct look look;
        struct lost lost;
        struct console_reply_server server;
        struct error error;
        size_t cut = round % 5 == 0 ? (random >> 40) % bytes : bytes;
        console_reply_look(copy, cut, &look, &server, &error);
        console_reply_lost(copy, cut, &lost, &error);
        assert_true(lost.example_count <= DIAGNOSIS_EXAMPLES && lost.kind_count <= DIAGNOSIS_KINDS);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_look_is_read),
        cmocka_unit_test(what_is_lost_is_read),
        cmocka_unit_test(what_is_no_answer_is_refused),
        cmocka_unit_test(what_is_too_much_is_cut),
        cmocka_unit_test(mutations_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
