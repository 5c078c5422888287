/* page_judgement_test.c - which curves are shown at first. */
#include "page_judgement.h"

#include "summary.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VARIANTS 4

static struct result *variant_plant(const char *name, enum verdict_class class, uint64_t hits)
{
    struct result *result = result_create(name, name);
    struct result_run *run = result_run_add(result);
    snprintf(run->workload, sizeof run->workload, "zipf");
    run->verdict = (struct result_verdict){.class = class, .judged_samples = 9};
    result->limits.capacity_entries = 10;
    struct result_hits *replayed = result_hits_add(result);
    *replayed = (struct result_hits){.requests = 1000, .hits = hits, .entries = 10};
    snprintf(replayed->workload, sizeof replayed->workload, "zipf");
    summary_make(result);
    return result;
}

/* Releases the results. */
static void curves_check(struct result **results, const char *expected)
{
    struct judgement *judgement =
        judgement_make(&(struct judgement_setup){.results = results, .count = VARIANTS});
    json_t *curves = page_curves(judgement);
    char *text = json_dumps(curves, JSON_COMPACT);
    assert_string_equal(text, expected);
    free(text);
    json_decref(curves);
    judgement_destroy(judgement);
    for (size_t i = 0; i < VARIANTS; i++)
        result_destroy(results[i]);
}

static void a_leak_the_reference_and_the_best_are_shown(void **state)
{
    struct result *results[] = {variant_plant("unbounded", VERDICT_LEAK_CONTAINER, 300),
                                variant_plant("fifo", VERDICT_BOUNDED, 400),
                                variant_plant("lru", VERDICT_BOUNDED, 500),
                                variant_plant("sieve", VERDICT_BOUNDED, 600)};
    curves_check(results, "[\"unbounded\",\"lru\",\"sieve\"]");
}

static void without_a_leak_or_a_difference_they_are_fewer(void **state)
{
    struct result *results[] = {
        variant_plant("fifo", VERDICT_BOUNDED, 500), variant_plant("arc", VERDICT_BOUNDED, 500),
        variant_plant("lru", VERDICT_BOUNDED, 500), variant_plant("sieve", VERDICT_BOUNDED, 500)};
    curves_check(results, "[\"lru\",\"fifo\"]");
}

static void none_is_named_twice(void **state)
{
    struct result *results[] = {variant_plant("fifo", VERDICT_BOUNDED, 100),
                                variant_plant("lru", VERDICT_LEAK_EXPIRED, 500),
                                variant_plant("arc", VERDICT_BOUNDED, 200),
                                variant_plant("sieve", VERDICT_BOUNDED, 300)};
    curves_check(results, "[\"lru\",\"sieve\"]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leak_the_reference_and_the_best_are_shown),
        cmocka_unit_test(without_a_leak_or_a_difference_they_are_fewer),
        cmocka_unit_test(none_is_named_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
