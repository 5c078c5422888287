/* judgement_test.c - what a bench says, and the data under which it does not say it. */
#include "judgement.h"

#include "summary.h"
#include "xmalloc.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define VARIANTS_MAX 8

/* A bench under construction, and its judgement. */
struct planted {
    struct result *results[VARIANTS_MAX], *control;
    size_t count;
    struct judgement *judgement;
};

static struct result *variant_plant(struct planted *planted, const char *name, uint64_t capacity)
{
    struct result *result = result_create(name, name);
    result->limits.capacity_entries = capacity;
    planted->results[planted->count++] = result;
    return result;
}

static void hits_plant(struct result *result, const char *workload, uint64_t steady, uint64_t cold)
{
    struct result_hits *hits = result_hits_add(result);
    *hits = (struct result_hits){.requests = 20000,
                                 .hits = cold * 2,
                                 .steady_requests = 10000,
                                 .steady_hits = steady,
                                 .entries = 10000};
    snprintf(hits->workload, sizeof hits->workload, "%s", workload);
}

static void speed_plant(struct result *result, const char *workload, uint64_t repetition,
                        double cpu_us)
{
    struct result_speed *speed = result_speed_add(result);
    *speed =
        (struct result_speed){.repetition = repetition, .rounds = 40, .cpu_us_per_request = cpu_us};
    snprintf(speed->workload, sizeof speed->workload, "%s", workload);
}

static struct result_run *run_plant(struct result *result, const char *workload,
                                    enum verdict_class class, double per_request, double high)
{
    struct result_run *run = result_run_add(result);
    snprintf(run->workload, sizeof run->workload, "%s", workload);
    run->repetition = 1;
    run->verdict = (struct result_verdict){
        .class = class, .bytes_per_request = per_request, .high = high, .judged_samples = 20};
    return run;
}

static const struct judgement *judge(struct planted *planted, const struct judgement_hits *hits,
                                     size_t hits_count)
{
    for (size_t i = 0; i < planted->count; i++)
        summary_make(planted->results[i]);
    judgement_destroy(planted->judgement);
    planted->judgement = judgement_make(&(struct judgement_setup){.results = planted->results,
                                                                  .count = planted->count,
                                                                  .control = planted->control,
                                                                  .hits = hits,
                                                                  .hits_count = hits_count});
    return planted->judgement;
}

static void planted_release(struct planted *planted)
{
    judgement_destroy(planted->judgement);
    for (size_t i = 0; i < planted->count; i++)
        result_destroy(planted->results[i]);
    result_destroy(planted->control);
}

static const struct judged_row *row_of(const struct judgement *judgement, const char *variant)
{
    const struct judged_workload *workload = &judgement->workloads[0];
    for (size_t i = 0; i < workload->row_count; i++)
        if (strcmp(workload->rows[i].variant, variant) == 0)
            return &workload->rows[i];
    fail_msg("%s has no row", variant);
    return NULL;
}

/* Hits. */

static void hits_are_ranked_and_equal_ones_share_a_rank(void **state)
{
    struct planted planted = {.count = 0};
    hits_plant(variant_plant(&planted, "lru", 10000), "zipf", 5660, 5500);
    hits_plant(variant_plant(&planted, "arc", 10000), "zipf", 6514, 6400);
    hits_plant(variant_plant(&planted, "s3fifo", 10000), "zipf", 6507, 6300);
    hits_plant(variant_plant(&planted, "fifo", 10000), "zipf", 5500, 5400);
    const struct judgement *judgement = judge(&planted, NULL, 0);
    assert_int_equal(row_of(judgement, "arc")->hits_rank, 1);
    assert_int_equal(row_of(judgement, "s3fifo")->hits_rank, 1);
    assert_int_equal(row_of(judgement, "lru")->hits_rank, 3);
    assert_int_equal(row_of(judgement, "fifo")->hits_rank, 4);
    assert_string_equal(judgement->workloads[0].rows[0].variant, "arc");
    assert_string_equal(judgement->workloads[0].rows[3].variant, "fifo");
    assert_true(judgement->workloads[0].cold_differs);
    assert_string_equal(judgement->workloads[0].hits_words,
                        "of 4 policies with a limit at 10,000 entries, arc and s3fifo hit most: "
                        "65.1 % once warm, lru 56.6 %");
    planted_release(&planted);
}

