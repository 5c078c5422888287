/* diagnosis_test.c - each kind of mistake is told from made-up looks, with container and path. */
#include "diagnosis.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LOOKS = 40, REQUESTS = 2000, RECORD_BYTES = 448, CAPACITY = 1000 };

#define LOOK_NS UINT64_C(250000000)
#define START   1000000 /* requests before the first look */

/* What a request adds, beside itself, and what it adds to the pages. */
struct story {
    double entries, lost_records, history_bytes, hook_bytes, page_bytes, other_bytes;
    double requests; /* a look */
    struct result_limits limits;
};

static void row_add(struct census *census, const char *container, const char *type, double live,
                    double bytes)
{
    struct census_row row = {.live = (uint64_t)live,
                             .live_bytes = (uint64_t)bytes,
                             .total = (uint64_t)live,
                             .total_bytes = (uint64_t)bytes};
    snprintf(row.container, sizeof row.container, "%s", container);
    snprintf(row.type, sizeof row.type, "%s", type);
    census_add(census, &row);
}

static void look_make(struct look *look, const struct story *story, size_t number)
{
    double requests = (double)number * story->requests;
    double entries = CAPACITY + story->entries * requests, lost = story->lost_records * requests;
    double history = 10000 + story->history_bytes * requests, hooks = story->hook_bytes * requests;
    double cache = entries * RECORD_BYTES + history;
    double allocated = cache + lost * RECORD_BYTES + hooks + 400000 + story->other_bytes * requests;
    *look = (struct look){
        .sample = {.time_ns = 7 + number * LOOK_NS,
                   .requests = START + (uint64_t)requests,
                   .misses = START + (uint64_t)requests,
                   .evictions = START + (uint64_t)requests,
                   .entries = (uint64_t)entries,
                   .payload_bytes = (uint64_t)(entries * 400),
                   .cache_bytes = (uint64_t)cache,
                   .live_records = (uint64_t)(entries + lost),
                   .live_record_bytes = (uint64_t)((entries + lost) * RECORD_BYTES),
                   .zone_allocated_bytes = (uint64_t)(cache + lost * RECORD_BYTES),
                   .zone_active_bytes =
                       (uint64_t)(cache + lost * RECORD_BYTES + story->page_bytes * requests),
                   .allocated_bytes = (uint64_t)allocated,
                   .active_bytes = (uint64_t)(allocated + 50000 + story->page_bytes * requests),
                   .resident_bytes = (uint64_t)(allocated + 90000 + story->page_bytes * requests),
                   .rss_bytes = (uint64_t)(allocated + 900000)}};
    row_add(&look->census, "main.cache", "record", entries, entries * RECORD_BYTES);
    row_add(&look->census, "main.cache.order.history", "slots", 1, history);
    row_add(&look->census, "outside main.cache", "record", lost, lost * RECORD_BYTES);
    row_add(&look->census, "main.hooks", "thing", hooks / 64, hooks);
    row_add(&look->census, "process", "other", 1, 400000 + story->other_bytes * requests);
}

/* Released by the caller. */
static struct look *diagnose(const struct story *story, const struct lost *lost,
                             struct diagnosis *diagnosis)
{
    static const struct headroom room = {"MemAvailable", 1 << 30, 1 << 30};
    struct look *looks = calloc(LOOKS, sizeof *looks);
    assert_non_null(looks);
    for (size_t i = 0; i < LOOKS; i++)
        look_make(&looks[i], story, i);
    diagnosis_make(diagnosis, looks, LOOKS, &story->limits, lost, &room);
    return looks;
}

static void assert_diagnosis(const struct story *story, const struct lost *lost,
                             enum verdict_class class, enum mistake mistake, const char *container,
                             const char *path)
{
    struct diagnosis diagnosis;
    struct look *looks = diagnose(story, lost, &diagnosis);
    assert_string_equal(verdict_class_name(diagnosis.verdict.class), verdict_class_name(class));
    assert_string_equal(mistake_name(diagnosis.mistake), mistake_name(mistake));
    assert_string_equal(diagnosis.container, container);
    assert_string_equal(diagnosis.path, path);
    assert_int_equal(diagnosis.time_to_limit_ns > 0,
                     verdict_is_leak(class) || class == VERDICT_FRAGMENTATION);
    free(looks);
}

