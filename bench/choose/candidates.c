/* candidates.c - rules out, replays and searches; several replays run at once. */
#include "candidates.h"

#include "belady.h"
#include "judgement.h"
#include "policies.h"
#include "sweep.h"
#include "units.h"
#include "xmalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MIN_BYTES           4096.0 /* no cache holds anything in less */
#define MEMORY_SEARCH_STEPS 14     /* most replays of a candidate in the search */
#define SLACK               1.5    /* a limited cache may need more than an unlimited one took */

struct replay_setup candidates_setup(const struct question *question, const struct policy *policy,
                                     uint64_t bytes)
{
    return (struct replay_setup){
        .policy = policy,
        .capacity_bytes = policy->limits & KEEPS_CAPACITY ? bytes : 0,
        .ttl_ns = question->max_age_ns,
        .seed = 0, /* as in a server */
        .rate_rps = question->age_rate_rps,
        .fetch_requests =
            (uint64_t)(question->rate_rps * (double)question->miss_cost_ns / 1e9 + 0.5),
        .warmup_requests = question->warmup_requests,
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
            rule_out(candidate, "caches nothing; it is the reference without a cache");
        if (candidate->policy->weak)
            rule_out(candidate, "keeps what connections hold: it has no memory limit, and a trace "
                                "cannot predict it");
        if (!(limits & KEEPS_CAPACITY))
            rule_out(candidate, "grows without limit");
    }
}

/* Says how far the policy without a limit has grown. */
static void rule_out_growing(const struct choice *choice, struct candidate *candidate)
{
    char text[UNITS_TEXT_BYTES];
    if (candidate->policy == policy_find("unbounded"))
        snprintf(candidate->ruled_out, CHOICE_WORDS_BYTES,
                 "grows without limit: to %s by the end of this trace, with %.2f %% hits",
                 units_format_size(text, (double)choice->everything.peak_bytes),
                 100 * steady_ratio(&choice->everything));
}

/* Rules out what the replays showed to break the limit. */
static void rule_out_breaking(struct choice *choice)
{
    char text[UNITS_TEXT_BYTES], reason[CHOICE_WORDS_BYTES];
    for (size_t i = 0; i < choice->count; i++) {
        struct candidate *candidate = &choice->candidates[i];
        rule_out_growing(choice, candidate);
        if (!candidate->replayed || candidate->now.peak_bytes <= choice->question.memory_bytes)
            continue;
        snprintf(reason, sizeof reason, "exceeds the limit: it took %s",
                 units_format_size(text, (double)candidate->now.peak_bytes));
        rule_out(candidate, reason);
    }
}

static void baseline_find(struct choice *choice)
{
    for (size_t i = 0; i < choice->count; i++) {
        const struct candidate *candidate = &choice->candidates[i];
        bool better =
            choice->baseline == NULL || strcmp(candidate->policy->name, JUDGEMENT_REFERENCE) == 0;
        if (is_eligible(candidate) && better)
            choice->baseline = candidate;
    }
}

/* Replays at three sizes. Before them come two that do not depend on which policies are candidates:
 * without a limit of memory, and belady within the same limits. */

enum { EVERYTHING, OPTIMUM, REFERENCES };

