/* recommendation.h - which policy, and why, in plain words: pure, from what the contest found.
 *
 * The choice rests on exact replays alone, so that it is the same each time; predicted times are
 * told beside it.
 */
#ifndef RECOMMENDATION_H
#define RECOMMENDATION_H

#include "choice.h"

/* Chooses, and says of each candidate how it compares. Predictions may still be missing. */
void answer_find(struct choice *choice);
/* Those not ruled out, the most hits first; how many. */
size_t answer_ranking(struct choice *choice, struct candidate *ranking[CHOICE_POLICIES_MAX]);

#endif
