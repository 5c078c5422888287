/* objective.h - what the best policy is best at: hits, bytes hit, or the time requests wait. Pure.
 *
 * Each objective gives a replay a score from 0 to 1, of the requests after the warm-up only:
 *
 *     requests  the share that hits
 *     bytes     the share of the requested bytes that hits
 *     latency   1 - the mean time for which a request waits for the origin / the time of a fetch; a
 *               request that joins a fetch waits for the rest of it
 *
 * All three follow from exact replays. The time that a policy itself takes is not in the latency:
 * it is less than a microsecond.
 */
#pragma once

#include "replay.h"

enum objective { OPTIMISE_REQUESTS, OPTIMISE_BYTES, OPTIMISE_LATENCY, OBJECTIVES };

/* 0, or -1 if there is no such objective. */
int objective_parse(const char *text, enum objective *objective);
/* "requests" */
const char *objective_name(enum objective objective);
/* What points of the score are points of: "hits". */
const char *objective_unit(enum objective objective);
double objective_score(enum objective objective, const struct replay_result *result);