/* What the server hit of 100,000 requests, and what a replay of the same requests hits. */
static void served_plant(struct result *result, uint64_t served, uint64_t replayed)
{
    struct result_run *run = run_plant(result, "zipf", VERDICT_BOUNDED, 0, 0.1);
    run->counts = (struct result_exact){.hits = served,
                                        .misses = 100000 - served,
                                        .replayed_requests = 100000,
                                        .replayed_hits = replayed};
}

static void a_server_that_hits_otherwise_is_named_and_not_ranked(void **state)
{
    struct planted planted = {.count = 0};
    hits_plant(variant_plant(&planted, "lru", 10000), "zipf", 5660, 5500);
    hits_plant(variant_plant(&planted, "arc", 10000), "zipf", 6514, 6400);
    hits_plant(variant_plant(&planted, "fifo", 10000), "zipf", 5500, 5400);
    served_plant(planted.results[0], 52100, 56600);
    served_plant(planted.results[1], 64100, 64050); /* requests overtake each other */
    const struct judgement *judgement = judge(&planted, NULL, 0);
    const struct judged_workload *workload = &judgement->workloads[0];
    assert_true(row_of(judgement, "lru")->served.differs);
    assert_int_equal(row_of(judgement, "lru")->hits_rank, 0);
    assert_true(row_of(judgement, "arc")->served.known);
    assert_false(row_of(judgement, "arc")->served.differs);
    assert_int_equal(row_of(judgement, "fifo")->hits_rank, 2);
    assert_string_equal(workload->hits_words,
                        "of 2 policies with a limit at 10,000 entries, arc hits most: 65.1 % once "
                        "warm; lru: its server hit 52.1 % where lru hits 56.6 %: it does not run "
                        "this policy");
    planted_release(&planted);
}

static void a_short_run_may_differ_by_the_requests_in_flight(void **state)
{
    struct planted planted = {.count = 0};
    struct result *result = variant_plant(&planted, "lru", 10000);
    served_plant(result, 52100, 56600);
    result->made_by.connections = 1000;
    result->made_by.streams = 5;
    assert_false(served_hits_judge(result, "zipf").differs);
    result->made_by.streams = 4;
    assert_true(served_hits_judge(result, "zipf").differs);
    result->runs[0]->counts.replayed_requests = 0;
    assert_false(served_hits_judge(result, "zipf").known);
    planted_release(&planted);
}

static void a_small_cache_may_differ_by_the_order_of_the_requests_in_flight(void **state)
{
    struct planted planted = {.count = 0};
    struct result *result = variant_plant(&planted, "sieve", 100);
    served_plant(result, 66400, 65800);
    result->made_by.connections = 20;
    result_sample_add(result, result->runs[0], &(struct result_sample){.entries = 1000});
    assert_true(served_hits_judge(result, "zipf").differs);
    result_sample_add(result, result->runs[0], &(struct result_sample){.entries = 100});
    assert_false(served_hits_judge(result, "zipf").differs);
    planted_release(&planted);
}

static void policies_without_limit_and_those_that_store_nothing_have_no_rank(void **state)
{
    struct planted planted = {.count = 0};
    hits_plant(variant_plant(&planted, "unbounded", 0), "zipf", 9900, 9900);
    hits_plant(variant_plant(&planted, "lru", 10000), "zipf", 5660, 5660);
    hits_plant(variant_plant(&planted, "null", 10000), "zipf", 0, 0);
    planted.results[2]->hits[0].entries = 0;
    const struct judgement *judgement = judge(&planted, NULL, 0);
    assert_int_equal(row_of(judgement, "unbounded")->hits_rank, 0);
    assert_int_equal(row_of(judgement, "null")->hits_rank, 0);
    /* One is left: most of one says nothing. */
    assert_string_equal(judgement->workloads[0].hits_words, "");
    assert_false(judgement->workloads[0].hits_ranked);
    planted_release(&planted);
}

