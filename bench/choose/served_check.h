/* served_check.h - runs servers of the best policies under the trace to check the predictions. */
#pragma once

#include "errors.h"
#include "prediction.h"
#include "progress.h"

#define CHECK_POLICIES     3   /* the chosen one, the baseline, and the best of the others */
#define CHECK_REQUESTS_MIN 100 /* fewer show nothing */

/* Only servers that keep the question's limits are run; choice.not_checked says which are not.
 * Serves each for at most longest_ns and measures hits and misses after each with costs_add. 0, or
 * -1 and one line in error. */
int check_serve(struct choice *choice, struct service_costs *costs,
                const struct server_environment *environment, uint64_t longest_ns,
                struct progress *progress, struct error *error);
/* Predicts figures for exactly the requests that were served. service_record_bytes: the sizes of
 * their records. */
void check_predict(struct choice *choice, const struct predictor *predictor,
                   const uint32_t *service_record_bytes);
