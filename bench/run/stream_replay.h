/* stream_replay.h - replays a workload's stream of ids as our servers would serve it. */
#pragma once

#include "corpus.h"
#include "policies.h"
#include "result.h"

/* Whether the policy's hits depend on the ids alone: not on time or connections, as those of ttl
 * and weak do. */
bool stream_is_replayable(const struct policy *policy);
/* Loads the first requests of a generator, with the sizes of the service's records. 0, and the
 * caller calls corpus_free; or -1 and one line in error. */
int stream_load(struct corpus *corpus, const char *ids, uint64_t seed, uint64_t requests,
                struct error *error);
/* Replays the requests that the run's load sent, and fills in what they should have hit. Does
 * nothing for a policy that is not replayable, without ids, or if none was answered. */
void stream_replay_run(struct result_run *run, const struct policy *policy,
                       const struct result_limits *limits);
