/* exact_test.c - miss counts on a real trace, compared with those of two independent programs.
 *
 * The test is skipped if the trace is not there: it is not part of the project.
 */
#include "belady.h"
#include "policies.h"
#include "replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LINES_MIN 50

static const struct policy *policy_named(const char *name)
{
    return strcmp(name, belady_policy.name) == 0 ? &belady_policy : policy_find(name);
}

static uint64_t misses_of(const struct corpus *corpus, const char *policy, uint64_t capacity)
{
    struct replay_result result;
    struct replay_setup setup = {.policy = policy_named(policy), .capacity_entries = capacity};
    assert_non_null(setup.policy);
    replay_run(corpus, &setup, &result);
    return result.misses;
}

static void counts_equal_published_ones(void **state)
{
    char policy[32], line[128];
    struct error error;
    unsigned long capacity, requests, misses;
    unsigned lines = 0;
    struct corpus corpus;
    struct corpus_setup setup = {.sample = 1, .with_next = true};
    FILE *expected = fopen(TIDEMARK_TRACES "/web12.expected.csv", "r");
    if (expected == NULL)
        skip();
    assert_int_equal(corpus_load(&corpus, TIDEMARK_TRACES "/web12.txt", &setup, &error), 0);
    assert_non_null(fgets(line, sizeof line, expected)); /* skip the column names */
    while (fgets(line, sizeof line, expected) != NULL) {
        assert_int_equal(sscanf(line, "%31[^,],%lu,%lu,%lu", policy, &capacity, &requests, &misses),
                         4);
        assert_int_equal(corpus.requests, requests);
        uint64_t counted = misses_of(&corpus, policy, capacity);
        if (counted != misses)
            print_error("%s at %lu: %lu misses, not %lu\n", policy, capacity,
                        (unsigned long)counted, misses);
        assert_int_equal(counted, misses);
        lines++;
    }
    assert_true(lines >= LINES_MIN);
    fclose(expected);
    corpus_free(&corpus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(counts_equal_published_ones)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
