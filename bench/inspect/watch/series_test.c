/* series_test.c - series that grow, that do not, and that are longer than the capacity. */
#include "screen.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MIB UINT64_C(1048576)

/* Ten samples a second, pss and anonymous once a second. */
static struct series_sample sample_at(size_t i, uint64_t rss_bytes, uint64_t requests)
{
    return (struct series_sample){.time_ns = i * 100000000,
                                  .requests = requests,
                                  .process = {.rss_bytes = rss_bytes,
                                              .anonymous_bytes = rss_bytes / 2,
                                              .vsz_bytes = 100 * MIB,
                                              .cpu_ns = 1000000 * i,
                                              .minor_faults = 10 + i},
                                  .rollup = {.pss_bytes = rss_bytes},
                                  .has_rollup = i % 10 == 0};
}

static struct series *series_make(bool by_request)
{
    struct series *series = malloc(sizeof *series);
    assert_non_null(series);
    series_init(series, by_request);
    return series;
}

/* Noise of up to four pages, the same in each run. */
static uint64_t noise(size_t i)
{
    return (i * 2654435761U >> 7) % 5 * 4096;
}

static void series_judge_all(struct series *series, uint64_t limit_bytes,
                             struct series_verdict *verdict)
{
    series_end(series);
    series_judge(series, limit_bytes, verdict);
}

static void growth_and_time_to_limit(void **state)
{
    struct series *series = series_make(false);
    struct series_verdict verdict;
    for (size_t i = 0; i <= 200; i++) {
        struct series_sample sample = sample_at(i, 10 * MIB + i * MIB / 10 + noise(i), 0);
        series_add(series, &sample);
    }
    series_judge_all(series, 50 * MIB, &verdict); /* 30 MiB now, 1 MiB/s: 20 s left */
    assert_true(verdict.growing && !verdict.limit_passed);
    assert_true(fabs(verdict.slope.value - (double)MIB) < (double)MIB / 50);
    assert_true(verdict.left_ns > 19e9 && verdict.left_ns < 21e9);
    assert_true(verdict.left_low_ns <= verdict.left_ns && verdict.left_ns <= verdict.left_high_ns);
    assert_non_null(strstr(verdict.words, "grows by 1"));
    assert_non_null(strstr(verdict.words, "reaches 50 MiB in"));
    struct stats_interval anonymous = series_slope(series, SERIES_ANONYMOUS);
    assert_true(fabs(anonymous.value - (double)MIB / 2) < (double)MIB / 50);
    series_judge_all(series, 20 * MIB, &verdict);
    assert_true(verdict.limit_passed);
    assert_non_null(strstr(verdict.words, "beyond the limit of 20 MiB"));
    free(series);
}

static void noise_is_no_growth(void **state)
{
    struct series *series = series_make(false);
    struct series_verdict verdict;
    for (size_t i = 0; i <= 200; i++) {
        struct series_sample sample = sample_at(i, 10 * MIB + noise(i), 0);
        series_add(series, &sample);
    }
    series_judge_all(series, 50 * MIB, &verdict);
    assert_int_equal(verdict.class, VERDICT_BOUNDED);
    assert_true(!verdict.growing && verdict.left_ns == 0);
    assert_non_null(strstr(verdict.words, "bounded at 10 MiB: grows by at most "));
    free(series);
}

static void growth_per_request(void **state)
{
    struct series *series = series_make(true);
    struct series_verdict verdict;
    for (size_t i = 0; i <= 200; i++) { /* 200 requests per sample, 500 bytes each */
        struct series_sample sample = sample_at(i, 10 * MIB + i * 100000 + noise(i), i * 200);
        series_add(series, &sample);
    }
    series_judge_all(series, 0, &verdict);
    assert_true(verdict.growing && fabs(verdict.slope.value - 500) < 10);
    assert_non_null(strstr(verdict.words, "per request"));
    free(series);
}

static void a_counter_that_does_not_change(void **state)
{
    struct series *series = series_make(true);
    struct series_verdict verdict;
    for (size_t i = 0; i <= 50; i++) {
        struct series_sample sample = sample_at(i, 10 * MIB + i * MIB, 0);
        series_add(series, &sample);
    }
    series_judge_all(series, 50 * MIB, &verdict);
    assert_false(verdict.growing);
    assert_non_null(strstr(verdict.words, "no activity: the counter grew by 0"));
    free(series);
}

