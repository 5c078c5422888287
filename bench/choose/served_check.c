/* served_check.c - serves the best policies, and predicts exactly what was served.
 *
 * A server gets only the part of the trace that fits into the time, and its records have the
 * service's sizes. So this part is replayed once more with these sizes.
 */
#include "served_check.h"

#include "candidates.h"
#include "recommendation.h"
#include "serve.h"
#include "units.h"

#include <stdio.h>

#define AGE_NS_ANY (UINT64_C(1000) * 24 * 3600 * NS_PER_SECOND)

/* The prediction for the first requests of the trace, with the service's sizes. */
static struct policy_figures predict_served(const struct choice *choice,
                                            const struct predictor *predictor,
                                            const struct candidate *candidate,
                                            const uint32_t *service_record_bytes, uint64_t requests)
{
    const struct question *question = &choice->question;
    struct corpus corpus = choice->corpus;
    struct replay_setup setup =
        candidates_setup(question, candidate->policy, question->memory_bytes);
    struct replay_result result;
    setup.rate_rps = question->rate_rps;
    corpus.requests = corpus.read = requests;
    corpus.bytes = (uint32_t *)(uintptr_t)service_record_bytes;
    replay_run(&corpus, &setup, &result);
    struct policy_figures figures =
        predict(predictor, &candidate->costs, &result, question->slo_percentile);
    /* a server counts a request that waits for a fetch under way as a miss */
    figures.hit_ratio -= (double)result.joined / (double)result.requests;
    figures.bytes = result.end_bytes;
    return figures;
}

static struct policy_figures measured_of(const struct serve_result *served, double slo_percentile)
{
    return (struct policy_figures){
        .hit_ratio = (double)served->hits / (double)(served->hits + served->misses),
        .mean_ns = histogram_mean(served->latency),
        .p50_ns = (double)histogram_percentile(served->latency, 50),
        .p99_ns = (double)histogram_percentile(served->latency, 99),
        .slo_ns =
            slo_percentile > 0 ? (double)histogram_percentile(served->latency, slo_percentile) : 0,
        .cpu_us_per_request = served->cpu_ns / 1e3 / (double)served->requests,
        .bytes = served->cache_bytes,
    };
}

/* A server of a policy with a time to live has a default; this replaces it. */
static uint64_t ttl_of(const struct question *question, const struct policy *policy)
{
    uint64_t age_ns = question->max_age_ns > 0 ? question->max_age_ns : AGE_NS_ANY;
    return policy->limits & KEEPS_AGE ? age_ns : 0;
}

static int check_one(const struct choice *choice, struct candidate *candidate,
                     const struct server_environment *environment, uint64_t requests,
                     struct error *error)
{
    const struct question *question = &choice->question;
    struct serve_result served;
    struct serve_setup setup = {.environment = environment,
                                .policy = candidate->policy->name,
                                .limits = {.capacity_bytes = question->memory_bytes,
                                           .ttl_ns = ttl_of(question, candidate->policy)},
                                .miss_cost_ns = question->miss_cost_ns,
                                .rate_rps = question->rate_rps,
                                .trace = question->trace,
                                .reading = question->reading,
                                .requests = requests};
    if (serve_run(&setup, &served, error) != 0)
        return -1;
    candidate->requests_served = served.requests;
    candidate->served = measured_of(&served, question->slo_percentile);
    candidate->measured = true;
    candidate->disturbed = served.disturbed;
    histogram_destroy(served.latency);
    return 0;
}

struct selection {
    struct candidate *list[CHECK_POLICIES];
    size_t count;
};

/* A candidate that is there already, or whose server would not keep the limits, is not added. */
static void selection_add(struct selection *selection, const struct question *question,
                          struct candidate *candidate)
{
    bool has = !can_be_served(question, candidate->policy);
    for (size_t i = 0; i < selection->count; i++)
        has |= selection->list[i] == candidate;
    if (!has && selection->count < CHECK_POLICIES)
        selection->list[selection->count++] = candidate;
}

/* The chosen one, the baseline, and then the best in their order. */
static struct selection selection_make(struct choice *choice)
{
    struct selection selection = {.count = 0};
    struct candidate *ranking[CHOICE_POLICIES_MAX];
    size_t ranked = answer_ranking(choice, ranking);
    for (size_t i = 0; i < ranked; i++)
        if (ranking[i] == choice->answer.chosen)
            selection_add(&selection, &choice->question, ranking[i]);
    for (size_t i = 0; i < ranked; i++)
        if (ranking[i] == choice->baseline)
            selection_add(&selection, &choice->question, ranking[i]);
    for (size_t i = 0; i < ranked; i++)
        selection_add(&selection, &choice->question, ranking[i]);
    return selection;
}

/* Whether the rate lets servers show anything; otherwise says why not. */
static bool rate_can_be_served(struct choice *choice, const struct service_costs *costs,
                               double fitting)
{
    double rate_rps = choice->question.rate_rps;
    if (rate_rps * costs->hit.cpu_ns / 1e9 > BUSY_MAX) {
        snprintf(choice->not_checked, CHOICE_WORDS_BYTES,
                 "one event loop cannot serve %.0f requests/s (--rate)", rate_rps);
        return false;
    }
    if (fitting < CHECK_REQUESTS_MIN && fitting < (double)choice->corpus.requests) {
        snprintf(choice->not_checked, CHOICE_WORDS_BYTES,
                 "at %.3g requests/s only %.0f requests come within --serve, fewer than %d",
                 rate_rps, fitting, CHECK_REQUESTS_MIN);
        return false;
    }
    return true;
}

/* Says which of the candidates have a server that keeps no age. */
static void unserved_say(struct choice *choice)
{
    char list[CHOICE_WORDS_BYTES / 2] = "";
    size_t length = 0;
    for (size_t i = 0; i < choice->count && length < sizeof list; i++) {
        const struct candidate *candidate = &choice->candidates[i];
        if (is_eligible(candidate) && !can_be_served(&choice->question, candidate->policy))
            length += (size_t)snprintf(list + length, sizeof list - length, "%s%s",
                                       length > 0 ? ", " : "", candidate->policy->name);
    }
    if (length > 0)
        snprintf(choice->not_checked, CHOICE_WORDS_BYTES,
                 "the servers of these policies keep no age, so none was run: %s", list);
}

int check_serve(struct choice *choice, struct service_costs *costs,
                const struct server_environment *environment, uint64_t longest_ns,
                struct progress *progress, struct error *error)
{
    struct selection selection = selection_make(choice);
    double fitting = choice->question.rate_rps * (double)longest_ns / (double)NS_PER_SECOND;
    uint64_t requests = choice->corpus.requests;
    if (fitting < (double)requests)
        requests = (uint64_t)fitting;
    int status = 0;
    unserved_say(choice);
    if (!rate_can_be_served(choice, costs, fitting))
        return 0;
    progress_begin(progress, "running servers of the best", selection.count);
    for (size_t i = 0; i < selection.count && status == 0; i++) {
        status = check_one(choice, selection.list[i], environment, requests, error);
        if (status == 0)
            status = costs_add(costs, &choice->question, environment, error);
        progress_step(progress, i + 1);
    }
    progress_end(progress);
    return status;
}

void check_predict(struct choice *choice, const struct predictor *predictor,
                   const uint32_t *service_record_bytes)
{
    for (size_t i = 0; i < choice->count; i++) {
        struct candidate *candidate = &choice->candidates[i];
        if (candidate->measured)
            candidate->predicted_served = predict_served(
                choice, predictor, candidate, service_record_bytes, candidate->requests_served);
    }
}
