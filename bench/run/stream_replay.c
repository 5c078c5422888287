/* stream_replay.c - replays a workload's stream of ids as our servers would serve it. */
#include "stream_replay.h"

#include "record_sizes.h"
#include "replay.h"

#include <stdlib.h>

bool stream_is_replayable(const struct policy *policy)
{
    return !policy->weak && !(policy->limits & KEEPS_AGE);
}

int stream_load(struct corpus *corpus, const char *ids, uint64_t seed, uint64_t requests,
                struct error *error)
{
    const struct corpus_setup setup = {
        .trace = {.seed = seed, .limit = requests}, .sample = 1, .with_next = true};
    if (corpus_load(corpus, ids, &setup, error) != 0)
        return -1;
    uint32_t *sizes = sizes_of_service(corpus);
    sizes_complete(corpus, sizes);
    free(sizes);
    return 0;
}

void stream_replay_run(struct result_run *run, const struct policy *policy,
                       const struct result_limits *limits)
{
    struct corpus corpus;
    struct replay_result result;
    struct error error;
    uint64_t requests = run->load.hits + run->load.misses;
    if (policy == NULL || !stream_is_replayable(policy) || run->ids[0] == '\0' || requests == 0 ||
        stream_load(&corpus, run->ids, run->seed, requests, &error) != 0)
        return;
    const struct replay_setup setup = {
        .policy = policy,
        .capacity_entries = limits->capacity_entries,
        .capacity_bytes = limits->capacity_bytes,
        .payload = limits->capacity_bytes > 0,
    };
    replay_run(&corpus, &setup, &result);
    run->counts.replayed_requests = result.requests;
    run->counts.replayed_hits = result.hits;
    corpus_free(&corpus);
}
