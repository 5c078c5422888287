/* prediction.h - predicts latency and CPU time from a hit ratio and measured costs. Pure.
 *
 * A hit takes as long as in a load of hits only, a miss as long as in a load of misses only.
 * Latency is therefore a mixture of the two measured distributions, weighted by the hit ratio. Only
 * the wait for the event loop differs. With Poisson arrivals at rate L, and S the time for which a
 * request keeps the loop busy, the mean wait is L E[S^2] / (2 (1 - L E[S])) (M/G/1: Pollaczek 1930,
 * Khinchine 1932). Each distribution is shifted by the difference between the wait of the mixture
 * and its own. The origin's time does not keep the loop busy.
 */
#pragma once

#include "costs.h"

/* Nothing is predicted for an event loop that is busier than this: queues grow too fast. */
#define BUSY_MAX 0.95

struct predictor;

/* Copies what it needs. baseline: the policy that was served for the costs; NULL: none. */
struct predictor *predictor_create(const struct service_costs *costs,
                                   const struct policy_costs *baseline);
void predictor_destroy(struct predictor *predictor); /* NULL is fine */
/* Predicts a replay at the rate and the origin's time of the costs. Times are 0 if one event loop
 * cannot serve the rate. percentile: of slo_ns; 0: none. */
struct policy_figures predict(const struct predictor *predictor, const struct policy_costs *policy,
                              const struct replay_result *result, double percentile);
