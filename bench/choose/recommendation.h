/* recommendation.h - chooses a policy and says why, in words. Pure.
 *
 * The choice depends on exact replays only, so it is the same each time. Predicted times are named,
 * but decide nothing.
 */
#pragma once

#include "choice.h"

/* Sets the answer, and the words of each candidate. Predictions may still be missing. */
void answer_find(struct choice *choice);
/* The candidates that are not ruled out, the best first. Returns their number. */
size_t answer_ranking(struct choice *choice, struct candidate *ranking[CHOICE_POLICIES_MAX]);
