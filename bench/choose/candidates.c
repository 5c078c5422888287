/* candidates.c - replays of every candidate, several at once. */
#include "candidates.h"

#include "belady.h"
#include "policies.h"
#include "sweep.h"
#include "units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BASELINE    "lru"
#define LEAST_BYTES 4096.0 /* no cache holds anything in less */
#define NEED_STEPS  14     /* at most, from the memory asked for */
#define SLACK       1.5    /* a cache of everything may need more than one without limits took */

static struct sweep_job *jobs_alloc(size_t count)
{
    struct sweep_job *jobs = calloc(count, sizeof *jobs);
    if (jobs == NULL)
        abort();
    return jobs;
}

struct replay_setup candidates_setup(const struct question *question, const struct policy *policy,
                                     uint64_t bytes)
{
    return (struct replay_setup){
        .policy = policy,
        .capacity_bytes = policy->limits & KEEPS_CAPACITY ? bytes : 0,
        .ttl_ns = policy->limits & KEEPS_AGE ? question->max_age_ns : 0,
        .seed = 0, /* that of a server */
        .rate_rps = question->age_rate_rps,
        .fetch_requests =
            (uint64_t)(question->rate_rps * (double)question->miss_cost_ns / 1e9 + 0.5),
        .payload = true,
    };
}

/* Ruling out. */

static void rule_out(struct candidate *candidate, const char *reason)
{
    if (is_eligible(candidate))
        snprintf(candidate->ruled_out, CHOICE_WORDS_BYTES, "%s", reason);
}

void candidates_rule_out(struct choice *choice)
{
    for (size_t i = 0; i < choice->count; i++) {
        struct candidate *candidate = &choice->candidates[i];
        unsigned limits = candidate->policy->limits;
        if (strcmp(candidate->policy->name, "null") == 0)
            rule_out(candidate, "keeps nothing: it is the reference for no cache at all");
        if (candidate->policy->weak)
            rule_out(candidate, "keeps what connections own: no limit of memory, and nothing that "
                                "a trace could tell");
        if (!(limits & KEEPS_CAPACITY))
            rule_out(candidate, "grows without limit");
        if (choice->question.max_age_ns > 0 && !(limits & KEEPS_AGE))
            rule_out(candidate, "keeps no age: what it hands out may be older than --max-age");
    }
}

/* Says how far who knows no limit has grown. */
static void rule_out_growing(const struct choice *choice, struct candidate *candidate)
{
    char text[UNITS_TEXT_BYTES];
    if (candidate->policy == policy_find("unbounded"))
        snprintf(candidate->ruled_out, CHOICE_WORDS_BYTES,
                 "grows without limit: to %s by the end of this trace, for %.2f %% hits",
                 units_format_size(text, (double)choice->everything.peak_bytes),
                 100 * hit_ratio(&choice->everything));
}

/* What the replays have shown. */
static void rule_out_shown(struct choice *choice)
{
    char text[UNITS_TEXT_BYTES], reason[CHOICE_WORDS_BYTES];
    for (size_t i = 0; i < choice->count; i++) {
        struct candidate *candidate = &choice->candidates[i];
        rule_out_growing(choice, candidate);
        if (!candidate->replayed || candidate->now.peak_bytes <= choice->question.memory_bytes)
            continue;
        snprintf(reason, sizeof reason, "breaks the limit: it took %s",
                 units_format_size(text, (double)candidate->now.peak_bytes));
        rule_out(candidate, reason);
    }
}

static void baseline_find(struct choice *choice)
{
    for (size_t i = 0; i < choice->count; i++) {
        const struct candidate *candidate = &choice->candidates[i];
        bool better = choice->baseline == NULL || strcmp(candidate->policy->name, BASELINE) == 0;
        if (is_eligible(candidate) && better)
            choice->baseline = candidate;
    }
}

/* At three sizes. */

static void candidates_sizes(struct choice *choice, unsigned threads, struct progress *progress)
{
    const struct question *question = &choice->question;
    uint64_t bytes[] = {question->memory_bytes, question->memory_bytes / 2,
                        question->memory_bytes * 2};
    struct sweep_job *jobs = jobs_alloc(3 * choice->count + 1);
    size_t count = 0;
    jobs[count++].setup = candidates_setup(question, policy_find("unbounded"), 0);
    for (size_t i = 0; i < choice->count; i++)
        for (size_t size = 0; size < 3 && is_eligible(&choice->candidates[i]); size++)
            jobs[count++].setup =
                candidates_setup(question, choice->candidates[i].policy, bytes[size]);
    progress_begin(progress, "replaying", count);
    sweep_run(&choice->corpus, jobs, count, threads, progress_step, progress);
    progress_end(progress);
    choice->everything = jobs[0].result;
    const struct sweep_job *job = jobs + 1;
    for (size_t i = 0; i < choice->count; i++) {
        struct candidate *candidate = &choice->candidates[i];
        if (!is_eligible(candidate))
            continue;
        candidate->now = job++->result;
        candidate->half = job++->result;
        candidate->twice = job++->result;
        candidate->replayed = true;
    }
    free(jobs);
}