static void policies_that_were_not_served_take_part(void **state)
{
    struct planted planted = {.count = 0};
    struct result_hits lirs = {.workload = "zipf",
                               .requests = 20000,
                               .steady_requests = 10000,
                               .steady_hits = 7000,
                               .entries = 10};
    struct judgement_hits others[] = {{"lirs", {.capacity_entries = 10000}, 0, &lirs},
                                      {"lru", {.capacity_entries = 10000}, 0, &lirs}};
    hits_plant(variant_plant(&planted, "lru", 10000), "zipf", 5660, 5660);
    const struct judgement *judgement = judge(&planted, others, 2);
    assert_int_equal(judgement->workloads[0].row_count, 2);
    assert_int_equal(judgement->workloads[0].served_count, 1);
    assert_int_equal(row_of(judgement, "lirs")->hits_rank, 1);
    assert_int_equal(row_of(judgement, "lru")->hits_rank, 2);
    assert_string_equal(judgement->workloads[0].hits_words,
                        "of 2 policies with a limit at 10,000 entries, lirs hits most: 70.0 % once "
                        "warm, lru 56.6 %");
    planted_release(&planted);
}

static bool is_noted(const struct judgement *judgement, const char *note)
{
    const struct judged_workload *workload = &judgement->workloads[0];
    for (size_t i = 0; i < workload->note_count; i++)
        if (strcmp(workload->notes[i], note) == 0)
            return true;
    return false;
}

static void hits_of_other_requests_or_limits_are_not_ranked(void **state)
{
    struct planted planted = {.count = 0};
    static const char *const names[] = {"larger", "lru", "sieve", "longer", "shuffled", "other"};
    for (size_t i = 0; i < 6; i++)
        hits_plant(variant_plant(&planted, names[i], 10000), "zipf", 6000 - 10 * i, 5000);
    planted.results[0]->limits.capacity_entries = 20000;
    planted.results[3]->hits[0].requests++;
    planted.results[4]->made_by.seed++;
    snprintf(planted.results[5]->hits[0].ids, sizeof planted.results[5]->hits[0].ids, "scan");
    const struct judgement *judgement = judge(&planted, NULL, 0);
    assert_string_equal(judgement->workloads[0].hits_words,
                        "of 2 policies with a limit at 10,000 entries, lru hits most: 59.9 % once "
                        "warm");
    assert_string_equal(judgement->workloads[0].rows[0].variant, "lru");
    assert_int_equal(row_of(judgement, "sieve")->hits_rank, 2);
    for (size_t i = 0; i < 6; i++)
        assert_true(i == 1 || i == 2 || row_of(judgement, names[i])->hits_rank == 0);
    assert_true(is_noted(judgement, "hits not ranked, since their requests or limits are others: "
                                    "larger, longer, shuffled and other"));
    planted_release(&planted);
}

static void equal_hits_have_no_first(void **state)
{
    struct planted planted = {.count = 0};
    hits_plant(variant_plant(&planted, "lru", 10000), "scan", 4, 3);
    hits_plant(variant_plant(&planted, "fifo", 10000), "scan", 1, 1);
    const struct judgement *judgement = judge(&planted, NULL, 0);
    assert_false(judgement->workloads[0].hits_ranked);
    assert_string_equal(judgement->workloads[0].hits_words,
                        "all 2 policies with a limit at 10,000 entries hit the same: 0.0 % once "
                        "warm");
    planted_release(&planted);
}

static void measured_hits_are_marked_and_not_ranked(void **state)
{
    struct planted planted = {.count = 0};
    char text[JUDGEMENT_TEXT_BYTES];
    hits_plant(variant_plant(&planted, "lru", 10000), "zipf", 5660, 5660);
    hits_plant(variant_plant(&planted, "fifo", 10000), "zipf", 5500, 5500);
    struct result_run *run =
        run_plant(variant_plant(&planted, "weak", 10000), "zipf", VERDICT_BOUNDED, 0, 0.1);
    run->load = (struct result_load){.hits = 9, .misses = 1, .hit_ratio = 0.9};
    const struct judged_row *row = row_of(judge(&planted, NULL, 0), "weak");
    assert_int_equal(row->hits_rank, 0);
    assert_string_equal(judged_hits_text(row, row->hit_ratio, text), "~90.0 %");
    assert_string_equal(planted.judgement->workloads[0].rows[2].variant, "weak");
    planted_release(&planted);
}

/* Speed. */

