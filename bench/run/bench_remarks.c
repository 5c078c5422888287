/* bench_remarks.c - takes the last good run of each server under each workload, and judges it. */
#include "bench_remarks.h"

#include "printable.h"
#include "resource_growth.h"
#include "units.h"

#include <stdio.h>
#include <string.h>

static const struct result_run *run_last(const struct result *result, const char *workload)
{
    const struct result_run *last = NULL;
    for (size_t i = 0; i < result->run_count; i++)
        if (result->runs[i]->status != RUN_FAILED &&
            strcmp(result->runs[i]->workload, workload) == 0)
            last = result->runs[i];
    return last;
}

static void remark_begin(const struct result *result, const struct result_run *run, bool *first)
{
    printable_print(stdout, "%s%s, %s: ", *first ? "\n" : "", result->variant, run->workload);
    *first = false;
}

/* Address space and page tables grow with leaked memory, of which the verdict tells. */
static bool is_of_leak(const struct result_run *run, enum resource resource)
{
    return resource >= RESOURCE_ADDRESS_SPACE && verdict_is_leak(run->verdict.class);
}

static void growths_print(const struct result *result, const struct result_run *run, bool *first)
{
    char words[RESULT_WORDS_BYTES];
    for (enum resource resource = 0; resource < RESOURCES; resource++) {
        struct resource_growth growth =
            resource_growth_find(run->samples, run->sample_count, resource);
        if (!growth.grows || is_of_leak(run, resource))
            continue;
        remark_begin(result, run, first);
        printable_print(stdout, "%s\n",
                        resource_growth_describe(&growth, resource, "request", 1, words));
    }
}

static void statuses_print(const struct result *result, const struct result_run *run, bool *first)
{
    const struct result_statuses *statuses = &run->load.statuses;
    const struct {
        const char *name;
        uint64_t count;
    } others[] = {{"3xx", statuses->s3xx},
                  {"4xx", statuses->s4xx},
                  {"5xx", statuses->s5xx},
                  {"other", statuses->other}};
    char count[UNITS_TEXT_BYTES];
    if (statuses->s3xx + statuses->s4xx + statuses->s5xx + statuses->other == 0)
        return;
    remark_begin(result, run, first);
    printf("statuses of responses: %s 2xx", units_format_count(count, statuses->s2xx));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (others[i].count > 0)
            printf(", %s %s", units_format_count(count, others[i].count), others[i].name);
    putchar('\n');
}

void bench_remarks_print(const struct bench *bench)
{
    bool first = true;
    for (size_t i = 0; i < bench->plan.subjects.count; i++)
        for (size_t j = 0; j < bench->plan.workloads.count; j++) {
            const struct result *result = bench->results[i];
            const struct result_run *run = run_last(result, bench->plan.workloads.list[j].name);
            if (run == NULL)
                continue;
            statuses_print(result, run, &first);
            growths_print(result, run, &first);
        }
}
