/* candidates.h - replays every candidate at the given memory, at half and at twice as much, and
 * finds the memory that each needs for the target. Exact: results are the same each time.
 */
#pragma once

#include "choice.h"
#include "progress.h"

/* Rules out policies whose limits do not fit, before any replay. */
void candidates_rule_out(struct choice *choice);
/* The corpus must be loaded, with a size for every request. */
void candidates_replay(struct choice *choice, unsigned threads, struct progress *progress);
/* Finds the smallest memory with which each candidate reaches the target, to 2 %. */
#define MEMORY_SEARCH_PRECISION 1.02
void candidates_find_memory_for_target(struct choice *choice, unsigned threads,
                                       struct progress *progress);

/* The setup for a replay of the policy with this many bytes. */
struct replay_setup candidates_setup(const struct question *question, const struct policy *policy,
                                     uint64_t bytes);