/* Five repetitions with the drift of a machine and an error of +-1 %, for each of the ratios. */
static void speeds_plant(struct planted *planted, const double *ratios, size_t repetitions)
{
    static const char *const names[] = {"lru", "weak", "arc", "sieve", "lirs"};
    static const double errors[5][5] = {{1, -1, 0, 1, -1},
                                        {-1, 0, 1, 0, 0},
                                        {0, 1, -1, -1, 1},
                                        {1, -1, 1, -1, 0},
                                        {-1, 1, -1, 1, 0}};
    for (size_t v = 0; v < 4; v++) {
        struct result *result = variant_plant(planted, names[v], 10000);
        for (size_t r = 0; r < repetitions; r++)
            speed_plant(result, "zipf", r + 1,
                        (10 + (double)r) * ratios[v] * (1 + 0.01 * errors[v][r]));
    }
    planted->control = result_create("lru", "lru");
    for (size_t r = 0; r < repetitions; r++)
        speed_plant(planted->control, "zipf", r + 1,
                    (10 + (double)r) * ratios[4] * (1 + 0.01 * errors[4][r]));
}

static void a_difference_beyond_the_interval_is_said(void **state)
{
    struct planted planted = {.count = 0};
    char text[JUDGEMENT_TEXT_BYTES];
    speeds_plant(&planted, (double[]){1, 0.9, 1, 1.002, 1}, 5);
    const struct judgement *judgement = judge(&planted, NULL, 0);
    const struct judged_speed *speed = &judgement->workloads[0].speed;
    assert_true(speed->known && speed->resolved && speed->has_control && !speed->control_differs);
    assert_true(speed->freedom == 16 && speed->outliers == 0);
    assert_int_equal(row_of(judgement, "weak")->cpu_rank, 1);
    assert_int_equal(row_of(judgement, "lru")->cpu_rank, 2);
    assert_int_equal(row_of(judgement, "arc")->cpu_rank, 2);
    assert_int_equal(row_of(judgement, "sieve")->cpu_rank, 2);
    assert_string_equal(judged_cpu_text(judgement, row_of(judgement, "weak"), text), "0.90 +-0.02");
    assert_string_equal(judged_cpu_text(judgement, row_of(judgement, "lru"), text), "1");
    assert_string_equal(judgement->workloads[0].speed_words,
                        "weak costs 10 % (8 to 12) less CPU per request than lru; no two of the "
                        "other 3 differ by more than 3 %");
    planted_release(&planted);
}

static void nothing_resolved_is_one_line_without_ranks(void **state)
{
    struct planted planted = {.count = 0};
    speeds_plant(&planted, (double[]){1, 0.996, 1, 1.003, 1}, 5);
    const struct judgement *judgement = judge(&planted, NULL, 0);
    assert_false(judgement->workloads[0].speed.resolved);
    assert_int_equal(row_of(judgement, "weak")->cpu_rank, 1);
    assert_int_equal(row_of(judgement, "sieve")->cpu_rank, 1);
    assert_string_equal(judgement->workloads[0].speed_words,
                        "no two of these 4 differ by more than 3 % in CPU per request");
    planted_release(&planted);
}

static void a_control_that_differs_widens_every_interval(void **state)
{
    struct planted planted = {.count = 0};
    speeds_plant(&planted, (double[]){1, 0.95, 1, 1, 1.04}, 5);
    const struct judgement *judgement = judge(&planted, NULL, 0);
    const struct judged_speed *speed = &judgement->workloads[0].speed;
    assert_true(speed->control_differs && !speed->resolved && speed->half > 0.04);
    assert_non_null(strstr(judgement->workloads[0].speed_words,
                           "two copies of lru differ by 4 %: no difference below that is said; no "
                           "two of these 4 differ by more than 12 %"));
    planted_release(&planted);
}

static void two_repetitions_have_neither_interval_nor_rank(void **state)
{
    struct planted planted = {.count = 0};
    char text[JUDGEMENT_TEXT_BYTES];
    speeds_plant(&planted, (double[]){1, 0.5, 1, 1, 1}, 2);
    const struct judgement *judgement = judge(&planted, NULL, 0);
    assert_false(judgement->workloads[0].speed.resolved);
    assert_int_equal(row_of(judgement, "weak")->cpu_rank, 0);
    assert_true(isnan(row_of(judgement, "weak")->cpu_ratio.low));
    assert_string_equal(judged_cpu_text(judgement, row_of(judgement, "weak"), text), "~0.50");
    assert_string_equal(judgement->workloads[0].speed_words,
                        "speed is not compared: 3 repetitions are needed, there are 2");
    planted_release(&planted);
}

