/* candidates.h - replays of every candidate: at the memory asked for, with half, with twice as
 * much, with none to spare and none to be had, and how much each needs. Exact: the same each time.
 */
#ifndef CANDIDATES_H
#define CANDIDATES_H

#include "choice.h"
#include "progress.h"

/* Rules out by name whom no replay needs to judge. */
void candidates_rule_out(struct choice *choice);
/* The corpus has been loaded and every request has a size. */
void candidates_replay(struct choice *choice, unsigned threads, struct progress *progress);
/* Finds for each the least memory with which it reaches the target, to within NEED_PRECISION. */
#define NEED_PRECISION 1.02
void candidates_need(struct choice *choice, unsigned threads, struct progress *progress);

/* How a policy is replayed with so many bytes. */
struct replay_setup candidates_setup(const struct question *question, const struct policy *policy,
                                     uint64_t bytes);

#endif
