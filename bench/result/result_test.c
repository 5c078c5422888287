/* result_test.c - a result is read as it was written, and a failed write keeps the old file. */
#include "result.h"

#include "files.h"
#include "provenance.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/tidemark-result-XXXXXX";
static char path[64];

static int folder_make(void **state)
{
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/lru.json", folder);
    return 0;
}

static int folder_remove(void **state)
{
    unlink(path);
    return rmdir(folder);
}

static struct result *example(void)
{
    struct result *result = result_create("lru", "lru");
    result->complete = true;
    result->limits.capacity_entries = 10000;
    result->made_by.server_cpu = -1;
    struct result_run *run = result_run_add(result);
    snprintf(run->workload, sizeof run->workload, "random");
    run->repetition = 1;
    run->load.requests = 12345;
    run->load.hit_ratio = 0.25;
    run->load.hit.p99_ns = 777;
    run->load.as_sent.p9999_ns = 888;
    run->load.late_ns = 9;
    snprintf(run->load.bottleneck_reason, sizeof run->load.bottleneck_reason, "it was late");
    run->counts =
        (struct result_exact){.evictions = 5, .instructions_per_request = NAN, .replayed_hits = 8};
    result_series_add(result, run, 3)[2] = (struct result_interval){.start_ns = 200, .hits = 3};
    result->noise.known = true;
    result->noise.pairs = 4;
    result->noise.figures[FIGURE_P99_NS] = 0.04;
    run->verdict.class = VERDICT_LEAK_CONTAINER;
    run->verdict.bytes_per_request = 612.5;
    run->verdict.layers[RESULT_LAYERS - 1].high = 3.5;
    run->verdict.gaps[GAP_FRAGMENTATION].low = 4.5;
    run->verdict.last.unreachable_records = 7;
    for (uint64_t i = 0; i < 100; i++)
        result_sample_add(result, run, &(struct result_sample){.time_ns = i, .rss_bytes = i << 33});
    struct result_burst *burst = result_burst_add(result, run);
    result_burst_samples(result, run, 90);
    burst->dirty_decay_ns = -1;
    burst->after_count = 2;
    burst->after[1].returned_share = 0.5;
    for (uint64_t i = 1; i <= 2; i++)
        *result_speed_add(result) = (struct result_speed){
            .workload = "zipf", .repetition = i, .cpu_us_per_request = 9.5, .p99_ns = 7};
    *result_hits_add(result) = (struct result_hits){.workload = "zipf", .steady_hits = 6};
    run = result_run_add(result);
    run->status = RUN_FAILED;
    snprintf(run->reason, sizeof run->reason, "it \"died\"\n");
    return result;
}

static void unknown_is_told_from_known(const struct result *read)
{
    const struct result_exact *counts = &read->runs[0]->counts;
    assert_true(read->noise.known);
    assert_int_equal(read->noise.pairs, 4);
    assert_true(read->noise.figures[FIGURE_P99_NS] == 0.04);
    assert_true(isnan(read->noise.figures[FIGURE_P50_NS]));
    assert_int_equal(counts->evictions, 5);
    assert_int_equal(counts->replayed_hits, 8);
    assert_true(isnan(counts->instructions_per_request));
    assert_true(counts->allocations_per_request == 0);
}

static void series_is_read(const struct result_run *read, const struct result_run *written)
{
    assert_int_equal(read->series_count, 3);
    assert_memory_equal(read->series, written->series, 3 * sizeof *read->series);
}

static void speeds_and_hits_are_read(const struct result *read, const struct result *written)
{
    assert_int_equal(read->speed_count, 2);
    assert_memory_equal(read->speeds, written->speeds, 2 * sizeof *read->speeds);
    assert_int_equal(read->hits_count, 1);
    assert_memory_equal(read->hits, written->hits, sizeof *read->hits);
}

static void burst_is_read(const struct result_burst *read, const struct result_burst *written)
{
    assert_non_null(read);
    assert_int_equal(read->dirty_decay_ns, -1);
    assert_int_equal(read->after_count, 2);
    assert_true(read->after[1].returned_share == 0.5);
    assert_int_equal(read->sample_count, 10);
    assert_memory_equal(read->samples, written->samples, 10 * sizeof(struct result_sample));
}

static void what_is_written_is_read(void **state)
{
    struct error error = {""};
    struct result *written = example();
    assert_int_equal(result_write(written, path, &error), 0);
    struct result *read = result_read(path, &error);
    assert_string_equal(error.text, "");
    assert_non_null(read);
    assert_string_equal(read->variant, "lru");
    assert_int_equal(read->limits.capacity_entries, 10000);
    assert_int_equal(read->made_by.server_cpu, -1);
    assert_int_equal(read->run_count, 2);
    assert_memory_equal(&read->runs[0]->load, &written->runs[0]->load, sizeof(struct result_load));
    assert_int_equal(read->runs[0]->verdict.class, VERDICT_LEAK_CONTAINER);
    assert_true(read->runs[0]->verdict.layers[RESULT_LAYERS - 1].high == 3.5);
    assert_true(read->runs[0]->verdict.gaps[GAP_FRAGMENTATION].low == 4.5);
    assert_int_equal(read->runs[0]->verdict.last.unreachable_records, 7);
    assert_int_equal(read->runs[0]->sample_count, 90);
    assert_memory_equal(read->runs[0]->samples, written->runs[0]->samples,
                        90 * sizeof(struct result_sample));
    burst_is_read(read->runs[0]->burst, written->runs[0]->burst);
    series_is_read(read->runs[0], written->runs[0]);
    speeds_and_hits_are_read(read, written);
    unknown_is_told_from_known(read);
    assert_null(read->runs[1]->burst);
    assert_int_equal(read->runs[1]->status, RUN_FAILED);
    assert_string_equal(read->runs[1]->reason, "it \"died\"\n");
    result_destroy(read);
    result_destroy(written);
}

