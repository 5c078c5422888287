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

static struct result *variant_plant(const char *name, const char *policy)
{
    struct result *result = result_create(name, policy);
    result->limits.capacity_entries = 10000;
    return result;
}

static struct result_run *run_plant(struct result *result, const char *workload, uint64_t mib,
                                    enum verdict_class class)
{
    const struct result_sample sample = {
        .payload_bytes = (mib - 1) * MIB, .cache_bytes = mib * MIB, .rss_bytes = 11 * MIB};
    struct result_run *run = result_run_add(result);
    snprintf(run->workload, sizeof run->workload, "%s", workload);
    run->verdict = (struct result_verdict){
        .class = class, .bytes_per_request = 135.7, .low = -0.2, .high = 0.4, .judged_samples = 9};
    result_sample_add(result, run, &sample);
    return run;
}

static void hits_plant(struct result *result, const char *workload, uint64_t steady, uint64_t cold)
{
    struct result_hits *hits = result_hits_add(result);
    *hits = (struct result_hits){.requests = 1000,
                                 .hits = cold,
                                 .steady_requests = 1000,
                                 .steady_hits = steady,
                                 .entries = 10};
    snprintf(hits->workload, sizeof hits->workload, "%s", workload);
}

/* The CPU time of each repetition, up to 0. */
static void speeds_plant(struct result *result, const char *workload, const double *cpu_us)
{
    for (uint64_t i = 0; cpu_us[i] > 0; i++) {
        struct result_speed *speed = result_speed_add(result);
        *speed = (struct result_speed){.repetition = i + 1, .cpu_us_per_request = cpu_us[i]};
        snprintf(speed->workload, sizeof speed->workload, "%s", workload);
    }
}

/* What is printed; the caller frees it. */
static char *print(struct result *const *results, size_t count)
{
    char *text;
    size_t bytes;
    FILE *out = xmemstream(&text, &bytes);
    for (size_t i = 0; i < count; i++)
        summary_make(results[i]);
    struct judgement *judgement =
        judgement_make(&(struct judgement_setup){.results = results, .count = count});
    bench_table_print(judgement, out);
    judgement_destroy(judgement);
    fclose(out);
    return text;
}

static void results_release(struct result *const *results, size_t count)
{
    for (size_t i = 0; i < count; i++)
        result_destroy(results[i]);
}

static void a_workload_is_a_block_with_the_most_hits_first(void **state)
{
    struct result *results[] = {variant_plant("lru", "lru"), variant_plant("sieve", "sieve"),
                                variant_plant("arc", "arc")};
    for (size_t i = 0; i < 3; i++)
        run_plant(results[i], "zipf", 4 + i, VERDICT_WARMING);
    hits_plant(results[0], "zipf", 500, 480);
    hits_plant(results[1], "zipf", 600, 590);
    hits_plant(results[2], "zipf", 600, 600);
    speeds_plant(results[0], "zipf", (double[]){10, 20, 30, 0});
    speeds_plant(results[1], "zipf", (double[]){5, 10.1, 14.9, 0});
    speeds_plant(results[2], "zipf", (double[]){10.1, 19.9, 30, 0});
    char *text = print(results, 3);
    assert_string_equal(
        text,
        "zipf (memory in MiB at the end; hits in %, once warm; CPU per request, lru = 1)\n"
        "variant  verdict  payload  cache  hits  #  cold          CPU  #\n"
        "sieve    warming      4.0    5.0  60.0  1  59.0  0.50 +-0.01  1\n"
        "arc      warming      5.0    6.0  60.0  1  60.0  1.00 +-0.02  2\n"
        "lru      warming      3.0    4.0  50.0  3  48.0            1  2\n"
        "  no second copy of lru took part in all repetitions: an error of the method would not "
        "show\n"
        "\n"
        "Memory: warming: sieve (zipf), arc (zipf), lru (zipf)\n"
        "Hits under zipf: of 3 policies with a limit at 10,000 entries, sieve and arc hit most: "
        "60.0 % once\n    warm, lru 50.0 %\n"
        "CPU under zipf: sieve costs 50 % (49 to 51) less CPU per request than lru; no two of the "
        "other 2\n    differ by more than 3 %\n");
    free(text);
    results_release(results, 3);
}

static void what_says_nothing_is_left_out(void **state)
{
    struct result *results[] = {variant_plant("lru", "lru"), variant_plant("sieve", "sieve")};
    run_plant(results[0], "scan", 4, VERDICT_WARMING);
    run_plant(results[1], "scan", 5, VERDICT_WARMING);
    hits_plant(results[0], "scan", 0, 0);
    hits_plant(results[1], "scan", 0, 0);
    speeds_plant(results[0], "scan", (double[]){10, 20, 30, 0});
    speeds_plant(results[1], "scan", (double[]){10, 20.2, 29.7, 0});
    char *text = print(results, 2);
    assert_string_equal(text,
                        "scan (memory in MiB at the end; CPU per request, lru = 1)\n"
                        "variant  verdict  payload  cache          CPU\n"
                        "lru      warming      3.0    4.0            1\n"
                        "sieve    warming      4.0    5.0  1.00 +-0.03\n"
                        "  no second copy of lru took part in all repetitions: an error of the "
                        "method would not show\n"
                        "\n"
                        "Memory: warming: lru (scan), sieve (scan)\n"
                        "Hits under scan: all 2 policies with a limit at 10,000 entries hit the "
                        "same: 0.0 % once warm\n"
                        "CPU under scan: no two of these 2 differ by more than 3 % in CPU per "
                        "request\n");
    free(text);
    results_release(results, 2);
}