#define HELD  "main.cache.index -> node 3 -> record \"ab\""
#define CYCLE "record \"ab\" -> thing -> record \"ab\""

static const struct lost nothing_lost = {.sampled = 1000, .share = 1, .held = HELD};

static void what_is_flat_is_healthy(void **state)
{
    (void)state;
    struct story story = {.requests = REQUESTS, .limits = {.capacity_entries = CAPACITY}};
    assert_diagnosis(&story, &nothing_lost, VERDICT_BOUNDED, MISTAKE_NONE, "", "");
}

static void a_container_without_end(void **state)
{
    (void)state;
    struct story story = {.requests = REQUESTS, .entries = 1};
    assert_diagnosis(&story, &nothing_lost, VERDICT_LEAK_CONTAINER, MISTAKE_UNBOUNDED, "main.cache",
                     HELD);
}

static void bookkeeping_without_end(void **state)
{
    (void)state;
    struct story story = {
        .requests = REQUESTS, .history_bytes = 24, .limits = {.capacity_entries = CAPACITY}};
    assert_diagnosis(&story, &nothing_lost, VERDICT_LEAK_CONTAINER, MISTAKE_REMEMBERED,
                     "main.cache.order.history", "main.cache -> order -> history");
}

static void a_cycle(void **state)
{
    (void)state;
    struct story story = {.requests = REQUESTS,
                          .lost_records = 1,
                          .hook_bytes = 64,
                          .limits = {.capacity_entries = CAPACITY}};
    struct lost lost = {.sampled = 4000,
                        .share = 4,
                        .records = 15000,
                        .record_bytes = 15000 * RECORD_BYTES,
                        .kind_count = 1,
                        .kinds = {{"thing", 60000, 60000 * 64, 61000}},
                        .example_count = 1,
                        .examples = {{"\"ab\"", 448, 1, "thing -> record \"ab\"", CYCLE}}};
    assert_diagnosis(&story, &lost, VERDICT_LEAK_UNREACHABLE, MISTAKE_CYCLE, "main.hooks", CYCLE);
}

static void a_forgotten_reference(void **state)
{
    (void)state;
    struct story story = {.requests = REQUESTS,
                          .lost_records = 0.001,
                          .hook_bytes = 1.1,
                          .limits = {.capacity_entries = CAPACITY}};
    struct lost lost = {.sampled = 4000,
                        .share = 1,
                        .records = 80,
                        .record_bytes = 80 * RECORD_BYTES,
                        .kind_count = 1,
                        .kinds = {{"thing", 80, 80 * 1100, 81}},
                        .example_count = 1,
                        .examples = {{"\"ab\"", 448, 1, "thing -> record \"ab\"", ""}}};
    assert_diagnosis(&story, &lost, VERDICT_LEAK_UNREACHABLE, MISTAKE_FORGOTTEN, "main.hooks",
                     "(nobody) -> thing -> record \"ab\"");
}

/* What a weak cache holds grows because others, who are lost, own it. */
static void a_container_that_others_keep_full(void **state)
{
    (void)state;
    struct story story = {.requests = REQUESTS, .entries = 1, .hook_bytes = 6};
    struct lost lost = {.sampled = 4000,
                        .share = 16,
                        .records = 4000,
                        .record_bytes = 4000 * RECORD_BYTES,
                        .kind_count = 1,
                        .kinds = {{"thing", 1000, 60000, 1010}},
                        .example_count = 1,
                        .examples = {{"\"ab\"", 448, 1, "thing -> record \"ab\"", ""}}};
    assert_diagnosis(&story, &lost, VERDICT_LEAK_CONTAINER, MISTAKE_FORGOTTEN, "main.hooks",
                     "(nobody) -> thing -> record \"ab\"");
}

static void bytes_that_nothing_explains(void **state)
{
    (void)state;
    struct story story = {
        .requests = REQUESTS, .other_bytes = 10, .limits = {.capacity_entries = CAPACITY}};
    assert_diagnosis(&story, &nothing_lost, VERDICT_LEAK_UNREACHABLE, MISTAKE_OUTSIDE, "process",
                     "process");
}