static void candidates_sizes(struct choice *choice, unsigned threads, struct progress *progress)
{
    const struct question *question = &choice->question;
    uint64_t bytes[] = {question->memory_bytes, question->memory_bytes / 2,
                        question->memory_bytes > UINT64_MAX / 2 ? UINT64_MAX
                                                                : question->memory_bytes * 2};
    struct sweep_job *jobs = xcalloc(3 * choice->count + REFERENCES, sizeof *jobs);
    size_t count = REFERENCES;
    jobs[EVERYTHING].setup = candidates_setup(question, policy_find("unbounded"), 0);
    jobs[OPTIMUM].setup = candidates_setup(question, &belady_policy, question->memory_bytes);
    for (size_t i = 0; i < choice->count; i++)
        for (size_t size = 0; size < 3 && is_eligible(&choice->candidates[i]); size++)
            jobs[count++].setup =
                candidates_setup(question, choice->candidates[i].policy, bytes[size]);
    progress_begin(progress, "replaying", count);
    sweep_run(&choice->corpus, jobs, count, threads, progress_step, progress);
    progress_end(progress);
    choice->everything = jobs[EVERYTHING].result;
    choice->optimum = jobs[OPTIMUM].result;
    const struct sweep_job *job = jobs + REFERENCES;
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

static double firsts_share(const struct corpus *corpus, uint64_t from, uint64_t end)
{
    return from < end ? (double)corpus_firsts(corpus, from, end).requests / (double)(end - from)
                      : 0;
}

static void firsts_count(struct choice *choice)
{
    const struct corpus *corpus = &choice->corpus;
    uint64_t warmup = choice->question.warmup_requests,
             middle = warmup + (corpus->requests - warmup) / 2;
    choice->early_firsts = firsts_share(corpus, warmup, middle);
    choice->late_firsts = firsts_share(corpus, middle, corpus->requests);
}

/* The baseline's hits, or those of the best candidate if the baseline has none. */
static void target_find(struct choice *choice)
{
    choice->target_hit_ratio = choice->question.target_hit_ratio;
    if (choice->target_hit_ratio == 0 && choice->baseline != NULL)
        choice->target_hit_ratio = steady_ratio(&choice->baseline->now);
    for (size_t i = 0; i < choice->count && choice->baseline != NULL; i++)
        if (choice->question.target_hit_ratio == 0 && choice->baseline->now.steady_hits == 0 &&
            is_eligible(&choice->candidates[i]))
            choice->target_hit_ratio =
                fmax(choice->target_hit_ratio, steady_ratio(&choice->candidates[i].now));
}

void candidates_replay(struct choice *choice, unsigned threads, struct progress *progress)
{
    candidates_sizes(choice, threads, progress);
    rule_out_breaking(choice);
    baseline_find(choice);
    firsts_count(choice);
    target_find(choice);
}

/* Search for the memory that each needs. */

/* low bytes are too few, high bytes are enough. */
struct bounds {
    struct candidate *candidate;
    double low, high;
};

static void bounds_update(struct bounds *bounds, const struct replay_result *result, double bytes,
                          double target)
{
    bool enough = steady_ratio(result) >= target;
    if (enough && bytes < bounds->high)
        bounds->high = bytes;
    if (!enough && bytes > bounds->low)
        bounds->low = bytes;
}

static double bounds_middle(const struct bounds *bounds)
{
    return sqrt(bounds->low * bounds->high);
}

/* Starts from the three replays. */
static struct bounds bounds_begin(const struct choice *choice, struct candidate *candidate)
{
    double bytes = (double)choice->question.memory_bytes, target = choice->target_hit_ratio;
    struct bounds bounds = {candidate, MIN_BYTES,
                            SLACK * (double)choice->everything.peak_bytes + MIN_BYTES};
    if (bounds.high < 2 * bytes)
        bounds.high = 2 * bytes;
    bounds_update(&bounds, &candidate->twice, 2 * bytes, target);
    bounds_update(&bounds, &candidate->now, bytes, target);
    bounds_update(&bounds, &candidate->half, bytes / 2, target);
    return bounds;
}

static void bounds_step(const struct choice *choice, struct bounds *bounds, size_t count,
                        unsigned threads)
{
    struct sweep_job *jobs = xcalloc(count, sizeof *jobs);
    for (size_t i = 0; i < count; i++)
        jobs[i].setup = candidates_setup(&choice->question, bounds[i].candidate->policy,
                                         (uint64_t)bounds_middle(&bounds[i]));
    sweep_run(&choice->corpus, jobs, count, threads, NULL, NULL);
    for (size_t i = 0; i < count; i++)
        bounds_update(&bounds[i], &jobs[i].result, bounds_middle(&bounds[i]),
                      choice->target_hit_ratio);
    free(jobs);
}

/* Moves those that are not yet precise to the front and returns their number. */
static size_t bounds_open(struct bounds *bounds, size_t count)
{
    size_t open = 0;
    for (size_t i = 0; i < count; i++)
        if (bounds[i].high / bounds[i].low > MEMORY_SEARCH_PRECISION) {
            struct bounds swapped = bounds[open];
            bounds[open++] = bounds[i];
            bounds[i] = swapped;
        }
    return open;
}

void candidates_find_memory_for_target(struct choice *choice, unsigned threads,
                                       struct progress *progress)
{
    struct bounds bounds[CHOICE_POLICIES_MAX];
    size_t count = 0;
    bool possible = choice->target_hit_ratio > 0 &&
                    steady_ratio(&choice->everything) >= choice->target_hit_ratio;
    for (size_t i = 0; i < choice->count && possible; i++)
        if (is_eligible(&choice->candidates[i]))
            bounds[count++] = bounds_begin(choice, &choice->candidates[i]);
    progress_begin(progress, "searching for the memory that each needs", MEMORY_SEARCH_STEPS);
    for (size_t step = 0, open;
         step < MEMORY_SEARCH_STEPS && (open = bounds_open(bounds, count)) > 0; step++) {
        bounds_step(choice, bounds, open, threads);
        progress_step(progress, step + 1);
    }
    progress_end(progress);
    for (size_t i = 0; i < count; i++)
        bounds[i].candidate->bytes_for_target = (uint64_t)bounds[i].high;
}
