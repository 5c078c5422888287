/* hits_part.c - replays each workload's stream through all policies, with the servers' records. */
#include "hits_part.h"

#include "bench_progress.h"
#include "command.h"
#include "judgement.h"
#include "stats.h"
#include "stream_replay.h"
#include "sweep.h"
#include "units.h"
#include "xmalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUESTS       1000000
#define QUICK_REQUESTS 200000
#define FILLS          20  /* at least so many requests for each entry that fits */
#define WARMUP_SHARE   0.5 /* of the requests */
#define THREADS        2

/* As many as --requests says, or enough for caches of this size. */
static uint64_t requests_of(const struct plan *plan, const struct workload *workload)
{
    uint64_t requests = plan->quick ? QUICK_REQUESTS : REQUESTS, least = FILLS * plan->fit;
    if (plan->requests_given)
        return workload->requests;
    return requests > least ? requests : least;
}

static size_t jobs_fill(struct sweep_job *jobs, const struct plan *plan,
                        const struct corpus *corpus)
{
    size_t count = 0;
    for (size_t i = 0; i < policies_count; i++) {
        struct result_limits limits = plan_limits(plan, policies[i]);
        if (stream_is_replayable(policies[i]))
            jobs[count++].setup = (struct replay_setup){
                .policy = policies[i],
                .capacity_entries = limits.capacity_entries,
                .capacity_bytes = limits.capacity_bytes,
                .warmup_requests = (uint64_t)(WARMUP_SHARE * (double)corpus->requests),
                .seed = plan->seed,
                .payload = true,
            };
    }
    return count;
}

static struct result_hits hits_of(const struct workload *workload,
                                  const struct replay_result *replay)
{
    struct result_hits hits = {
        .requests = replay->requests,
        .hits = replay->hits,
        .compulsory_misses = replay->compulsory,
        .steady_requests = replay->steady_requests,
        .steady_hits = replay->steady_hits,
        .entries = replay->entries,
        .cache_bytes = replay->end_bytes,
    };
    snprintf(hits.workload, sizeof hits.workload, "%s", workload->name);
    snprintf(hits.ids, sizeof hits.ids, "%s", workload->ids);
    return hits;
}

/* The replay is of this build, so the results of another build do not get it. */
static void hits_add(struct bench *bench, const struct policy *policy,
                     const struct result_hits *hits)
{
    bench->hits =
        growable(bench->hits, &bench->hits_capacity, bench->hits_count + 1, sizeof *bench->hits);
    bench->hits[bench->hits_count++] = (struct bench_hits){policy, *hits};
    for (size_t i = 0; i < bench->plan.subjects.count; i++) {
        const struct subject *subject = &bench->plan.subjects.list[i];
        if (subject->policy == policy && !subject->other)
            *result_hits_add(bench->results[i]) = *hits;
    }
}

/* A cache that evicted nothing needs not turn over. */
static double miss_ratio_of(const struct replay_result *replay)
{
    return replay->evictions == 0
               ? 0
               : stats_ratio((double)(replay->steady_requests - replay->steady_hits),
                             (double)replay->steady_requests);
}

static void jobs_record(struct bench *bench, struct workload *workload,
                        const struct sweep_job *jobs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct result_hits hits = hits_of(workload, &jobs[i].result);
        hits_add(bench, jobs[i].setup.policy, &hits);
        /* Its misses say how long a run must be. */
        if (strcmp(jobs[i].setup.policy->name, JUDGEMENT_REFERENCE) == 0)
            plan_set_lengths(&bench->plan, workload, miss_ratio_of(&jobs[i].result));
    }
}

static void workload_replay(struct bench *bench, struct workload *workload)
{
    struct sweep_job *jobs = xcalloc(policies_count, sizeof *jobs);
    const struct plan *plan = &bench->plan;
    struct corpus corpus;
    struct error error;
    if (stream_load(&corpus, workload->ids, plan->seed, requests_of(plan, workload), &error) != 0) {
        complain("bench", 0, "%s: %s", workload->name, error.text);
        bench->status = STATUS_UNDECIDED;
    } else {
        size_t count = jobs_fill(jobs, plan, &corpus);
        sweep_run(&corpus, jobs, count, THREADS, NULL, NULL);
        jobs_record(bench, workload, jobs, count);
        corpus_free(&corpus);
    }
    free(jobs);
}

static bool has_policies(const struct subjects *subjects)
{
    return subjects->count > 0 && subjects->list[0].policy != NULL;
}

void hits_part_run(struct bench *bench)
{
    struct workloads *workloads = &bench->plan.workloads;
    progress_part(bench, PART_HITS, workloads->count);
    for (size_t i = 0; i < workloads->count && !bench_is_interrupted(bench); i++) {
        struct workload *workload = &workloads->list[i];
        progress_next(bench);
        plan_set_lengths(&bench->plan, workload, 1);
        if (workload->ids[0] != '\0' && workload->burst_ids == 0 &&
            has_policies(&bench->plan.subjects))
            workload_replay(bench, workload);
    }
}