static void results_of_other_benches_are_not_compared(void **state)
{
    struct planted planted = {.count = 0};
    speeds_plant(&planted, (double[]){1, 0.5, 1, 1, 1}, 5);
    snprintf(planted.results[1]->made_by.time, RESULT_NAME_BYTES, "2026-01-02T03:04:05Z");
    snprintf(planted.results[2]->made_by.command_line, RESULT_LINE_BYTES, "tidemark bench");
    planted.results[3]->runs_as_speeds = true;
    const struct judgement *judgement = judge(&planted, NULL, 0);
    assert_int_equal(row_of(judgement, "weak")->lack, LACK_BENCH);
    assert_int_equal(row_of(judgement, "arc")->lack, LACK_BENCH);
    assert_int_equal(row_of(judgement, "sieve")->lack, LACK_TURNS);
    assert_false(judgement->workloads[0].speed.known);
    assert_string_equal(judgement->workloads[0].speed_words, "");
    assert_true(is_noted(judgement, "no CPU figure, since it is of another bench than the "
                                    "reference: weak and arc"));
    assert_true(is_noted(judgement, "no CPU figure, since its runs took no turns with others: "
                                    "sieve"));
    planted_release(&planted);
}

static void a_control_of_another_variant_or_bench_is_none(void **state)
{
    struct planted planted = {.count = 0};
    const char *note = "no second copy of lru took part in all repetitions: an error of the "
                       "method would not show";
    speeds_plant(&planted, (double[]){1, 0.9, 1, 1, 1.5}, 5);
    assert_true(judge(&planted, NULL, 0)->workloads[0].speed.control_differs);
    assert_false(is_noted(planted.judgement, note));
    snprintf(planted.control->variant, RESULT_NAME_BYTES, "sieve");
    assert_false(judge(&planted, NULL, 0)->workloads[0].speed.has_control);
    assert_true(is_noted(planted.judgement, note));
    snprintf(planted.control->variant, RESULT_NAME_BYTES, "lru");
    snprintf(planted.control->made_by.machine, RESULT_NAME_BYTES, "elsewhere");
    assert_false(judge(&planted, NULL, 0)->workloads[0].speed.has_control);
    planted.control->made_by = planted.results[0]->made_by;
    planted.control->speed_count--;
    assert_false(judge(&planted, NULL, 0)->workloads[0].speed.has_control);
    assert_true(is_noted(planted.judgement, note));
    planted_release(&planted);
}

static void a_reference_without_speeds_is_named_as_the_reason(void **state)
{
    struct planted planted = {.count = 0};
    speeds_plant(&planted, (double[]){1, 0.5, 1, 1, 1}, 5);
    planted.results[0]->speed_count = 0;
    run_plant(planted.results[0], "zipf", VERDICT_BOUNDED, 0, 0.1);
    const struct judgement *judgement = judge(&planted, NULL, 0);
    assert_true(is_noted(judgement, "no CPU figure, since the reference was not measured: weak, "
                                    "arc and sieve"));
    planted_release(&planted);
}

/* The server's CPU time counts even where the generator was the bottleneck. */
static void a_variant_without_a_repetition_has_no_figure(void **state)
{
    struct planted planted = {.count = 0};
    speeds_plant(&planted, (double[]){1, 0.5, 1, 1, 1}, 5);
    planted.results[1]->speeds[2].bottleneck = true;
    planted.results[2]->speed_count--;
    const struct judgement *judgement = judge(&planted, NULL, 0);
    assert_int_equal(row_of(judgement, "weak")->lack, LACK_NOTHING);
    assert_int_equal(row_of(judgement, "arc")->lack, LACK_REPETITIONS);
    assert_true(isnan(row_of(judgement, "arc")->cpu_ratio.value));
    assert_int_equal(judgement->workloads[0].speed.variants, 3);
    assert_true(is_noted(judgement, "weak: 1 of 5 repetitions were limited by the load generator: "
                                    "of their speeds only the CPU time counts"));
    assert_true(is_noted(judgement, "no CPU figure, since repetitions are missing: arc"));
    planted_release(&planted);
}

