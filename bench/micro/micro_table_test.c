/* micro_table_test.c - the tables of micro fit 100 columns and show what a figure can carry. */
#include "micro_output.h"
#include "policies.h"
#include "xmalloc.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 100

static const struct micro_wanted all = {true, true, true};

static struct stats_interval interval(double value, double half)
{
    return (struct stats_interval){value, value - half, value + half};
}

/* Every policy with the same figures. The caller frees the rows. */
static struct micro_results results_make(struct stats_interval instructions,
                                         struct stats_interval cpu_ns)
{
    struct micro_results results = {.sizes = {1000, 100000},
                                    .size_count = 2,
                                    .repetitions = 12,
                                    .footprint_entries = 400000,
                                    .source = INSTRUCTIONS_CALLGRIND,
                                    .count = policies_count,
                                    .rows = xcalloc(policies_count, sizeof *results.rows)};
    for (size_t i = 0; i < results.count; i++) {
        struct micro_row *row = &results.rows[i];
        *row = (struct micro_row){.policy = policies[i],
                                  .footprint = {.entries = 400000,
                                                .rounding_bytes = 26.4,
                                                .overhead_bytes = 31.3,
                                                .put_max_ns = 212345,
                                                .remove_max_ns = 112345,
                                                .interrupted = 1}};
        for (int operation = 0; operation < OPERATIONS; operation++) {
            row->instructions.of[operation] = instructions;
            row->cpu_ns[0][operation] = row->cpu_ns[1][operation] = cpu_ns;
        }
    }
    return results;
}

/* Prints the tables, and frees the rows. The caller frees the text. */
static char *tables_text(struct micro_results *results, const struct micro_wanted *wanted)
{
    char *text;
    size_t bytes;
    FILE *out = xmemstream(&text, &bytes);
    micro_tables_print(results, wanted, out);
    fclose(out);
    free(results->rows);
    return text;
}

static size_t line_longest(const char *text)
{
    size_t longest = 0;
    for (; *text != '\0'; text += strcspn(text, "\n") + 1)
        if (strcspn(text, "\n") > longest)
            longest = strcspn(text, "\n");
    return longest;
}

/* How often the text contains the part. */
static size_t occurrences(const char *text, const char *part)
{
    size_t count = 0;
    for (size_t at = 0; text[at] != '\0'; at++)
        count += strncmp(text + at, part, strlen(part)) == 0;
    return count;
}

static void test_the_widest_figures_fit(void **state)
{
    struct micro_results results = results_make(interval(3888, 188), interval(288, 28));
    results.rows[0].footprint.put_max_ns = 88e6;
    char *text = tables_text(&results, &all);
    assert_non_null(strstr(text, "3890 +-190"));
    assert_in_range(line_longest(text), 60, WIDTH);
    free(text);
}

static void test_wider_figures_go_below(void **state)
{
    struct micro_results results = results_make(interval(88888, 8888), interval(88888, 8888));
    char *text = tables_text(&results, &all);
    assert_in_range(line_longest(text), 60, WIDTH);
    assert_non_null(strstr(text, "pause us"));
    assert_int_equal(occurrences(text, "\nnull "), 3); /* two blocks, and the second table */
    free(text);
}

static void test_a_figure_is_rounded_to_its_spread(void **state)
{
    struct micro_results results = results_make(interval(152.3, 0.1), interval(24.87, 0.31));
    char *text = tables_text(&results, &all);
    assert_non_null(strstr(text, " 152  "));
    assert_non_null(strstr(text, " 24.9 +-0.3"));
    assert_non_null(strstr(text, " 58 "));
    assert_non_null(strstr(text, " 212*"));
    assert_non_null(strstr(text, "100,000 entries"));
    free(text);
}

static void test_what_is_not_known_is_no_number(void **state)
{
    struct stats_interval unknown = {NAN, NAN, NAN};
    struct micro_results results = results_make(unknown, interval(100, 5));
    results.source = INSTRUCTIONS_UNKNOWN;
    strcpy(results.why.text, "valgrind is not installed");
    char *text = tables_text(&results, &all);
    assert_null(strstr(text, "nan"));
    assert_non_null(strstr(text, "\nlru                     -     -    -  100 +-5"));
    assert_non_null(strstr(text, "valgrind is not installed"));
    assert_in_range(line_longest(text), 60, WIDTH);
    free(text);
}

static void test_few_repetitions_have_a_range(void **state)
{
    struct micro_results results = results_make(interval(152, 1), interval(25, 1));
    results.repetitions = 3;
    char *text = tables_text(&results, &all);
    assert_non_null(strstr(text, "ns: CPU time, median of 3 repetitions and their range"));
    free(text);
    results = results_make(interval(152, 1), interval(25, 1));
    text = tables_text(&results, &all);
    assert_non_null(strstr(text, "ns: CPU time, median of 12 repetitions and its 95 % interval"));
    free(text);
}

static void test_only_what_is_wanted_is_shown(void **state)
{
    struct micro_results results = results_make(interval(152, 0), interval(25, 1));
    char *text = tables_text(&results, &(struct micro_wanted){.instructions = true});
    assert_non_null(strstr(text, "instr hit"));
    assert_null(strstr(text, "ns hit"));
    assert_null(strstr(text, "pause"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_widest_figures_fit),
        cmocka_unit_test(test_wider_figures_go_below),
        cmocka_unit_test(test_a_figure_is_rounded_to_its_spread),
        cmocka_unit_test(test_what_is_not_known_is_no_number),
        cmocka_unit_test(test_few_repetitions_have_a_range),
        cmocka_unit_test(test_only_what_is_wanted_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
