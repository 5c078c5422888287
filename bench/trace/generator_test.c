/* generator_test.c - generators: the right ids, with the right frequencies, the same every time. */
#include "trace.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 1000

static struct trace *open_trace(const char *name, uint64_t seed)
{
    struct error error;
    struct trace *trace = trace_open(name, &(struct trace_setup){.seed = seed}, &error);
    if (trace == NULL)
        fail_msg("%s", error.text);
    return trace;
}

static void take(struct trace *trace, struct trace_request *requests, size_t count)
{
    assert_int_equal(trace_read(trace, requests, count), count);
    assert_null(trace_error(trace));
}

static int compare_ids(const void *a, const void *b)
{
    uint64_t x = ((const struct trace_request *)a)->id, y = ((const struct trace_request *)b)->id;
    return (x > y) - (x < y);
}

static void random_never_repeats(void **state)
{
    static struct trace_request requests[100 * BATCH];
    struct trace *trace = open_trace("random", 7);
    for (size_t i = 0; i < 100; i++)
        take(trace, requests + i * BATCH, BATCH);
    qsort(requests, 100 * BATCH, sizeof(requests[0]), compare_ids);
    for (size_t i = 1; i < 100 * BATCH; i++)
        assert_int_not_equal(requests[i].id, requests[i - 1].id);
    assert_true(trace_is_endless(trace));
    assert_int_equal(trace_ids(trace), 0);
    trace_close(trace);
}

static void scan_repeats(void **state)
{
    struct trace_request requests[30];
    struct trace *trace = open_trace("scan:7:25", 0);
    take(trace, requests, 10);
    assert_int_equal(trace_read(trace, requests + 10, 20), 15);
    assert_int_equal(trace_read(trace, requests + 25, 1), 0);
    for (size_t i = 0; i < 25; i++)
        assert_int_equal(requests[i].id, i % 7);
    assert_int_equal(requests[0].bytes, TRACE_BYTES_UNKNOWN);
    assert_int_equal(trace_ids(trace), 7);
    assert_false(trace_is_endless(trace));
    trace_close(trace);
}

static void the_same_seed_gives_the_same_stream(void **state)
{
    static const char *const names[] = {"random",         "uniform:1000",   "zipf:0.99:1M",
                                        "shift:1:1000",   "burst:500:2000", "two-pool",
                                        "two-pool:5:10k", "scan:10"};
    struct trace_request a[BATCH], b[BATCH], other[BATCH];
    for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
        struct trace *one = open_trace(names[n], 1), *same = open_trace(names[n], 1);
        struct trace *two = open_trace(names[n], 2);
        take(one, a, BATCH);
        for (size_t i = 0; i < BATCH; i += 125)
            take(same, b + i, 125);
        take(two, other, BATCH);
        assert_memory_equal(a, b, sizeof(a));
        if (strncmp(names[n], "scan", 4) != 0)
            assert_memory_not_equal(a, other, sizeof(a));
        trace_close(one);
        trace_close(same);
        trace_close(two);
    }
}

static void count_ids(const char *name, size_t ids, size_t requests, uint64_t *counts)
{
    struct trace *trace = open_trace(name, 42);
    struct trace_request batch[BATCH];
    memset(counts, 0, ids * sizeof(*counts));
    for (size_t done = 0; done < requests; done += BATCH) {
        take(trace, batch, BATCH);
        for (size_t i = 0; i < BATCH; i++) {
            if (batch[i].id >= ids)
                fail_msg("%s gave the id %llu", name, (unsigned long long)batch[i].id);
            counts[batch[i].id]++;
        }
    }
    trace_close(trace);
}

/* Pearson's statistic over groups of ids, each twice as large as the one before. By chance it
 * exceeds 60 less than once in a million times. */
static void expect_zipf(const char *name, double alpha, size_t ids, size_t requests)
{
    uint64_t *counts = calloc(ids, sizeof(*counts));
    assert_non_null(counts);
    count_ids(name, ids, requests, counts);
    double total = 0, statistic = 0;
    for (size_t i = 0; i < ids; i++)
        total += pow((double)(i + 1), -alpha);
    for (size_t first = 0, width = 1; first < ids; first += width, width *= 2) {
        double expected = 0, seen = 0;
        for (size_t i = first; i < first + width && i < ids; i++) {
            expected += pow((double)(i + 1), -alpha) / total * (double)requests;
            seen += (double)counts[i];
        }
        if (expected > 5)
            statistic += (seen - expected) * (seen - expected) / expected;
    }
    if (statistic > 60)
        fail_msg("%s: chi squared %.1f", name, statistic);
    free(counts);
}