/* Memory. */

static void leaks_are_named_and_the_others_bounded(void **state)
{
    struct planted planted = {.count = 0};
    static const char *const names[] = {"lru", "arc", "sieve"};
    struct result *unbounded = variant_plant(&planted, "unbounded", 0);
    run_plant(unbounded, "random", VERDICT_LEAK_CONTAINER, 437.2, 440);
    run_plant(unbounded, "zipf", VERDICT_LEAK_CONTAINER, 436.9, 440);
    for (size_t i = 0; i < 3; i++) {
        struct result *result = variant_plant(&planted, names[i], 10000);
        run_plant(result, "random", VERDICT_BOUNDED, 0.01, 0.31);
        run_plant(result, "zipf", VERDICT_BOUNDED, 0.01, -0.1);
    }
    assert_string_equal(judge(&planted, NULL, 0)->memory_words,
                        "unbounded leaks 437 B/request under random and zipf; the other 3 are "
                        "bounded (at most 0.31 B/request)");
    planted_release(&planted);
}

static void what_is_not_decided_is_named_and_not_called_bounded(void **state)
{
    struct planted planted = {.count = 0};
    run_plant(variant_plant(&planted, "lru", 1), "zipf", VERDICT_BOUNDED, 0, 0.2);
    run_plant(variant_plant(&planted, "arc", 1), "zipf", VERDICT_BOUNDED, 0, 0.2);
    run_plant(variant_plant(&planted, "ttl", 1), "zipf", VERDICT_UNDECIDED, 0, 9);
    run_plant(variant_plant(&planted, "python", 1), "zipf", VERDICT_BOUNDED, 0, 0)->status =
        RUN_FAILED;
    assert_string_equal(judge(&planted, NULL, 0)->memory_words,
                        "2 of 4 are bounded (at most 0.20 B/request); undecided: ttl (zipf); "
                        "failed: python (zipf)");
    planted_release(&planted);
}

static void runs_plant(struct planted *planted, const char *variant,
                       const enum verdict_class classes[3], const double highs[3])
{
    struct result *result = variant_plant(planted, variant, 1);
    for (size_t i = 0; i < 3; i++)
        run_plant(result, "zipf", classes[i], 0, highs[i])->repetition = i + 1;
}

static void bounded_is_said_only_of_what_all_runs_are(void **state)
{
    struct planted planted = {.count = 0};
    const enum verdict_class bounded[] = {VERDICT_BOUNDED, VERDICT_BOUNDED, VERDICT_BOUNDED};
    const enum verdict_class one[] = {VERDICT_BOUNDED, VERDICT_LEAK_CONTAINER, VERDICT_BOUNDED};
    const enum verdict_class two[] = {VERDICT_LEAK_EXPIRED, VERDICT_UNDECIDED,
                                      VERDICT_LEAK_EXPIRED};
    runs_plant(&planted, "lru", one, (double[]){0.2, 90, 3});
    runs_plant(&planted, "arc", bounded, (double[]){0.2, 0.4, 3});
    runs_plant(&planted, "sieve", bounded, (double[]){0.2, 0.1, 0.1});
    runs_plant(&planted, "ttl", two, (double[]){90, 90, 90});
    assert_string_equal(
        judge(&planted, NULL, 0)->memory_words,
        "ttl leaks 0.00 B/request under zipf; 2 of the other 3 are bounded (at most "
        "3.0 B/request); leak: container: lru (zipf, 1 of 3 runs); undecided: ttl "
        "(zipf, 1 of 3 runs)");
    planted_release(&planted);
}

static void growth_that_no_accounts_explain_is_not_called_a_leak(void **state)
{
    struct planted planted = {.count = 0};
    run_plant(variant_plant(&planted, "python", 0), "zipf", VERDICT_LEAK_GROWS, 12.4, 13);
    assert_string_equal(judge(&planted, NULL, 0)->memory_words,
                        "python grows by 12 B/request under zipf");
    planted_release(&planted);
}

static void without_runs_nothing_is_said_of_memory(void **state)
{
    struct planted planted = {.count = 0};
    hits_plant(variant_plant(&planted, "lru", 10000), "zipf", 5660, 5660);
    assert_string_equal(judge(&planted, NULL, 0)->memory_words, "");
    planted_release(&planted);
}

