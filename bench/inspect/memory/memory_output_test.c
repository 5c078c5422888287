/* memory_output_test.c - layers and gaps add up, and are printed with their names. */
#include "memory_command.h"
#include "memory_layers.h"
#include "memory_output.h"
#include "memory_points.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KIB 1024

static const struct result_sample full = {
    .time_ns = 1000000000,
    .requests = 500,
    .entries = 64,
    .payload_bytes = 100 * KIB,
    .cache_bytes = 140 * KIB,
    .zone_allocated_bytes = 150 * KIB,
    .allocated_bytes = 350 * KIB,
    .active_bytes = 400 * KIB,
    .metadata_bytes = 30 * KIB,
    .resident_bytes = 500 * KIB,
    .anonymous_bytes = 380 * KIB,
    .rss_bytes = 490 * KIB,
};

static double row_bytes(const struct memory_layers *layers, const char *key)
{
    for (size_t i = 0; i < layers->count; i++)
        if (strcmp(layers->rows[i].key, key) == 0)
            return layers->rows[i].bytes;
    fail_msg("there is no row %s", key);
    return 0;
}

/* Every layer is the sum of the gaps up to it. */
static void assert_adds_up(const struct memory_layers *layers)
{
    double sum = 0;
    for (size_t i = 0; i < layers->count; i++) {
        const struct memory_layers_row *row = &layers->rows[i];
        if (!row->is_gap && i > 0)
            assert_true(row->bytes == sum);
        else
            sum += row->bytes;
    }
}

static void every_gap_has_a_name_and_they_add_up(void **state)
{
    struct memory_layers layers;
    memory_layers_make(&layers, &full);
    assert_int_equal(layers.count, 16);
    assert_adds_up(&layers);
    assert_true(row_bytes(&layers, "structure") == 40 * KIB);
    assert_true(row_bytes(&layers, "held_elsewhere") == 10 * KIB);
    assert_true(row_bytes(&layers, "server") == 200 * KIB);
    assert_true(row_bytes(&layers, "fragmentation") == 50 * KIB);
    assert_true(row_bytes(&layers, "metadata") == 30 * KIB);
    assert_true(row_bytes(&layers, "dirty_pages") == 70 * KIB);
    assert_true(row_bytes(&layers, "untouched") == -120 * KIB);
    assert_true(row_bytes(&layers, "other") == 110 * KIB);
    assert_true(row_bytes(&layers, "rss") == 490 * KIB);
}

static void layers_without_figures_are_left_out(void **state)
{
    struct memory_layers layers;
    struct result_sample sample = full;
    sample.allocated_bytes = sample.active_bytes = sample.resident_bytes = 0;
    memory_layers_make(&layers, &sample);
    assert_int_equal(layers.count, 9);
    assert_adds_up(&layers);
    assert_true(row_bytes(&layers, "other") == 110 * KIB);
}

static struct result *example(void)
{
    struct result *result = result_create("lru", "lru");
    struct result_run *run = result_run_add(result);
    snprintf(run->workload, sizeof run->workload, "random");
    snprintf(run->verdict.words, sizeof run->verdict.words, "bounded at 350 KiB");
    run->verdict.judged_samples = 3;
    for (uint64_t i = 0; i < 6; i++) {
        struct result_sample sample = full;
        sample.entries = i == 0 ? 0 : full.entries;
        sample.requests = i * 100;
        sample.time_ns = i * full.time_ns;
        sample.rss_bytes = (i == 3 ? 600 : 480 + i) * KIB;
        result_sample_add(result, run, &sample);
    }
    return result;
}

static void peak_is_the_largest_rss(void **state)
{
    struct result *result = example();
    const struct result_run *run = result->runs[0];
    assert_int_equal(memory_point_sample(run, MEMORY_START)->requests, 0);
    assert_int_equal(memory_point_sample(run, MEMORY_PEAK)->requests, 300);
    assert_int_equal(memory_point_sample(run, MEMORY_END)->requests, 500);
    result_burst_add(result, result->runs[0]);
    result_burst_samples(result, result->runs[0], 3);
    assert_int_equal(memory_point_sample(run, MEMORY_PEAK)->requests, 300);
    assert_int_equal(memory_point_sample(run, MEMORY_END)->requests, 500);
    result_destroy(result);
}