static void zipf_is_exact(void **state)
{
    expect_zipf("zipf:0:1000", 0, 1000, 1000 * BATCH);
    expect_zipf("zipf:0.5:1", 0.5, 1, 1000 * BATCH);
    expect_zipf("zipf:0.6:100k", 0.6, 100000, 1000 * BATCH);
    expect_zipf("zipf:0.99:1M", 0.99, 1000000, 1000 * BATCH);
    expect_zipf("zipf:1.0:1M", 1, 1000000, 1000 * BATCH);
    expect_zipf("zipf:1.5:10k", 1.5, 10000, 1000 * BATCH);
    expect_zipf("zipf:3:300", 3, 300, 1000 * BATCH);
    /* Enough requests to notice an acceptance of a rank that is wrong by half a percent. */
    expect_zipf("zipf:1.2:1M", 1.2, 1000000, 20000 * BATCH);
}

static void shift_changes_the_most_popular(void **state)
{
    struct trace_request requests[400];
    struct trace *trace = open_trace("shift:50:10:400:100", 1); /* alpha 50: rank 0 alone */
    take(trace, requests, 50);
    take(trace, requests + 50, 350);
    static const uint64_t hottest[] = {0, 9, 8, 7};
    for (size_t i = 0; i < 400; i++)
        assert_int_equal(requests[i].id, hottest[i / 100]);
    trace_close(trace);
}

/* The same draws as those of zipf, but all ids are shifted by the number of steps so far. */
static void shift_moves_every_rank(void **state)
{
    struct trace_request drifting[BATCH], fixed[BATCH];
    struct trace *shift = open_trace("shift:0.5:7:1000:50", 3), *zipf = open_trace("zipf:0.5:7", 3);
    take(shift, drifting, BATCH);
    take(zipf, fixed, BATCH);
    for (size_t i = 0; i < BATCH; i++)
        assert_int_equal((drifting[i].id + i / 50) % 7, fixed[i].id);
    trace_close(shift);
    trace_close(zipf);
}

static void burst_then_hot_ids(void **state)
{
    struct trace_request requests[1000];
    struct trace *trace = open_trace("burst:500:1000:5", 1);
    take(trace, requests, 1000);
    for (size_t i = 0; i < 500; i++)
        assert_int_equal(requests[i].id, i);
    unsigned seen = 0;
    for (size_t i = 500; i < 1000; i++) {
        assert_int_equal(requests[i].id % 100, 0);
        seen |= 1u << requests[i].id / 100;
    }
    assert_int_equal(seen, 31);
    trace_close(trace);
}

static void two_pools_alternate(void **state)
{
    struct trace_request requests[200];
    struct trace *trace = open_trace("two-pool:10:1000", 1);
    take(trace, requests, 99);
    take(trace, requests + 99, 101);
    for (size_t i = 0; i < 200; i++)
        assert_true(i % 2 == 0 ? requests[i].id < 10
                               : requests[i].id >= 10 && requests[i].id < 1010);
    assert_int_equal(trace_ids(trace), 1010);
    trace_close(trace);
}

static void the_limit_ends_a_trace(void **state)
{
    struct error error;
    struct trace_request requests[100];
    struct trace *trace = trace_open("uniform:10", &(struct trace_setup){.limit = 60}, &error);
    assert_non_null(trace);
    assert_false(trace_is_endless(trace));
    assert_int_equal(trace_read(trace, requests, 50), 50);
    assert_int_equal(trace_read(trace, requests, 50), 10);
    assert_int_equal(trace_read(trace, requests, 50), 0);
    trace_close(trace);
}

static void wrong_names_are_errors(void **state)
{
    static const char *const names[] = {"zipf",
                                        "zipf:1.0",
                                        "zipf:-1:10",
                                        "zipf:nan:10",
                                        "zipf:x:10",
                                        "zipf:1:0",
                                        "zipf:1:10:0",
                                        "zipf:1:10:5:6",
                                        "uniform",
                                        "uniform:",
                                        "uniform:1:2:",
                                        "scan:10:10:10",
                                        "burst:10:100:11",
                                        "random:1:1",
                                        "zipf:1:9E99",
                                        "shift:1:10:100:0"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct error error = {""};
        if (trace_open(names[i], &(struct trace_setup){0}, &error) != NULL)
            fail_msg("%s was taken", names[i]);
        assert_non_null(strstr(error.text, "not of the form"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_never_repeats),
        cmocka_unit_test(scan_repeats),
        cmocka_unit_test(the_same_seed_gives_the_same_stream),
        cmocka_unit_test(zipf_is_exact),
        cmocka_unit_test(shift_changes_the_most_popular),
        cmocka_unit_test(shift_moves_every_rank),
        cmocka_unit_test(burst_then_hot_ids),
        cmocka_unit_test(two_pools_alternate),
        cmocka_unit_test(the_limit_ends_a_trace),
        cmocka_unit_test(wrong_names_are_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
