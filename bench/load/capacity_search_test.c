/* capacity_search_test.c - the search finds known capacities in spite of noise; objectives. */
#include "capacity_search.h"
#include "slo.h"
#include "units.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A server that meets the objective up to its capacity, except in some trials. */
struct server {
    double capacity_rps;
    unsigned misses_of, trials; /* every misses_of-th trial misses by noise; 0: none does */
};

static bool server_meets_slo(struct server *server, double rate_rps)
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
         rate = capacity_search_next(&search, server_meets_slo(server, rate)))
        assert_true(rate >= CAPACITY_RATE_MIN && rate <= CAPACITY_RATE_MAX);
    assert_true(search.low == 0 || search.high == 0 ||
                search.high <= search.low * (1 + CAPACITY_PRECISION) * 1.0001);
    return search.low;
}

static void the_capacity_is_found(void **unused)
{
    static const double capacities[] = {1.3, 17, 999, 1000, 1001, 23456, 1e6, 4e7};
    for (size_t i = 0; i < sizeof capacities / sizeof capacities[0]; i++) {
        struct server server = {.capacity_rps = capacities[i]};
        double found = capacity_found(&server, 1000);
        assert_true(found <= capacities[i]);
        assert_true(found >= capacities[i] / (1 + CAPACITY_PRECISION) * 0.9999);
        assert_true(server.trials < CAPACITY_TRIALS_MAX);
    }
}

/* Noise makes one trial of four miss, but never two of three. */
static void noise_does_not_change_the_capacity(void **unused)
{
    for (unsigned misses_of = 4; misses_of < 9; misses_of++) {
        struct server server = {.capacity_rps = 23456, .misses_of = misses_of};
        double found = capacity_found(&server, 1000);
        assert_true(found <= 23456);
        assert_true(found >= 23456 / (1 + CAPACITY_PRECISION) * 0.9999);
    }
}

/* 1000/s meets the objective once, by luck, while the rate is doubled, and never again. */
static void the_capacity_is_confirmed_by_a_second_trial(void **unused)
{
    struct capacity_search search;
    unsigned lucky = 1;
    double rate;
    for (rate = capacity_search_begin(&search, 1000); rate > 0;) {
        bool met = rate <= 600 || (rate == 1000 && lucky && lucky--);
        rate = capacity_search_next(&search, met);
    }
    assert_true(search.low <= 600 && search.low > 550);
}

static void no_capacity_is_found_if_every_trial_misses(void **unused)
{
    struct server none = {.capacity_rps = 0}, all = {.capacity_rps = 1e12};
    assert_true(capacity_found(&none, 1000) == 0);
    assert_true(none.trials < CAPACITY_TRIALS_MAX);
    assert_true(capacity_found(&all, 1000) > CAPACITY_RATE_MAX / 2);
}

static void objectives_are_parsed(void **unused)
{
    static const char *const wrong[] = {"",      "p99",      "p98=2ms", "p99=fast",
                                        "p99=0", "p99=2ms,", ",",       "p99=2"};
    struct error error;
    struct slo slo;
    assert_int_equal(slo_parse(&slo, "p50=500us,p90=1ms,p99=2ms,p99.9=5ms,max=50ms", &error), 0);
    assert_int_equal(slo.count, 5);
    assert_int_equal(slo.limits[3].ns, 5 * NS_PER_MS);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        error.text[0] = '\0';
        assert_int_equal(slo_parse(&slo, wrong[i], &error), -1);
        assert_non_null(strstr(error.text, "p99=2ms"));
    }
}

static void runs_are_checked_against_objectives(void **unused)
{
    struct load_result result = {.requests = 100, .all = histogram_create()};
    struct error why;
    struct slo slo;
    for (unsigned i = 0; i < 100; i++)
        histogram_record(result.all, i < 98 ? NS_PER_MS : 40 * NS_PER_MS);
    slo_parse(&slo, "p90=2ms,max=50ms", &why);
    assert_true(slo_is_met(&slo, &result, &why));
    slo_parse(&slo, "p90=2ms,p99=5ms", &why);
    assert_false(slo_is_met(&slo, &result, &why));
    assert_non_null(strstr(why.text, "p99 was 40 ms"));
    slo_parse(&slo, "max=50ms", &why);
    result.unsent = 1234;
    assert_false(slo_is_met(&slo, &result, &why));
    assert_non_null(strstr(why.text, "1,234 requests were due"));
    result.unsent = 0;
    result.errors = 1;
    assert_false(slo_is_met(&slo, &result, &why));
    result.errors = result.requests = 0;
    assert_false(slo_is_met(&slo, &result, &why));
    histogram_destroy(result.all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_capacity_is_found),
        cmocka_unit_test(noise_does_not_change_the_capacity),
        cmocka_unit_test(the_capacity_is_confirmed_by_a_second_trial),
        cmocka_unit_test(no_capacity_is_found_if_every_trial_misses),
        cmocka_unit_test(objectives_are_parsed),
        cmocka_unit_test(runs_are_checked_against_objectives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