static char *memory_text(const struct memory_view *view)
{
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    memory_print(view, out);
    fclose(out);
    return text;
}

static void text_has_layers_chart_and_verdict(void **state)
{
    static const char *const words[] = {"serve-lru under random",
                                        "500 requests",
                                        "payload",
                                        "+ fragmentation",
                                        "= RSS",
                                        "600 KiB",
                                        "-120 KiB",
                                        "over requests",
                                        "bounded at 350 KiB"};
    struct result *result = example();
    result->runs[0]->samples[5].rss_bytes = full.rss_bytes;
    struct memory_view view = {.result = result, .width = 80};
    char *text = memory_text(&view);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strstr(text, words[i]) == NULL)
            fail_msg("no '%s' in:\n%s", words[i], text);
    free(text);
    result_destroy(result);
}

static void json_has_the_same_figures(void **state)
{
    struct result *result = example();
    struct memory_view view = {.result = result, .width = 80};
    json_t *json = memory_json(&view);
    long long rss = 0, gap = 0;
    double per_entry = 0;
    assert_int_equal(json_unpack(json, "{s:{s:{s:{s:I}, s:{s:I}, s:{s:F}}}}", "points", "peak",
                                 "layers", "rss_bytes", &rss, "gaps", "structure_bytes", &gap,
                                 "per_entry", "payload_bytes", &per_entry),
                     0);
    assert_int_equal(rss, 600 * KIB);
    assert_int_equal(gap, 40 * KIB);
    assert_true(per_entry == 1600);
    json_decref(json);
    result_destroy(result);
}

static int command(const char *path, const char *option)
{
    char *argv[] = {"memory", (char *)(uintptr_t)path, (char *)(uintptr_t)option, NULL};
    return memory_command(option != NULL ? 3 : 2, argv);
}

static void other_runs_are_ranges(void **state)
{
    static const char *const lines[] = {"This is run 1 of 5; other runs: --run 2 to 5\n",
                                        "This is run 2 of 5; other runs: --run 1, 3 to 5\n", NULL,
                                        NULL, "This is run 5 of 5; other runs: --run 1 to 4\n"};
    struct result *result = example();
    for (int i = 0; i < 4; i++)
        result_sample_add(result, result_run_add(result), &full);
    for (size_t i = 0; i < result->run_count; i++) {
        struct memory_view view = {.result = result, .run = i, .width = 80};
        char *text = memory_text(&view);
        assert_true(lines[i] == NULL || strstr(text, lines[i]) != NULL);
        free(text);
    }
    result_destroy(result);
}

static void wrong_files_and_runs_are_refused(void **state)
{
    char path[] = "/tmp/tidemark-memory-XXXXXX";
    struct error error;
    struct result *result = example();
    result_run_add(result)->status = RUN_FAILED;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(command(path, NULL), 2); /* empty */
    assert_int_equal(result_write(result, path, &error), 0);
    assert_int_equal(command(path, "--json"), 0);
    assert_int_equal(command(path, "--run=0"), 2);
    assert_int_equal(command(path, "--run=3"), 2);
    assert_int_equal(command(path, "--run=2"), 2); /* no samples */
    assert_int_equal(command("/nonexistent/lru.json", NULL), 2);
    assert_int_equal(command(path, "surplus"), 2);
    unlink(path);
    close(fd);
    result_destroy(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_gap_has_a_name_and_they_add_up),
        cmocka_unit_test(layers_without_figures_are_left_out),
        cmocka_unit_test(peak_is_the_largest_rss),
        cmocka_unit_test(text_has_layers_chart_and_verdict),
        cmocka_unit_test(json_has_the_same_figures),
        cmocka_unit_test(other_runs_are_ranges),
        cmocka_unit_test(wrong_files_and_runs_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
