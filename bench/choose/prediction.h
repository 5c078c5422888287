/* prediction.h - what a hit ratio comes to in latency and CPU time: pure, from measured costs.
 *
 * A request is a hit or a miss, and takes as long as hits alone or misses alone were measured to
 * take at the same rate; so latency is a mixture of two measured distributions, by hit ratio. Only
 * the waiting for the event loop differs: with Poisson arrivals at rate L, and S what a request
 * keeps the loop busy for, it is L E[S^2] / 2 (1 - L E[S]) on average (M/G/1: Pollaczek 1930,
 * Khinchine 1932), so either distribution is moved by the difference between the waiting of the
 * mixture and its own. The origin's time is waited for, and does not keep the loop busy.
 */
#ifndef PREDICTION_H
#define PREDICTION_H

#include "costs.h"

/* Beyond this share of a loop's time nothing is predicted: queues grow too fast. */
#define BUSY_MAX 0.95

struct predictor;

/* Keeps what it needs of the costs. NULL baseline: of no policy. */
struct predictor *predictor_create(const struct service_costs *costs,
                                   const struct policy_costs *baseline);
void predictor_destroy(struct predictor *predictor); /* NULL is fine */
/* Of requests replayed at the costs' rate, with the origin's time. Times stay 0 where one loop
 * cannot serve the rate. percentile: for slo_ns; 0: none. */
struct outlook predict(const struct predictor *predictor, const struct policy_costs *policy,
                       const struct replay_result *result, double percentile);
#endif
