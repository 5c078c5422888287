/* record_sizes_test.c - sizes are those of the records that would be served, and the trace's own
 * come first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cache.h"
#include "origin.h"
#include "record_sizes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUESTS 6

static const uint64_t ids[REQUESTS] = {0, 42, UINT64_C(0x9e3779b97f4a7c15), 42, UINT64_MAX, 0};

/* A corpus of the ids, with or without sizes. */
static struct corpus corpus_of(const uint32_t *bytes)
{
    struct corpus corpus = {.requests = REQUESTS, .read = REQUESTS};
    corpus.hashes = calloc(REQUESTS, sizeof *corpus.hashes);
    corpus.nexts = calloc(REQUESTS, sizeof *corpus.nexts);
    for (uint64_t at = 0; at < REQUESTS; at++) {
        corpus.hashes[at] = cache_hash_id(ids[at]);
        corpus.nexts[at] = TRACE_NEVER;
        for (uint64_t next = REQUESTS; next-- > at + 1;)
            if (ids[next] == ids[at])
                corpus.nexts[at] = next;
    }
    if (bytes != NULL) {
        corpus.bytes = calloc(REQUESTS, sizeof *corpus.bytes);
        memcpy(corpus.bytes, bytes, REQUESTS * sizeof *bytes);
    }
    return corpus;
}

static uint32_t served_bytes(struct origin *origin, struct memory_zone *zone, uint64_t id)
{
    char text[17];
    struct record *record;
    snprintf(text, sizeof text, "%016llx", (unsigned long long)id);
    assert_int_equal(origin_fetch(origin, (struct span){text, 16}, zone, &record), ORIGIN_FOUND);
    uint32_t bytes = (uint32_t)record_body(record).count;
    record_drop(record);
    record_free(record);
    return bytes;
}

static void a_trace_without_sizes_gets_those_of_the_service(void **state)
{
    struct error error;
    struct memory_zone *zone = memory_zone_create();
    struct origin *origin = origin_open("faker", 0, zone, &error);
    struct corpus corpus = corpus_of(NULL);
    uint32_t *sizes = sizes_of_service(&corpus);
    assert_false(sizes_complete(&corpus, sizes));
    for (size_t i = 0; i < REQUESTS; i++) {
        assert_int_equal(sizes[i], served_bytes(origin, zone, ids[i]));
        assert_int_equal(corpus.bytes[i], sizes[i]);
    }
    assert_int_not_equal(sizes[0], sizes[1]);
    origin_close(origin);
    memory_zone_destroy(zone);
    free(sizes);
    corpus_free(&corpus);
}

#define UNKNOWN TRACE_BYTES_UNKNOWN

/* The size of the same id counts, the one that was said last; or else the mean of the known ones. A
 * size of 1 byte is a size. */
static void unknown_sizes_are_those_of_the_id(void **state)
{
    static const uint32_t given[REQUESTS] = {UNKNOWN, 500, UNKNOWN, UNKNOWN, 1, 900};
    static const uint32_t expected[REQUESTS] = {900, 500, 560, 500, 1, 900};
    struct corpus corpus = corpus_of(given);
    struct unknown_sizes found = unknown_sizes_fill(corpus.bytes, corpus.nexts, corpus.requests);
    for (size_t i = 0; i < REQUESTS; i++)
        assert_int_equal(corpus.bytes[i], expected[i]);
    assert_int_equal(found.unknown, 3);
    assert_int_equal(found.assumed, 1);
    uint32_t *sizes = sizes_of_service(&corpus);
    assert_true(sizes_complete(&corpus, sizes));
    assert_int_equal(corpus.bytes[4], 1);
    free(sizes);
    corpus_free(&corpus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trace_without_sizes_gets_those_of_the_service),
        cmocka_unit_test(unknown_sizes_are_those_of_the_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
