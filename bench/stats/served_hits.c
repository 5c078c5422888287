/* served_hits.c - compares the hits of a server with a replay of the same requests. */
#include "served_hits.h"

#include "stats.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PERCENT 100.0

static uint64_t in_flight(const struct result *result)
{
    uint64_t streams = result->made_by.streams > 0 ? result->made_by.streams : 1;
    return result->made_by.connections * streams;
}

/* A share of the requests: what may come from their order. */
static double order_share(const struct result *result, const struct result_run *run)
{
    const struct result_exact *counts = &run->counts;
    uint64_t entries = run->sample_count > 0 ? run->samples[run->sample_count - 1].entries : 0;
    double flight = (double)in_flight(result);
    double of_all = stats_ratio(flight, (double)(counts->hits + counts->misses));
    return fmax(of_all, SERVED_HITS_FLIGHT * stats_ratio(flight, (double)entries));
}

static struct served_hits run_judge(const struct result *result, const struct result_run *run)
{
    const struct result_exact *counts = &run->counts;
    uint64_t answered = counts->hits + counts->misses;
    struct served_hits hits = {
        .known = counts->replayed_requests > 0 && answered > 0,
        .served = stats_ratio((double)counts->hits, (double)answered),
        .replayed = stats_ratio((double)counts->replayed_hits, (double)counts->replayed_requests),
        .repetition = run->repetition,
    };
    hits.differs = hits.known && fabs(hits.served - hits.replayed) >
                                     fmax(SERVED_HITS_TOLERANCE, order_share(result, run));
    return hits;
}

struct served_hits served_hits_judge(const struct result *result, const char *workload)
{
    struct served_hits farthest = {.known = false};
    for (size_t i = 0; i < result->run_count; i++) {
        const struct result_run *run = result->runs[i];
        if (run->status == RUN_FAILED || strcmp(run->workload, workload) != 0)
            continue;
        struct served_hits hits = run_judge(result, run);
        if (hits.known && (!farthest.known || fabs(hits.served - hits.replayed) >
                                                  fabs(farthest.served - farthest.replayed)))
            farthest = hits;
    }
    return farthest;
}

const char *served_hits_describe(const struct served_hits *hits, const struct result *result,
                                 char words[RESULT_WORDS_BYTES])
{
    snprintf(words, RESULT_WORDS_BYTES,
             "%s: its server hit %.1f %% where %s hits %.1f %%: it does not run this policy",
             result->variant, PERCENT * hits->served, result->policy, PERCENT * hits->replayed);
    return words;
}
