/* capacity_search_test.c - the search for a knee against servers whose knee is known, noise
 * included, and the objectives. */
#include "capacity_search.h"
#include "slo.h"
#include "units.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A server that keeps the objective up to its knee, but for some of the trials. */
struct server {
    double capacity_rps;
    unsigned misses_of, trials; /* each so many-th trial is missed by mere noise; 0: none */
};

static bool server_keeps(struct server *server, double rate_rps)
{
    server->trials++;
    if (server->misses_of && server->trials % server->misses_of == 0)
        return false;
    return rate_rps <= server->capacity_rps;
}

static double capacity_found(struct server *server, double first_rps)
{
    struct capacity_search search;

    for (double rate = capacity_search_begin(&search, first_rps); rate > 0;
         rate = capacity_search_next(&search, server_keeps(server, rate)))
        assert_true(rate >= CAPACITY_RATE_MIN && rate <= CAPACITY_RATE_MAX);
    assert_true(search.low == 0 || search.high == 0 ||
                search.high <= search.low * (1 + CAPACITY_PRECISION) * 1.0001);
    return search.low;
}

static void a_knee_is_found(void **unused)
{
    static const double knees[] = {1.3, 17, 999, 1000, 1001, 23456, 1e6, 4e7};

    (void)unused;
    for (size_t i = 0; i < sizeof knees / sizeof knees[0]; i++) {
        struct server server = {.capacity_rps = knees[i]};
        double found = capacity_found(&server, 1000);
        assert_true(found <= knees[i]);
        assert_true(found >= knees[i] / (1 + CAPACITY_PRECISION) * 0.9999);
        assert_true(server.trials < CAPACITY_TRIALS_MAX);
    }
}

/* Noise alone makes one trial in four miss, but never two of three. */
static void noise_does_not_move_it(void **unused)
{
    (void)unused;
    for (unsigned misses_of = 4; misses_of < 9; misses_of++) {
        struct server server = {.capacity_rps = 23456, .misses_of = misses_of};
        double found = capacity_found(&server, 1000);
        assert_true(found <= 23456);
        assert_true(found >= 23456 / (1 + CAPACITY_PRECISION) * 0.9999);
    }
}

/* It was kept once while doubling, and never again. */
static void an_answer_must_stand_a_repetition(void **unused)
{
    struct capacity_search search;
    unsigned lucky = 1;
    double rate;

    (void)unused;
    for (rate = capacity_search_begin(&search, 1000); rate > 0;) {
        bool kept = rate <= 600 || (rate == 1000 && lucky && lucky--);
        rate = capacity_search_next(&search, kept);
    }
    assert_true(search.low <= 600 && search.low > 550);
}

static void where_nothing_is_kept_there_is_no_answer(void **unused)
{
    struct server none = {.capacity_rps = 0}, all = {.capacity_rps = 1e12};

    (void)unused;
    assert_true(capacity_found(&none, 1000) == 0);
    assert_true(none.trials < CAPACITY_TRIALS_MAX);
    assert_true(capacity_found(&all, 1000) > CAPACITY_RATE_MAX / 2);
}

static void objectives_are_read(void **unused)
{
    static const char *const wrong[] = {"",      "p99",      "p98=2ms", "p99=fast",
                                        "p99=0", "p99=2ms,", ",",       "p99=2"};
    struct error error;
    struct slo slo;

    (void)unused;
    assert_int_equal(slo_parse(&slo, "p50=500us,p90=1ms,p99=2ms,p99.9=5ms,max=50ms", &error), 0);
    assert_int_equal(slo.count, 5);
    assert_int_equal(slo.limits[3].limit_ns, 5 * NS_PER_MS);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        error.text[0] = '\0';
        assert_int_equal(slo_parse(&slo, wrong[i], &error), -1);
        assert_non_null(strstr(error.text, "p99=2ms"));
    }
}

static void objectives_are_held_against_runs(void **unused)
{
    struct load_result result = {.requests = 100, .all = histogram_create()};
    struct error why;
    struct slo slo;

    (void)unused;
    for (unsigned i = 0; i < 100; i++)
        histogram_record(result.all, i < 98 ? NS_PER_MS : 40 * NS_PER_MS);
    slo_parse(&slo, "p90=2ms,max=50ms", &why);
    assert_true(slo_kept(&slo, &result, &why));
    slo_parse(&slo, "p90=2ms,p99=5ms", &why);
    assert_false(slo_kept(&slo, &result, &why));
    assert_non_null(strstr(why.text, "p99 was 40 ms"));
    slo_parse(&slo, "max=50ms", &why);
    result.unsent = 1234;
    assert_false(slo_kept(&slo, &result, &why));
    assert_non_null(strstr(why.text, "1,234 requests were due"));
    result.unsent = 0;
    result.errors = 1;
    assert_false(slo_kept(&slo, &result, &why));
    result.errors = result.requests = 0;
    assert_false(slo_kept(&slo, &result, &why));
    histogram_destroy(result.all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_knee_is_found),
        cmocka_unit_test(noise_does_not_move_it),
        cmocka_unit_test(an_answer_must_stand_a_repetition),
        cmocka_unit_test(where_nothing_is_kept_there_is_no_answer),
        cmocka_unit_test(objectives_are_read),
        cmocka_unit_test(objectives_are_held_against_runs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
