/* page_words_test.c - each part of the words, and the data under which it is not said. */
#include "page_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct result *variant_plant(const char *name)
{
    struct result *result = result_create(name, name);
    struct result_made_by *made = &result->made_by;
    snprintf(made->cpu_model, sizeof made->cpu_model, "A processor");
    snprintf(made->time, sizeof made->time, "2026-01-02T03:04:05Z");
    made->cores = 2;
    return result;
}

static void lead_check(struct result *const *results, size_t count, const char *expected)
{
    char *text = words_lead(results, count, 3);
    assert_string_equal(text, expected);
    free(text);
}

static void what_holds_for_all_is_said(void **state)
{
    struct result *results[] = {variant_plant("lru"), variant_plant("sieve")};
    lead_check(results, 2,
               "2 servers, which differ only in the policy of their cache, under 3 workloads, on "
               "A processor with 2 cores, 2026-01-02.");
    lead_check(results, 1, "1 server under 3 workloads, on A processor with 2 cores, 2026-01-02.");
    lead_check(results, 0, "");
    result_destroy(results[0]);
    result_destroy(results[1]);
}

static void what_differs_is_not_said(void **state)
{
    struct result *results[] = {variant_plant("lru"), variant_plant("sieve")};
    results[1]->policy[0] = '\0'; /* a program that is not ours */
    results[1]->made_by.cores = 4;
    snprintf(results[1]->made_by.time, sizeof results[1]->made_by.time, "2026-01-03T03:04:05Z");
    lead_check(results, 2, "2 servers under 3 workloads.");
    result_destroy(results[1]);
    results[1] = variant_plant("sieve");
    lead_check(results, 2,
               "2 servers, which differ only in the policy of their cache, under 3 workloads, on "
               "A processor with 2 cores, 2026-01-02.");
    snprintf(results[1]->made_by.command_line, RESULT_LINE_BYTES, "of another bench");
    lead_check(results, 2, "2 servers under 3 workloads, on A processor with 2 cores, 2026-01-02.");
    results[1]->made_by.command_line[0] = '\0';
    snprintf(results[1]->made_by.commit, sizeof results[1]->made_by.commit, "other");
    results[0]->made_by.cpu_model[0] = results[0]->made_by.time[0] = '\0';
    results[1]->made_by.cpu_model[0] = results[1]->made_by.time[0] = '\0';
    lead_check(results, 2, "2 servers under 3 workloads.");
    result_destroy(results[0]);
    result_destroy(results[1]);
}

static void question_check(const char *json, const char *expected)
{
    json_t *choice = json_loads(json, 0, NULL);
    char *text = words_question(choice);
    assert_string_equal(text, expected);
    free(text);
    json_decref(choice);
}

static void the_question_has_only_what_was_asked(void **state)
{
    question_check("{\"trace\":\"t.txt\",\"memory_bytes\":4194304,\"miss_cost_ns\":5000000,"
                   "\"rate_rps\":5000.0,\"max_age_ns\":3000000000}",
                   "For t.txt within 4 MiB, 5 ms for a miss, 5,000 requests per second, nothing "
                   "older than 3 s");
    question_check("{\"memory_bytes\":null,\"miss_cost_ns\":0,\"max_age_ns\":null}", "For a trace");
    question_check("[]", "For a trace");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_holds_for_all_is_said),
        cmocka_unit_test(what_differs_is_not_said),
        cmocka_unit_test(the_question_has_only_what_was_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
