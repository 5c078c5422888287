/* bench_table_test.c - the tables of a bench, to the letter, and never wider than 100 columns. */
#include "bench_table.h"

#include "summary.h"
#include "xmalloc.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MIB UINT64_C(1048576)

static struct result_run *run_plant(struct result *result, const char *workload, double cpu_us,
                                    enum verdict_class class)
{
    const struct result_sample sample = {
        .payload_bytes = 3 * MIB, .cache_bytes = 4 * MIB, .rss_bytes = 11 * MIB};
    struct result_run *run = result_run_add(result);
    snprintf(run->workload, sizeof run->workload, "%s", workload);
    run->load.hit_ratio = 0.551;
    run->server.cpu_us_per_request = cpu_us;
    run->verdict = (struct result_verdict){
        .class = class, .bytes_per_request = 135.7, .peak_bytes = 4 * MIB, .judged_samples = 9};
    result_sample_add(result, run, &sample);
    return run;
}

/* What is printed; the caller frees it. */
static char *print(struct result *const *results, size_t count)
{
    char *text;
    size_t bytes;
    FILE *out = xmemstream(&text, &bytes);
    for (size_t i = 0; i < count; i++)
        summary_make(results[i]);
    bench_table_print(results, count, out);
    fclose(out);
    return text;
}

static void a_workload_is_a_block(void **state)
{
    struct result *results[] = {result_create("lru", "lru"),
                                result_create("unbounded", "unbounded")};
    run_plant(results[0], "random", 10, VERDICT_BOUNDED);
    run_plant(results[0], "random", 11, VERDICT_BOUNDED);
    run_plant(results[1], "random", 12, VERDICT_LEAK_CONTAINER);
    run_plant(results[1], "zipf", 13, VERDICT_UNDECIDED);
    char *text = print(results, 2);
    assert_string_equal(
        text,
        "random\n"
        "variant      hits      CPU us  payload  cache     RSS  verdict\n"
        "lru        55.1 %  10.5 +-0.5    3 MiB  4 MiB  11 MiB  bounded at 4 MiB\n"
        "unbounded  55.1 %        12.0    3 MiB  4 MiB  11 MiB  leaks 136 B/request: container\n"
        "\n"
        "zipf\n"
        "variant      hits  CPU us  payload  cache     RSS  verdict\n"
        "unbounded  55.1 %    13.0    3 MiB  4 MiB  11 MiB  undecided: 0.00 to 0.00 B/request\n");
    free(text);
    result_destroy(results[0]);
    result_destroy(results[1]);
}

static void what_figures_do_not_show_is_noted(void **state)
{
    struct result *results[] = {result_create("lru", "lru"), result_create("python", "")};
    run_plant(results[0], "random", 10, VERDICT_BOUNDED);
    run_plant(results[0], "random", 10, VERDICT_BOUNDED);
    run_plant(results[0], "random", 10, VERDICT_UNDECIDED)->load.bottleneck = true;
    struct result_run *failed = run_plant(results[1], "random", 10, VERDICT_BOUNDED);
    failed->status = RUN_FAILED;
    snprintf(failed->reason, sizeof failed->reason,
             "the server exited with status 1 before it was ready; its last output was: out of "
             "luck, try again");
    char *text = print(results, 2);
    assert_string_equal(
        text,
        "random\n"
        "variant    hits      CPU us  payload  cache     RSS  verdict\n"
        "lru      55.1 %  10.0 +-0.0    3 MiB  4 MiB  11 MiB  bounded at 4 MiB\n"
        "python        -           -        -      -       -  failed\n"
        "  lru: 1 of 3 runs have another verdict\n"
        "  lru: 1 of 3 runs were limited by the load generator: their times do not count\n"
        "  python: 1 of 1 runs failed: the server exited with status 1 before it was ready; its "
        "last output\n    was: out of luck, try again\n");
    free(text);
    result_destroy(results[0]);
    result_destroy(results[1]);
}

static void no_line_is_wider_than_100_columns(void **state)
{
    struct result *result = result_create("wtinylfu_climb", "wtinylfu_climb");
    for (int class = 0; class < VERDICT_CLASSES; class ++) {
        char workload[16];
        snprintf(workload, sizeof workload, "w%d", class);
        struct result_run *run = run_plant(result, workload, 123.4, (enum verdict_class) class);
        run_plant(result, workload, 133.3, (enum verdict_class) class)->verdict = run->verdict;
        run->verdict.bytes_per_request = 9999;
        run->verdict.low = -999.4;
        run->verdict.high = 999.4;
        run->samples[0] = (struct result_sample){
            .payload_bytes = 1023 * MIB, .cache_bytes = 1023 * MIB, .rss_bytes = 1023 * MIB};
    }
    char *text = print(&result, 1);
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1)
        assert_true(end - line <= 100);
    free(text);
    result_destroy(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_workload_is_a_block),
        cmocka_unit_test(what_figures_do_not_show_is_noted),
        cmocka_unit_test(no_line_is_wider_than_100_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