/* In between the last verdict stands, and its interval is wider than that of a single look. */
static void looks_are_at_doubled_lengths(void **state)
{
    struct series *series = series_make(false);
    unsigned looks = 0;
    for (size_t i = 0; i <= 200; i++) { /* 20 s */
        unsigned before = series->look;
        struct series_sample sample = sample_at(i, 10 * MIB + i * MIB / 100 + noise(i), 0);
        series_add(series, &sample);
        series_look(series);
        looks += series->look > before;
        assert_int_equal(series->look, i < 50 ? 0 : i < 100 ? 1 : i < 200 ? 2 : 3);
    }
    assert_int_equal(looks, 3);
    double width = series->given.high - series->given.low;
    series_end(series);
    assert_int_equal(series->look, 4);
    series->look = 0;
    series_end(series);
    assert_true(width > series->given.high - series->given.low);
    free(series);
}

static void old_samples_are_thinned(void **state)
{
    struct series *series = series_make(false);
    for (size_t i = 0; i < 100000; i++) {
        struct series_sample sample = sample_at(i, i == 77777 ? 3 * MIB : 2 * MIB, 0);
        series_add(series, &sample);
    }
    assert_in_range(series->count, SERIES_CAPACITY / 2, SERIES_CAPACITY);
    for (size_t i = 1; i < series->count; i++)
        assert_int_equal(series->samples[i].time_ns - series->samples[i - 1].time_ns,
                         series->stride * 100000000);
    assert_int_equal(series->samples[0].time_ns, 0);
    assert_int_equal(series->last.time_ns, UINT64_C(99999) * 100000000);
    assert_int_equal(series->peaks[SERIES_RSS], 3 * MIB);
    assert_true(series_slope(series, SERIES_PSS).value == 0);
    free(series);
}

static char *view_text(const struct view *view)
{
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    view_print(view, out);
    fclose(out);
    return text;
}

static void output_names_figures_and_verdict(void **state)
{
    struct series *series = series_make(false);
    for (size_t i = 0; i <= 100; i++) {
        struct series_sample sample = sample_at(i, 10 * MIB + i * MIB / 10, 0);
        series_add(series, &sample);
    }
    series_end(series);
    const struct view view = {.pid = 4711,
                              .name = "victim",
                              .series = series,
                              .ended = "the process ended",
                              .width = 80,
                              .height = 24};
    char *text = view_text(&view);
    assert_memory_equal(text, "victim, process 4711: the process ended\n", 40);
    assert_non_null(strstr(text, "\nrss "));
    assert_non_null(strstr(text, "\nin 10 s: 100 page faults, 0 of them from disk\n"));
    assert_non_null(strstr(text, "\nverdict: grows"));
    free(text);
    series->has_rollup = false;
    text = view_text(&view);
    assert_null(strstr(text, "\npss  "));
    assert_non_null(strstr(text, "not permitted"));
    free(text);
    const char *class;
    json_t *json = view_json(&view);
    assert_int_equal(json_unpack(json, "{s:{s:s}}", "verdict", "class", &class), 0);
    assert_string_equal(class, "leak: grows");
    json_decref(json);
    free(series);
}

static void one_sample_can_be_drawn(void **state)
{
    struct series *series = series_make(false);
    struct series_sample sample = sample_at(0, MIB, 0);
    series_add(series, &sample);
    series_end(series);
    const struct view view = {.name = "x", .series = series, .width = 1, .height = 1};
    char *text = view_text(&view);
    assert_non_null(strstr(text, "undecided: too short"));
    free(text);
    free(series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(growth_and_time_to_limit),
        cmocka_unit_test(noise_is_no_growth),
        cmocka_unit_test(growth_per_request),
        cmocka_unit_test(a_counter_that_does_not_change),
        cmocka_unit_test(looks_are_at_doubled_lengths),
        cmocka_unit_test(old_samples_are_thinned),
        cmocka_unit_test(output_names_figures_and_verdict),
        cmocka_unit_test(one_sample_can_be_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