static void all_columns_of_memory_are_of_one_run(void **state)
{
    struct planted planted = {.count = 0};
    struct result *result = variant_plant(&planted, "unbounded", 0);
    for (uint64_t i = 0; i < 3; i++) {
        struct result_run *run =
            run_plant(result, "zipf", VERDICT_LEAK_CONTAINER, 350 + 20 * (double)i, 0);
        run->repetition = i + 1;
        result_sample_add(result, run, &(struct result_sample){.cache_bytes = 100 * (i + 1)});
    }
    const struct judged_row *row = row_of(judge(&planted, NULL, 0), "unbounded");
    assert_int_equal(row->run->repetition, 2);
    json_t *json = judgement_json(planted.judgement);
    json_t *first = json_array_get(
        json_object_get(json_array_get(json_object_get(json, "workloads"), 0), "rows"), 0);
    json_t *memory = json_object_get(first, "memory");
    assert_true(json_real_value(json_object_get(memory, "bytes_per_request")) == 370);
    assert_int_equal(json_integer_value(json_object_get(memory, "cache_bytes")), 200);
    assert_non_null(strstr(json_string_value(json_object_get(memory, "brief")), "370 B/request"));
    json_decref(json);
    planted_release(&planted);
}

static void the_json_has_all_of_it(void **state)
{
    struct planted planted = {.count = 0};
    speeds_plant(&planted, (double[]){1, 0.9, 1, 1, 1}, 5);
    hits_plant(planted.results[0], "zipf", 5660, 5660);
    json_t *json = judgement_json(judge(&planted, NULL, 0));
    assert_non_null(json);
    json_t *workload = json_array_get(json_object_get(json, "workloads"), 0);
    json_t *speed = json_object_get(workload, "speed");
    assert_int_equal(json_integer_value(json_object_get(speed, "repetitions")), 5);
    json_t *row = json_array_get(json_object_get(workload, "rows"), 1);
    assert_string_equal(json_string_value(json_object_get(row, "variant")), "weak");
    assert_int_equal(json_array_size(json_object_get(json_object_get(row, "cpu"), "cheaper_than")),
                     3);
    assert_true(json_is_null(json_object_get(row, "hits")));
    json_decref(json);
    planted_release(&planted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hits_are_ranked_and_equal_ones_share_a_rank),
        cmocka_unit_test(a_server_that_hits_otherwise_is_named_and_not_ranked),
        cmocka_unit_test(a_short_run_may_differ_by_the_requests_in_flight),
        cmocka_unit_test(a_small_cache_may_differ_by_the_order_of_the_requests_in_flight),
        cmocka_unit_test(policies_without_limit_and_those_that_store_nothing_have_no_rank),
        cmocka_unit_test(policies_that_were_not_served_take_part),
        cmocka_unit_test(hits_of_other_requests_or_limits_are_not_ranked),
        cmocka_unit_test(equal_hits_have_no_first),
        cmocka_unit_test(measured_hits_are_marked_and_not_ranked),
        cmocka_unit_test(a_difference_beyond_the_interval_is_said),
        cmocka_unit_test(nothing_resolved_is_one_line_without_ranks),
        cmocka_unit_test(a_control_that_differs_widens_every_interval),
        cmocka_unit_test(two_repetitions_have_neither_interval_nor_rank),
        cmocka_unit_test(results_of_other_benches_are_not_compared),
        cmocka_unit_test(a_control_of_another_variant_or_bench_is_none),
        cmocka_unit_test(a_reference_without_speeds_is_named_as_the_reason),
        cmocka_unit_test(a_variant_without_a_repetition_has_no_figure),
        cmocka_unit_test(leaks_are_named_and_the_others_bounded),
        cmocka_unit_test(what_is_not_decided_is_named_and_not_called_bounded),
        cmocka_unit_test(bounded_is_said_only_of_what_all_runs_are),
        cmocka_unit_test(growth_that_no_accounts_explain_is_not_called_a_leak),
        cmocka_unit_test(without_runs_nothing_is_said_of_memory),
        cmocka_unit_test(all_columns_of_memory_are_of_one_run),
        cmocka_unit_test(the_json_has_all_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