static size_t files_count(void)
{
    DIR *opened = opendir(folder);
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(opened)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(opened);
    return count;
}

static void a_write_that_fails_leaves_the_old_file(void **state)
{
    struct error error = {""};
    struct result *result = example();
    double zero = 0;
    assert_int_equal(result_write(result, path, &error), 0);
    result->runs[0]->verdict.low = 0.0 / zero;
    assert_int_equal(result_write(result, path, &error), -1);
    assert_non_null(strstr(error.text, "not a number"));
    assert_true(result_is_complete(path));
    assert_int_equal(files_count(), 1);
    result_destroy(result);
}

static void an_unwritable_folder_is_an_error(void **state)
{
    struct error error = {""};
    struct result *result = example();
    assert_int_equal(result_write(result, "/nonexistent/lru.json", &error), -1);
    assert_non_null(strstr(error.text, "/nonexistent/lru.json"));
    result_destroy(result);
}

static void text_write(const char *text)
{
    struct error error;
    assert_int_equal(file_write(path, text, strlen(text), &error), 0);
}

static void what_is_no_result_is_refused_by_name(void **state)
{
    struct error error;
    text_write("{\"schema\":\"tidemark/result/9\"}");
    assert_null(result_read(path, &error));
    assert_non_null(strstr(error.text, "another version"));
    text_write("{\"schema\":\"tidemark/result/2\",\"variant\":7}");
    assert_null(result_read(path, &error));
    assert_non_null(strstr(error.text, "'variant'"));
    text_write("{\"schema\":");
    assert_null(result_read(path, &error));
    assert_false(result_is_complete(path));
    assert_null(result_read("/nonexistent.json", &error));
}

/* The version that had no speeds and no hits, and fewer verdict classes. */
static void version_2_is_read(void **state)
{
    struct error error = {""};
    struct result *written = example();
    json_t *json = result_json(written), *noise = json_object_get(json, "noise");
    json_object_set_new(json, "schema", json_string(RESULT_FAMILY "2"));
    json_object_del(json, "speeds");
    json_object_del(json, "hits");
    json_object_del(json_object_get(json, "made_by"), "requests");
    json_object_del(noise, "p99_ns");
    char *text = json_dumps(json, 0);
    struct result *read = result_parse(path, text, strlen(text), &error);
    assert_string_equal(error.text, "");
    assert_non_null(read);
    assert_int_equal(read->hits_count, 0);
    assert_int_equal(read->speed_count, 1); /* the failed run has none */
    assert_string_equal(read->speeds[0].workload, "random");
    assert_int_equal(read->speeds[0].requests, 12345);
    free(text);
    json_decref(json);
    result_destroy(read);
    result_destroy(written);
}

static void one_bench_has_one_command_machine_and_time(void **state)
{
    const struct result_made_by one = {
        .machine = "m", .command_line = "tidemark bench", .time = "2026-01-02T03:04:59Z"};
    struct result_made_by other = one;
    snprintf(other.time, sizeof other.time, "2026-01-02T03:05:01Z");
    assert_true(made_by_one_bench(&one, &other));
    snprintf(other.time, sizeof other.time, "2026-01-02T03:05:02Z");
    assert_false(made_by_one_bench(&one, &other));
    other = one;
    other.machine[0] = 'n';
    assert_false(made_by_one_bench(&one, &other));
    other = one;
    other.command_line[0] = '\0';
    assert_false(made_by_one_bench(&one, &other));
}

/* What a version lacks is only left out of older ones. */
static void version_3_must_be_whole(void **state)
{
    struct error error = {""};
    struct result *written = example();
    json_t *json = result_json(written);
    json_object_del(json, "hits");
    char *text = json_dumps(json, 0);
    assert_null(result_parse(path, text, strlen(text), &error));
    assert_non_null(strstr(error.text, "'hits'"));
    free(text);
    json_decref(json);
    result_destroy(written);
}

static void an_incomplete_result_is_known_as_such(void **state)
{
    struct error error;
    struct result *result = example();
    result->complete = false;
    assert_int_equal(result_write(result, path, &error), 0);
    assert_false(result_is_complete(path));
    result_destroy(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(a_write_that_fails_leaves_the_old_file),
        cmocka_unit_test(an_unwritable_folder_is_an_error),
        cmocka_unit_test(what_is_no_result_is_refused_by_name),
        cmocka_unit_test(version_2_is_read),
        cmocka_unit_test(one_bench_has_one_command_machine_and_time),
        cmocka_unit_test(version_3_must_be_whole),
        cmocka_unit_test(an_incomplete_result_is_known_as_such),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
