/* bench_summary.c - the tables and notes that a bench prints to stdout at its end. */
#include "bench_summary.h"

#include "bench_judgement.h"
#include "bench_remarks.h"
#include "bench_results.h"
#include "bench_table.h"
#include "burst_table.h"
#include "printable.h"
#include "stats.h"
#include "summary.h"
#include "units.h"

#include <math.h>
#include <stdio.h>

static void table_print_of(const struct bench *bench, enum bench_side side)
{
    struct judgement *judgement = bench_judge(bench, side);
    bench_table_print(judgement, stdout);
    judgement_destroy(judgement);
}

static void tables_print(const struct bench *bench)
{
    const struct plan *plan = &bench->plan;
    struct result *selected[SUBJECTS_MAX];
    table_print_of(bench, SIDE_OURS);
    if (plan->watches_bursts)
        burst_table_print(selected, bench_results_of(bench, SIDE_OURS, selected), stdout);
    if (plan->subjects.paired_count == 0)
        return;
    printable_print(stdout, "\nThe servers in %s:\n", plan->other_dir);
    table_print_of(bench, SIDE_OTHER);
    printable_print(stdout, "\n`tidemark compare %s%s %s` shows the differences.\n", plan->out,
                    OTHER_FOLDER, plan->out);
}

/* Over all runs that did not fail. */
static void sampling_print(const struct bench *bench)
{
    double costs[STATS_VALUES_MAX], shares[STATS_VALUES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < bench->plan.subjects.count; i++) {
        const struct result *result = bench->results[i];
        for (size_t j = 0; j < result->run_count && count < STATS_VALUES_MAX; j++)
            if (result->runs[j]->status != RUN_FAILED && result->policy[0] != '\0') {
                costs[count] = result->runs[j]->sampling.cpu_us_per_sample;
                shares[count++] = 100 * result->runs[j]->sampling.cpu_share;
            }
    }
    if (count == 0)
        return;
    printf(
        "\nA sample cost the server %.0f us of CPU, all samples %.2f %% of its CPU time (at most "
        "%.2f %%).\n",
        stats_median(costs, count), stats_median(shares, count),
        stats_percentile(shares, count, 100));
}

void bench_summary_print(const struct bench *bench)
{
    tables_print(bench);
    bench_remarks_print(bench);
    sampling_print(bench);
}
