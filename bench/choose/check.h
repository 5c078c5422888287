/* check.h - the best few served for real under the trace, and what was predicted for just that. */
#ifndef CHECK_H
#define CHECK_H

#include "prediction.h"
#include "progress.h"

#define CHECK_POLICIES 3 /* the best, and the baseline */

/* of_service: the sizes that are served. 0, or -1 and one line in error. */
int check_best(struct choice *choice, const struct predictor *predictor, const uint32_t *of_service,
               const struct serving *serving, uint64_t longest_ns, struct progress *progress,
               char error[CHOICE_ERROR_BYTES]);

#endif
