/* series_test.c - curves that grow, that do not, and that are longer than their room. */
#include "screen.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MIB UINT64_C(1048576)

/* Ten samples a second, pss and anonymous once a second. */
static struct series_sample sample_at(size_t i, uint64_t rss_bytes, uint64_t count)
{
    return (struct series_sample){
        .time_ns = i * 100000000,
        .count = count,
        .process = {.rss_bytes = rss_bytes, .vsz_bytes = 100 * MIB, .minor_faults = 10 + i},
        .rollup = {.pss_bytes = rss_bytes, .anonymous_bytes = rss_bytes / 2},
        .rolled = i % 10 == 0};
}

static struct series *series_make(bool counted)
{
    struct series *series = malloc(sizeof *series);
    assert_non_null(series);
    series_begin(series, counted);
    return series;
}

/* A ripple of a few pages, always the same. */
static uint64_t ripple(size_t i)
{
    return (i * 2654435761U >> 7) % 5 * 4096;
}

static void growth_is_seen_and_timed(void **state)
{
    struct series *series = series_make(false);
    struct series_verdict verdict;
    (void)state;
    for (size_t i = 0; i <= 200; i++) {
        struct series_sample sample = sample_at(i, 10 * MIB + i * MIB / 10 + ripple(i), 0);
        series_add(series, &sample);
    }
    series_judge(series, 50 * MIB, &verdict); /* 30 MiB now, 1 MiB/s: 20 s left */
    assert_true(verdict.growing && !verdict.passed);
    assert_true(fabs(verdict.slope.value - (double)MIB) < (double)MIB / 50);
    assert_true(verdict.left_ns > 19e9 && verdict.left_ns < 21e9);
    assert_true(verdict.left_low_ns <= verdict.left_ns && verdict.left_ns <= verdict.left_high_ns);
    assert_non_null(strstr(verdict.words, "grows, beyond doubt"));
    assert_non_null(strstr(verdict.words, "reaches 50 MiB in"));
    struct stats_interval anonymous = series_slope(series, SERIES_ANONYMOUS);
    assert_true(fabs(anonymous.value - (double)MIB / 2) < (double)MIB / 50);
    series_judge(series, 20 * MIB, &verdict);
    assert_true(verdict.passed);
    assert_non_null(strstr(verdict.words, "beyond the limit of 20 MiB"));
    free(series);
}

static void a_ripple_is_no_growth(void **state)
{
    struct series *series = series_make(false);
    struct series_verdict verdict;
    (void)state;
    for (size_t i = 0; i <= 200; i++) {
        struct series_sample sample = sample_at(i, 10 * MIB + ripple(i), 0);
        series_add(series, &sample);
    }
    series_judge(series, 50 * MIB, &verdict);
    assert_int_equal(verdict.class, VERDICT_BOUNDED);
    assert_true(!verdict.growing && verdict.left_ns == 0);
    assert_non_null(strstr(verdict.words, "does not grow: bounded at 10 MiB"));
    free(series);
}

static void growth_over_a_counter(void **state)
{
    struct series *series = series_make(true);
    struct series_verdict verdict;
    (void)state;
    for (size_t i = 0; i <= 200; i++) { /* 200 requests a sample, 500 bytes each */
        struct series_sample sample = sample_at(i, 10 * MIB + i * 100000 + ripple(i), i * 200);
        series_add(series, &sample);
    }
    series_judge(series, 0, &verdict);
    assert_true(verdict.growing && fabs(verdict.slope.value - 500) < 10);
    assert_non_null(strstr(verdict.words, "per request"));
    free(series);
}

static void a_counter_that_stands(void **state)
{
    struct series *series = series_make(true);
    struct series_verdict verdict;
    (void)state;
    for (size_t i = 0; i <= 50; i++) {
        struct series_sample sample = sample_at(i, 10 * MIB + i * MIB, 0);
        series_add(series, &sample);
    }
    series_judge(series, 50 * MIB, &verdict);
    assert_false(verdict.growing);
    assert_non_null(strstr(verdict.words, "the counter has not moved"));
    free(series);
}

static void the_room_does_not_grow(void **state)
{
    struct series *series = series_make(false);
    (void)state;
    for (size_t i = 0; i < 100000; i++) {
        struct series_sample sample = sample_at(i, i == 77777 ? 3 * MIB : 2 * MIB, 0);
        series_add(series, &sample);
    }
    assert_in_range(series->count, SERIES_ROOM / 2, SERIES_ROOM);
    for (size_t i = 1; i < series->count; i++)
        assert_int_equal(series->samples[i].time_ns - series->samples[i - 1].time_ns,
                         series->stride * 100000000);
    assert_int_equal(series->samples[0].time_ns, 0);
    assert_int_equal(series->last.time_ns, UINT64_C(99999) * 100000000);
    assert_int_equal(series->peaks[SERIES_RSS], 3 * MIB);
    assert_true(series_slope(series, SERIES_ANONYMOUS).value == 0);
    free(series);
}

static char *scene_draw(const struct scene *scene, bool json)
{
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    if (json)
        assert_int_equal(scene_json(scene, out), 0);
    else
        scene_print(scene, out);
    fclose(out);
    return text;
}

static void what_is_shown(void **state)
{
    struct series *series = series_make(false);
    (void)state;
    for (size_t i = 0; i <= 100; i++) {
        struct series_sample sample = sample_at(i, 10 * MIB + i * MIB / 10, 0);
        series_add(series, &sample);
    }
    const struct scene scene = {.pid = 4711,
                                .name = "victim",
                                .series = series,
                                .ended = "the process ended",
                                .width = 80,
                                .height = 24};
    char *text = scene_draw(&scene, false);
    assert_memory_equal(text, "victim, process 4711: the process ended\n", 40);
    assert_non_null(strstr(text, "\nrss "));
    assert_non_null(strstr(text, "\nin 10 s: 100 page faults, 0 of them from disk\n"));
    assert_non_null(strstr(text, "\nverdict: grows"));
    free(text);
    series->rollup_known = false;
    text = scene_draw(&scene, false);
    assert_null(strstr(text, "\npss  "));
    assert_non_null(strstr(text, "not permitted"));
    free(text);
    text = scene_draw(&scene, true);
    assert_non_null(strstr(text, "\"class\":\"leak: unreachable\""));
    free(text);
    free(series);
}

static void one_sample_is_enough_to_draw(void **state)
{
    struct series *series = series_make(false);
    struct series_sample sample = sample_at(0, MIB, 0);
    (void)state;
    series_add(series, &sample);
    const struct scene scene = {.name = "x", .series = series, .width = 1, .height = 1};
    char *text = scene_draw(&scene, false);
    assert_non_null(strstr(text, "undecided: too short"));
    free(text);
    free(series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(growth_is_seen_and_timed),     cmocka_unit_test(a_ripple_is_no_growth),
        cmocka_unit_test(growth_over_a_counter),        cmocka_unit_test(a_counter_that_stands),
        cmocka_unit_test(the_room_does_not_grow),       cmocka_unit_test(what_is_shown),
        cmocka_unit_test(one_sample_is_enough_to_draw),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
