/* diagnosis_test.c - each kind of mistake is found in constructed snapshots, with container and
 * path. */
#include "diagnosis.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SNAPSHOTS = 40, REQUESTS = 2000, RECORD_BYTES = 448, CAPACITY = 1000 };

#define INTERVAL_NS UINT64_C(250000000)
#define START       1000000 /* requests before the first snapshot */

/* What each request adds, in objects or bytes. */
struct growth {
    double entries, lost_records, history_bytes, hook_bytes, page_bytes, other_bytes;
    double requests; /* between two snapshots */
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

static void snapshot_make(struct snapshot *snapshot, const struct growth *growth, size_t number)
{
    double requests = (double)number * growth->requests;
    double entries = CAPACITY + growth->entries * requests, lost = growth->lost_records * requests;
    double history = 10000 + growth->history_bytes * requests,
           hooks = growth->hook_bytes * requests;
    double cache = entries * RECORD_BYTES + history;
    double allocated =
        cache + lost * RECORD_BYTES + hooks + 400000 + growth->other_bytes * requests;
    *snapshot = (struct snapshot){
        .sample = {.time_ns = 7 + number * INTERVAL_NS,
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
                       (uint64_t)(cache + lost * RECORD_BYTES + growth->page_bytes * requests),
                   .allocated_bytes = (uint64_t)allocated,
                   .active_bytes = (uint64_t)(allocated + 50000 + growth->page_bytes * requests),
                   .resident_bytes = (uint64_t)(allocated + 90000 + growth->page_bytes * requests),
                   .rss_bytes = (uint64_t)(allocated + 900000)}};
    row_add(&snapshot->census, "main.cache", "record", entries, entries * RECORD_BYTES);
    row_add(&snapshot->census, "main.cache.order.history", "slots", 1, history);
    row_add(&snapshot->census, "outside main.cache", "record", lost, lost * RECORD_BYTES);
    row_add(&snapshot->census, "main.hooks", "thing", hooks / 64, hooks);
    row_add(&snapshot->census, "process", "other", 1, 400000 + growth->other_bytes * requests);
}

/* Released by the caller. */
static struct snapshot *diagnose(const struct growth *growth, const struct unreachable *unreachable,
                                 struct diagnosis *diagnosis)
{
    static const struct headroom headroom = {"MemAvailable", 1 << 30, 1 << 30};
    struct snapshot *snapshots = calloc(SNAPSHOTS, sizeof *snapshots);
    assert_non_null(snapshots);
    for (size_t i = 0; i < SNAPSHOTS; i++)
        snapshot_make(&snapshots[i], growth, i);
    diagnosis_make(diagnosis, snapshots, SNAPSHOTS, &growth->limits, unreachable, &headroom);
    return snapshots;
}

static void assert_diagnosis(const struct growth *growth, const struct unreachable *unreachable,
                             enum verdict_class class, enum mistake mistake, const char *container,
                             const char *path)
{
    struct diagnosis diagnosis;
    struct snapshot *snapshots = diagnose(growth, unreachable, &diagnosis);
    assert_string_equal(verdict_class_name(diagnosis.verdict.class), verdict_class_name(class));
    assert_string_equal(mistake_texts[diagnosis.mistake].name, mistake_texts[mistake].name);
    assert_string_equal(diagnosis.container, container);
    assert_string_equal(diagnosis.path, path);
    assert_int_equal(diagnosis.time_to_limit_ns > 0,
                     verdict_is_leak(class) || class == VERDICT_FRAGMENTATION);
    free(snapshots);
}

#define HELD  "main.cache.index -> node 3 -> record \"ab\""
#define CYCLE "record \"ab\" -> thing -> record \"ab\""

static const struct unreachable all_reachable = {.sampled = 1000, .share = 1, .held = HELD};

static void flat_memory_is_bounded(void **state)
{
    struct growth growth = {.requests = REQUESTS, .limits = {.capacity_entries = CAPACITY}};
    assert_diagnosis(&growth, &all_reachable, VERDICT_BOUNDED, MISTAKE_NONE, "", "");
}

static void unbounded_container(void **state)
{
    struct growth growth = {.requests = REQUESTS, .entries = 1};
    assert_diagnosis(&growth, &all_reachable, VERDICT_LEAK_CONTAINER, MISTAKE_UNBOUNDED,
                     "main.cache", HELD);
}

static void unbounded_bookkeeping(void **state)
{
    struct growth growth = {
        .requests = REQUESTS, .history_bytes = 24, .limits = {.capacity_entries = CAPACITY}};
    assert_diagnosis(&growth, &all_reachable, VERDICT_LEAK_CONTAINER, MISTAKE_BOOKKEEPING,
                     "main.cache.order.history", "main.cache -> order -> history");
}

static void reference_cycle(void **state)
{
    struct growth growth = {.requests = REQUESTS,
                            .lost_records = 1,
                            .hook_bytes = 64,
                            .limits = {.capacity_entries = CAPACITY}};
    struct unreachable unreachable = {
        .sampled = 4000,
        .share = 4,
        .records = 15000,
        .record_bytes = 15000 * RECORD_BYTES,
        .type_count = 1,
        .types = {{"thing", 60000, 60000 * 64, 61000}},
        .example_count = 1,
        .examples = {{"\"ab\"", 448, 1, "thing -> record \"ab\"", CYCLE}}};
    assert_diagnosis(&growth, &unreachable, VERDICT_LEAK_UNREACHABLE, MISTAKE_CYCLE, "main.hooks",
                     CYCLE);
}

static void forgotten_reference(void **state)
{
    struct growth growth = {.requests = REQUESTS,
                            .lost_records = 0.001,
                            .hook_bytes = 1.1,
                            .limits = {.capacity_entries = CAPACITY}};
    struct unreachable unreachable = {
        .sampled = 4000,
        .share = 1,
        .records = 80,
        .record_bytes = 80 * RECORD_BYTES,
        .type_count = 1,
        .types = {{"thing", 80, 80 * 1100, 81}},
        .example_count = 1,
        .examples = {{"\"ab\"", 448, 1, "thing -> record \"ab\"", ""}}};
    assert_diagnosis(&growth, &unreachable, VERDICT_LEAK_UNREACHABLE, MISTAKE_FORGOTTEN,
                     "main.hooks", "(unreachable) -> thing -> record \"ab\"");
}

/* The entries of a weak cache grow because unreachable objects own its records. */
static void weak_cache_kept_full_by_unreachable_owners(void **state)
{
    struct growth growth = {.requests = REQUESTS, .entries = 1, .hook_bytes = 6};
    struct unreachable unreachable = {
        .sampled = 4000,
        .share = 16,
        .records = 4000,
        .record_bytes = 4000 * RECORD_BYTES,
        .type_count = 1,
        .types = {{"thing", 1000, 60000, 1010}},
        .example_count = 1,
        .examples = {{"\"ab\"", 448, 1, "thing -> record \"ab\"", ""}}};
    assert_diagnosis(&growth, &unreachable, VERDICT_LEAK_CONTAINER, MISTAKE_FORGOTTEN, "main.hooks",
                     "(unreachable) -> thing -> record \"ab\"");
}

static void unknown_memory(void **state)
{
    struct growth growth = {
        .requests = REQUESTS, .other_bytes = 10, .limits = {.capacity_entries = CAPACITY}};
    assert_diagnosis(&growth, &all_reachable, VERDICT_LEAK_UNREACHABLE, MISTAKE_UNKNOWN, "process",
                     "process");
}

/* Two records that were unreachable for a moment do not explain the growth. */
static void briefly_unreachable_records_are_not_the_cause(void **state)
{
    struct growth growth = {
        .requests = REQUESTS, .other_bytes = 10, .limits = {.capacity_entries = CAPACITY}};
    struct unreachable unreachable = {
        .sampled = 1000, .share = 1, .records = 2, .record_bytes = 900};
    assert_diagnosis(&growth, &unreachable, VERDICT_LEAK_UNREACHABLE, MISTAKE_UNKNOWN, "process",
                     "process");
}

static void fragmentation(void **state)
{
    struct growth growth = {
        .requests = REQUESTS, .page_bytes = 8, .limits = {.capacity_entries = CAPACITY}};
    assert_diagnosis(&growth, &all_reachable, VERDICT_FRAGMENTATION, MISTAKE_FRAGMENTATION,
                     "main.cache", "main.cache -> its pages");
}

/* However much memory grows: growth is measured per request. */
static void no_load(void **state)
{
    struct growth growth = {.requests = 2, .entries = 100};
    assert_diagnosis(&growth, &all_reachable, VERDICT_NO_ACTIVITY, MISTAKE_NO_LOAD, "", "");
}

/* 10 s of snapshots, TTL 60 s: flat memory is bounded, growth is undecided. */
static void snapshots_shorter_than_the_ttl(void **state)
{
    struct growth flat = {.requests = REQUESTS, .limits = {.ttl_ns = UINT64_C(60000000000)}};
    struct growth grows = flat;
    grows.entries = 1;
    assert_diagnosis(&flat, &all_reachable, VERDICT_BOUNDED, MISTAKE_NONE, "", "");
    assert_diagnosis(&grows, &all_reachable, VERDICT_WARMING, MISTAKE_WARMING, "", "");
}

static void one_snapshot_decides_nothing(void **state)
{
    struct snapshot snapshot;
    struct diagnosis diagnosis;
    struct growth growth = {.requests = REQUESTS, .entries = 1};
    snapshot_make(&snapshot, &growth, 0);
    diagnosis_make(&diagnosis, &snapshot, 1, &growth.limits, &all_reachable, &(struct headroom){0});
    assert_int_equal(diagnosis.mistake, MISTAKE_NO_LOAD);
}

/* Every mistake has a name and its sentences. */
static void every_mistake_is_explained(void **state)
{
    for (enum mistake mistake = 0; mistake < MISTAKES; mistake++) {
        assert_non_null(mistake_texts[mistake].name);
        assert_true(strlen(mistake_texts[mistake].means) > 0);
        assert_true(strlen(mistake_texts[mistake].remedy) > 0);
    }
}

static void time_to_limit_at_this_load(void **state)
{
    struct growth growth = {.requests = REQUESTS, .entries = 1};
    struct diagnosis diagnosis;
    struct snapshot *snapshots = diagnose(&growth, &all_reachable, &diagnosis);
    double rate = RECORD_BYTES * REQUESTS / 0.25;
    assert_true(diagnosis.bytes_per_second > rate * 0.95 &&
                diagnosis.bytes_per_second < rate * 1.05);
    assert_in_range(diagnosis.time_to_limit_ns, (uint64_t)((1 << 30) / rate * 0.95e9),
                    (uint64_t)((1 << 30) / rate * 1.05e9));
    assert_string_equal(diagnosis.type, "record");
    free(snapshots);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flat_memory_is_bounded),
        cmocka_unit_test(unbounded_container),
        cmocka_unit_test(unbounded_bookkeeping),
        cmocka_unit_test(reference_cycle),
        cmocka_unit_test(forgotten_reference),
        cmocka_unit_test(weak_cache_kept_full_by_unreachable_owners),
        cmocka_unit_test(unknown_memory),
        cmocka_unit_test(briefly_unreachable_records_are_not_the_cause),
        cmocka_unit_test(fragmentation),
        cmocka_unit_test(no_load),
        cmocka_unit_test(snapshots_shorter_than_the_ttl),
        cmocka_unit_test(one_snapshot_decides_nothing),
        cmocka_unit_test(every_mistake_is_explained),
        cmocka_unit_test(time_to_limit_at_this_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