/* A record or two that were in nobody's hands for a moment are not what grew. */
static void what_is_lost_for_a_moment_explains_nothing(void **state)
{
    (void)state;
    struct story story = {
        .requests = REQUESTS, .other_bytes = 10, .limits = {.capacity_entries = CAPACITY}};
    struct lost lost = {.sampled = 1000, .share = 1, .records = 2, .record_bytes = 900};
    assert_diagnosis(&story, &lost, VERDICT_LEAK_UNREACHABLE, MISTAKE_OUTSIDE, "process",
                     "process");
}

static void pages_that_grow(void **state)
{
    (void)state;
    struct story story = {
        .requests = REQUESTS, .page_bytes = 8, .limits = {.capacity_entries = CAPACITY}};
    assert_diagnosis(&story, &nothing_lost, VERDICT_FRAGMENTATION, MISTAKE_FRAGMENTS, "main.cache",
                     "main.cache -> its pages");
}

/* However it grows: without requests there is nothing that it could be laid to. */
static void without_load_nothing_is_said(void **state)
{
    (void)state;
    struct story story = {.requests = 2, .entries = 100};
    assert_diagnosis(&story, &nothing_lost, VERDICT_UNDECIDED, MISTAKE_NO_LOAD, "", "");
}

/* In ten seconds nothing is a minute old: what is flat is bounded, what grows cannot be told. */
static void a_look_shorter_than_the_age(void **state)
{
    (void)state;
    struct story flat = {.requests = REQUESTS, .limits = {.ttl_ns = UINT64_C(60000000000)}};
    struct story grows = flat;
    grows.entries = 1;
    assert_diagnosis(&flat, &nothing_lost, VERDICT_BOUNDED, MISTAKE_NONE, "", "");
    assert_diagnosis(&grows, &nothing_lost, VERDICT_WARMING, MISTAKE_FILLING, "", "");
}

static void one_look_decides_nothing(void **state)
{
    (void)state;
    struct look look;
    struct diagnosis diagnosis;
    struct story story = {.requests = REQUESTS, .entries = 1};
    look_make(&look, &story, 0);
    diagnosis_make(&diagnosis, &look, 1, &story.limits, &nothing_lost, &(struct headroom){0});
    assert_int_equal(diagnosis.mistake, MISTAKE_NO_LOAD);
}

/* Every mistake has a name and its sentences. */
static void every_mistake_is_explained(void **state)
{
    (void)state;
    for (enum mistake mistake = 0; mistake < MISTAKES; mistake++) {
        assert_non_null(mistake_name(mistake));
        assert_true(strlen(mistake_means(mistake)) > 0 && strlen(mistake_remedy(mistake)) > 0);
    }
}

static void time_runs_out_at_the_rate_that_was_seen(void **state)
{
    (void)state;
    struct story story = {.requests = REQUESTS, .entries = 1};
    struct diagnosis diagnosis;
    struct look *looks = diagnose(&story, &nothing_lost, &diagnosis);
    double rate = RECORD_BYTES * REQUESTS / 0.25;
    assert_true(diagnosis.bytes_per_second > rate * 0.95 &&
                diagnosis.bytes_per_second < rate * 1.05);
    assert_in_range(diagnosis.time_to_limit_ns, (uint64_t)((1 << 30) / rate * 0.95e9),
                    (uint64_t)((1 << 30) / rate * 1.05e9));
    assert_string_equal(diagnosis.type, "record");
    free(looks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_flat_is_healthy),
        cmocka_unit_test(a_container_without_end),
        cmocka_unit_test(bookkeeping_without_end),
        cmocka_unit_test(a_cycle),
        cmocka_unit_test(a_forgotten_reference),
        cmocka_unit_test(a_container_that_others_keep_full),
        cmocka_unit_test(bytes_that_nothing_explains),
        cmocka_unit_test(what_is_lost_for_a_moment_explains_nothing),
        cmocka_unit_test(pages_that_grow),
        cmocka_unit_test(without_load_nothing_is_said),
        cmocka_unit_test(a_look_shorter_than_the_age),
        cmocka_unit_test(one_look_decides_nothing),
        cmocka_unit_test(every_mistake_is_explained),
        cmocka_unit_test(time_runs_out_at_the_rate_that_was_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
