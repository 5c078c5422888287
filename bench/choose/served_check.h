/* served_check.h - the best few served for real under the trace, and what was predicted for just
 * that. */
#ifndef SERVED_CHECK_H
#define SERVED_CHECK_H

#include "errors.h"
#include "prediction.h"
#include "progress.h"

#define CHECK_POLICIES 3 /* the best, and the baseline */

/* Serves them, and between them hits and misses alone, which is added to the costs. 0, or -1 and
 * one line in error. */
int check_serve(struct choice *choice, struct service_costs *costs, const struct serving *serving,
                uint64_t longest_ns, struct progress *progress, struct error *error);
/* Predicts what was served. of_service: the sizes that it had. */
void check_expect(struct choice *choice, const struct predictor *predictor,
                  const uint32_t *of_service);

#endif
