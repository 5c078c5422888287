/* prediction.c - mixes two latency distributions and adds the wait for the event loop. */
#include "prediction.h"

#include "xmalloc.h"

#include <stdlib.h>

#define HALVINGS 60

/* JOINED, a request that waits for a fetch under way, has one kind per part of the fetch. */
enum request_kind { HIT, MISS, JOINED, KINDS = JOINED + REPLAY_JOINED_PARTS };

/* Latencies in rising order, and the share of requests up to each. */
struct distribution {
    double *value_ns, *share;
    size_t count;
    double mean_ns;
};

/* One kind of request in a mixture. */
struct part {
    const struct distribution *latency;
    double share;     /* of all requests */
    double cpu_ns;    /* for which it keeps the loop busy */
    double longer_ns; /* than it was when measured */
};

struct predictor {
    double rate_rps, load_rps; /* as in struct service_costs */
    struct distribution hit, miss;
    double hit_cpu_ns, miss_cpu_ns, fetch_ns;
    struct policy_costs baseline;
};

static void distribution_fill(struct distribution *distribution, const struct histogram *histogram)
{
    size_t cells = histogram_counts_length(histogram);
    double total = (double)histogram_count(histogram), sum = 0;
    distribution->value_ns = xcalloc(cells, sizeof(double));
    distribution->share = xcalloc(cells, sizeof(double));
    for (size_t cell = 0; cell < cells; cell++) {
        uint64_t count = histogram_count_at_index(histogram, cell);
        if (count == 0)
            continue;
        sum += (double)count;
        distribution->value_ns[distribution->count] = (double)histogram_value_at_index(cell);
        distribution->share[distribution->count++] = sum / total;
    }
    distribution->mean_ns = histogram_mean(histogram);
}

struct predictor *predictor_create(const struct service_costs *costs,
                                   const struct policy_costs *baseline)
{
    struct predictor *predictor = xcalloc(1, sizeof *predictor);
    predictor->rate_rps = costs->rate_rps;
    predictor->load_rps = costs->load_rps;
    predictor->fetch_ns = costs->fetch_ns;
    distribution_fill(&predictor->hit, costs->hit.latency);
    distribution_fill(&predictor->miss, costs->miss.latency);
    predictor->hit_cpu_ns = costs->hit.cpu_ns;
    predictor->miss_cpu_ns = costs->miss.cpu_ns;
    if (baseline != NULL)
        predictor->baseline = *baseline;
    return predictor;
}

void predictor_destroy(struct predictor *predictor)
{
    if (predictor == NULL)
        return;
    free(predictor->hit.value_ns);
    free(predictor->hit.share);
    free(predictor->miss.value_ns);
    free(predictor->miss.share);
    free(predictor);
}

/* The share of latencies up to limit_ns. */
static double share_within(const struct distribution *distribution, double limit_ns)
{
    size_t low = 0, high = distribution->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (distribution->value_ns[middle] <= limit_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? distribution->share[low - 1] : 0;
}

static double mixture_percentile(const struct part parts[KINDS], double percentile)
{
    double low = 0, high = (double)HISTOGRAM_HIGHEST;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2, share = 0;
        for (int kind = 0; kind < KINDS; kind++)
            share += parts[kind].share *
                     share_within(parts[kind].latency, middle - parts[kind].longer_ns);
        if (share >= percentile / 100)
            high = middle;
        else
            low = middle;
    }
    return high;
}

/* Mean time until the loop is free; -1: it is too busy. */
static double waiting_ns(double rate_rps, double mean_ns, double mean_square_ns)
{
    double rate = rate_rps / 1e9, busy = rate * mean_ns;
    return busy < BUSY_MAX ? rate * mean_square_ns / (2 * (1 - busy)) : -1;
}

/* The kinds of requests, before the wait for the loop is added. */
static void mixture_fill(struct part parts[KINDS], const struct predictor *predictor,
                         const struct policy_costs *policy, const struct replay_result *result)
{
    const struct policy_costs *base = &predictor->baseline;
    double requests = (double)result->requests;
    double hit_more_ns = policy->hit_ns - base->hit_ns;
    double miss_more_ns = policy->miss_ns + policy->put_ns - base->miss_ns - base->put_ns;
    parts[HIT] = (struct part){&predictor->hit, (double)(result->hits - result->joined) / requests,
                               predictor->hit_cpu_ns + hit_more_ns, hit_more_ns};
    parts[MISS] = (struct part){&predictor->miss, (double)result->misses / requests,
                                predictor->miss_cpu_ns + miss_more_ns, miss_more_ns};
    for (int i = 0; i < REPLAY_JOINED_PARTS; i++)
        parts[JOINED + i] = (struct part){
            &predictor->miss, (double)result->joined_after[i] / requests, predictor->miss_cpu_ns,
            -(i + 0.5) / REPLAY_JOINED_PARTS * predictor->fetch_ns};
}

/* Adds to each kind how much longer it waits in the mixture than alone. False: the loop cannot
 * serve the rate. */
static bool mixture_wait(struct part parts[KINDS], const struct predictor *predictor,
                         struct policy_figures *figures)
{
    double mean_ns = 0, square_ns = 0;
    for (int kind = 0; kind < KINDS; kind++) {
        mean_ns += parts[kind].share * parts[kind].cpu_ns;
        square_ns += parts[kind].share * parts[kind].cpu_ns * parts[kind].cpu_ns;
    }
    figures->cpu_us_per_request = mean_ns / 1e3;
    double wait_ns = waiting_ns(predictor->rate_rps, mean_ns, square_ns);
    for (int kind = 0; kind < KINDS; kind++) {
        double alone_ns = kind == HIT ? predictor->hit_cpu_ns : predictor->miss_cpu_ns;
        double own_ns = waiting_ns(predictor->load_rps, alone_ns, alone_ns * alone_ns);
        parts[kind].longer_ns += own_ns < 0 ? 0 : wait_ns - own_ns;
    }
    return wait_ns >= 0;
}

struct policy_figures predict(const struct predictor *predictor, const struct policy_costs *policy,
                              const struct replay_result *result, double percentile)
{
    struct part parts[KINDS];
    struct policy_figures figures = {.hit_ratio = hit_ratio(result)};
    mixture_fill(parts, predictor, policy, result);
    if (!mixture_wait(parts, predictor, &figures))
        return figures;
    for (int kind = 0; kind < KINDS; kind++)
        figures.mean_ns +=
            parts[kind].share * (parts[kind].latency->mean_ns + parts[kind].longer_ns);
    figures.p50_ns = mixture_percentile(parts, 50);
    figures.p99_ns = mixture_percentile(parts, 99);
    figures.slo_ns = percentile > 0 ? mixture_percentile(parts, percentile) : 0;
    return figures;
}