/* Hits as the load generator counted them, and few repetitions. */
static void runs_without_replay_show_what_was_measured(void **state)
{
    struct result *results[] = {variant_plant("lru", "lru"), variant_plant("weak", "weak")};
    for (uint64_t i = 0; i < 2; i++)
        run_plant(results[i], "zipf", 4 + i, VERDICT_WARMING)->load = (struct result_load){
            .hits = 5 + i, .misses = 5 - i, .hit_ratio = 0.5 + 0.1 * (double)i};
    speeds_plant(results[0], "zipf", (double[]){10, 20, 0});
    speeds_plant(results[1], "zipf", (double[]){5, 10.1, 0});
    char *text = print(results, 2);
    assert_string_equal(
        text, "zipf (memory in MiB at the end; hits in %; ~ as measured; CPU per request, "
              "lru = 1)\n"
              "variant  verdict  payload  cache   hits    CPU\n"
              "lru      warming      3.0    4.0  ~50.0      1\n"
              "weak     warming      4.0    5.0  ~60.0  ~0.50\n"
              "\n"
              "Memory: warming: lru (zipf), weak (zipf)\n"
              "CPU under zipf: speed is not compared: 3 repetitions are needed, there are "
              "2\n");
    free(text);
    results_release(results, 2);
}

static void what_figures_do_not_show_is_noted(void **state)
{
    struct result *results[] = {variant_plant("lru", "lru"), variant_plant("sieve", "sieve"),
                                variant_plant("python", "")};
    run_plant(results[0], "zipf", 4, VERDICT_WARMING);
    run_plant(results[0], "zipf", 4, VERDICT_WARMING)->status = RUN_CAPPED;
    run_plant(results[0], "zipf", 4, VERDICT_UNDECIDED);
    run_plant(results[1], "zipf", 5, VERDICT_WARMING);
    struct result_run *failed = run_plant(results[2], "zipf", 10, VERDICT_WARMING);
    failed->status = RUN_FAILED;
    snprintf(failed->reason, sizeof failed->reason,
             "the server exited with status 1 before it was ready; its last output was: out of "
             "luck, try again");
    speeds_plant(results[0], "zipf", (double[]){10, 20, 30, 0});
    speeds_plant(results[1], "zipf", (double[]){10, 20, 30, 0});
    results[1]->speed_count--;
    char *text = print(results, 3);
    assert_non_null(strstr(
        text, "variant  verdict  payload  cache   RSS\n"
              "lru      warming      3.0    4.0  11.0\n"
              "sieve    warming      4.0    5.0  11.0\n"
              "python   failed         -      -     -\n"
              "  lru: 1 of 3 runs have another verdict\n"
              "  lru: 1 of 3 runs passed the memory cap and were stopped\n"
              "  python: 1 of 1 runs failed: the server exited with status 1 before it was ready; "
              "its last output\n    was: out of luck, try again\n"
              "  no CPU figure, since repetitions are missing: sieve\n"));
    free(text);
    results_release(results, 3);
}

static void no_line_is_wider_than_100_columns(void **state)
{
    struct result *results[] = {variant_plant("lru", "lru"),
                                variant_plant("wtinylfu_climb", "wtinylfu_climb")};
    for (size_t i = 0; i < 2; i++)
        for (int class = 0; class < VERDICT_CLASSES; class ++) {
            char workload[16];
            snprintf(workload, sizeof workload, "w%d", class);
            struct result_run *run =
                run_plant(results[i], workload, 1000 + i, (enum verdict_class) class);
            run->verdict.bytes_per_request = 9999;
            run->verdict.low = -999.4;
            run->verdict.high = 999.4;
            run->samples[0].rss_bytes += i * MIB;
            hits_plant(results[i], workload, 900 + i, 800 + i);
            speeds_plant(results[i], workload, (double[]){10 + (double)i, 20, 30, 0});
        }
    char *text = print(results, 2);
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1)
        assert_true(end - line <= 100);
    free(text);
    results_release(results, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_workload_is_a_block_with_the_most_hits_first),
        cmocka_unit_test(what_says_nothing_is_left_out),
        cmocka_unit_test(runs_without_replay_show_what_was_measured),
        cmocka_unit_test(what_figures_do_not_show_is_noted),
        cmocka_unit_test(no_line_is_wider_than_100_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