/* The optimum has room for as many entries as the candidate that held the most. */
static void candidates_optimum(struct choice *choice)
{
    for (size_t i = 0; i < choice->count; i++) {
        const struct candidate *candidate = &choice->candidates[i];
        if (candidate->replayed && candidate->now.peak_entries > choice->optimum_entries)
            choice->optimum_entries = candidate->now.peak_entries;
    }
    struct replay_setup setup = {.policy = &belady_policy,
                                 .capacity_entries = choice->optimum_entries};
    if (choice->optimum_entries > 0)
        replay_run(&choice->corpus, &setup, &choice->optimum);
}

/* The baseline's hits, or if it has none those of the best. */
static void target_find(struct choice *choice)
{
    choice->target_hit_ratio = choice->question.target_hit_ratio;
    if (choice->target_hit_ratio == 0 && choice->baseline != NULL)
        choice->target_hit_ratio = hit_ratio(&choice->baseline->now);
    for (size_t i = 0; i < choice->count && choice->baseline != NULL; i++)
        if (choice->question.target_hit_ratio == 0 && choice->baseline->now.hits == 0 &&
            is_eligible(&choice->candidates[i]))
            choice->target_hit_ratio =
                fmax(choice->target_hit_ratio, hit_ratio(&choice->candidates[i].now));
}

void candidates_replay(struct choice *choice, unsigned threads, struct progress *progress)
{
    candidates_sizes(choice, threads, progress);
    rule_out_shown(choice);
    baseline_find(choice);
    candidates_optimum(choice);
    target_find(choice);
}

/* How much each needs. */

/* Too little and enough, in bytes. */
struct bounds {
    struct candidate *candidate;
    double low, high;
};

static void bounds_learn(struct bounds *bounds, const struct replay_result *result, double bytes,
                         double target)
{
    bool enough = hit_ratio(result) >= target;
    if (enough && bytes < bounds->high)
        bounds->high = bytes;
    if (!enough && bytes > bounds->low)
        bounds->low = bytes;
}

static double bounds_middle(const struct bounds *bounds)
{
    return sqrt(bounds->low * bounds->high);
}

/* What the replays made so far say. */
static struct bounds bounds_begin(const struct choice *choice, struct candidate *candidate)
{
    double bytes = (double)choice->question.memory_bytes, target = choice->target_hit_ratio;
    struct bounds bounds = {candidate, LEAST_BYTES,
                            SLACK * (double)choice->everything.peak_bytes + LEAST_BYTES};
    if (bounds.high < 2 * bytes)
        bounds.high = 2 * bytes;
    bounds_learn(&bounds, &candidate->twice, 2 * bytes, target);
    bounds_learn(&bounds, &candidate->now, bytes, target);
    bounds_learn(&bounds, &candidate->half, bytes / 2, target);
    return bounds;
}

static void bounds_step(const struct choice *choice, struct bounds *bounds, size_t count,
                        unsigned threads)
{
    struct sweep_job *jobs = jobs_alloc(count);
    for (size_t i = 0; i < count; i++)
        jobs[i].setup = candidates_setup(&choice->question, bounds[i].candidate->policy,
                                         (uint64_t)bounds_middle(&bounds[i]));
    sweep_run(&choice->corpus, jobs, count, threads, NULL, NULL);
    for (size_t i = 0; i < count; i++)
        bounds_learn(&bounds[i], &jobs[i].result, bounds_middle(&bounds[i]),
                     choice->target_hit_ratio);
    free(jobs);
}

/* Moves those to the front that are not yet precise; how many. */
static size_t bounds_open(struct bounds *bounds, size_t count)
{
    size_t open = 0;
    for (size_t i = 0; i < count; i++)
        if (bounds[i].high / bounds[i].low > NEED_PRECISION) {
            struct bounds swapped = bounds[open];
            bounds[open++] = bounds[i];
            bounds[i] = swapped;
        }
    return open;
}

void candidates_need(struct choice *choice, unsigned threads, struct progress *progress)
{
    struct bounds bounds[CHOICE_POLICIES_MAX];
    size_t count = 0;
    bool possible =
        choice->target_hit_ratio > 0 && hit_ratio(&choice->everything) >= choice->target_hit_ratio;
    for (size_t i = 0; i < choice->count && possible; i++)
        if (is_eligible(&choice->candidates[i]))
            bounds[count++] = bounds_begin(choice, &choice->candidates[i]);
    progress_begin(progress, "looking for the memory that each needs", NEED_STEPS);
    for (size_t step = 0, open; step < NEED_STEPS && (open = bounds_open(bounds, count)) > 0;
         step++) {
        bounds_step(choice, bounds, open, threads);
        progress_step(progress, step + 1);
    }
    progress_end(progress);
    for (size_t i = 0; i < count; i++)
        bounds[i].candidate->bytes_for_target = (uint64_t)bounds[i].high;
}
