/* prediction_test.c - mixtures whose latencies can be computed by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "prediction.h"

#include <math.h>

#define HIT_NS     100000.0
#define MISS_NS    5100000.0
#define FETCH_NS   5000000.0
#define CPU_NS     20000.0
#define NEAR(a, b) (fabs((a) - (b)) <= 0.002 * (b))

static const struct policy_costs same = {50, 50, 500};

struct test {
    struct service_costs costs;
    struct predictor *predictor;
};

/* All hits take the same time, and all misses. */
static void test_begin(struct test *test, double rate_rps)
{
    test->costs = (struct service_costs){
        .rate_rps = rate_rps,
        .load_rps = rate_rps,
        .fetch_ns = FETCH_NS,
        .hit = {CPU_NS, histogram_create(), false},
        .miss = {CPU_NS, histogram_create(), false},
    };
    for (int i = 0; i < 100; i++) {
        histogram_record(test->costs.hit.latency, (uint64_t)HIT_NS);
        histogram_record(test->costs.miss.latency, (uint64_t)MISS_NS);
    }
    test->predictor = predictor_create(&test->costs, &same);
}

static void test_end(struct test *test)
{
    predictor_destroy(test->predictor);
    costs_free(&test->costs);
}

static struct replay_result result_of(uint64_t hits)
{
    return (struct replay_result){.requests = 1000, .hits = hits, .misses = 1000 - hits};
}

/* A percentile above the hit ratio is the latency of a miss, one below it that of a hit. */
static void percentiles_above_the_hit_ratio_are_misses(void **state)
{
    struct test test;
    struct replay_result many = result_of(995), few = result_of(980), half = result_of(499);
    test_begin(&test, 1000);
    struct policy_figures figures = predict(test.predictor, &same, &many, 99.9);
    assert_true(NEAR(figures.p50_ns, HIT_NS) && NEAR(figures.p99_ns, HIT_NS));
    assert_true(NEAR(figures.slo_ns, MISS_NS));
    assert_true(NEAR(figures.mean_ns, 0.995 * HIT_NS + 0.005 * MISS_NS));
    figures = predict(test.predictor, &same, &few, 97.9);
    assert_true(NEAR(figures.p99_ns, MISS_NS) && NEAR(figures.slo_ns, HIT_NS));
    figures = predict(test.predictor, &same, &half, 0);
    assert_true(NEAR(figures.p50_ns, MISS_NS) && figures.slo_ns == 0);
    assert_true(NEAR(figures.cpu_us_per_request, CPU_NS / 1e3));
    test_end(&test);
}

/* A request that joins a fetch waits for the rest of it. */
static void a_joining_request_waits_for_the_rest(void **state)
{
    struct test test;
    struct replay_result result = result_of(900);
    result.joined = result.joined_after[REPLAY_JOINED_PARTS - 1] = 900;
    test_begin(&test, 1000);
    struct policy_figures figures = predict(test.predictor, &same, &result, 0);
    double rest_ns = FETCH_NS * 0.5 / REPLAY_JOINED_PARTS;
    assert_true(NEAR(figures.p50_ns, MISS_NS - FETCH_NS + rest_ns));
    assert_true(NEAR(figures.p99_ns, MISS_NS));
    test_end(&test);
}

/* A policy that takes 10 us more for a hit makes all requests wait longer: L E[S^2] / 2 (1 - L
 * E[S]). */
static void a_slower_policy_makes_all_requests_wait(void **state)
{
    struct test test;
    const struct policy_costs slower = {same.hit_ns + 10000, same.miss_ns, same.put_ns};
    struct replay_result all = result_of(1000);
    test_begin(&test, 20000);
    double rate = 20000 / 1e9, own_ns = rate * CPU_NS * CPU_NS / (2 * (1 - rate * CPU_NS));
    double wait_ns = rate * 30000 * 30000 / (2 * (1 - rate * 30000));
    struct policy_figures figures = predict(test.predictor, &slower, &all, 0);
    assert_true(NEAR(figures.mean_ns, HIT_NS + 10000 + wait_ns - own_ns));
    assert_true(NEAR(figures.cpu_us_per_request, 30));
    test_end(&test);
}

/* Measured at 1,000 requests/s, predicted for 20,000: all requests wait longer. */
static void another_rate_than_the_measured_one_changes_the_wait(void **state)
{
    struct test test;
    struct replay_result all = result_of(1000);
    test_begin(&test, 1000);
    predictor_destroy(test.predictor);
    test.costs.rate_rps = 20000;
    test.predictor = predictor_create(&test.costs, &same);
    double own_ns = 1000 / 1e9 * CPU_NS * CPU_NS / (2 * (1 - 1000 / 1e9 * CPU_NS));
    double wait_ns = 20000 / 1e9 * CPU_NS * CPU_NS / (2 * (1 - 20000 / 1e9 * CPU_NS));
    struct policy_figures figures = predict(test.predictor, &same, &all, 0);
    assert_true(NEAR(figures.mean_ns, HIT_NS + wait_ns - own_ns));
    test_end(&test);
}

static void nothing_is_predicted_beyond_the_capacity_of_the_loop(void **state)
{
    struct test test;
    struct replay_result all = result_of(1000);
    test_begin(&test, 49000);
    struct policy_figures figures = predict(test.predictor, &same, &all, 99);
    assert_true(figures.mean_ns == 0 && figures.p99_ns == 0 && figures.slo_ns == 0);
    assert_true(figures.hit_ratio == 1 && NEAR(figures.cpu_us_per_request, 20));
    test_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_above_the_hit_ratio_are_misses),
        cmocka_unit_test(a_joining_request_waits_for_the_rest),
        cmocka_unit_test(a_slower_policy_makes_all_requests_wait),
        cmocka_unit_test(another_rate_than_the_measured_one_changes_the_wait),
        cmocka_unit_test(nothing_is_predicted_beyond_the_capacity_of_the_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
