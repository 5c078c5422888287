/* replay.h - replays a trace through one policy at one capacity: hits, bytes and speed.
 *
 * It uses the cache that the servers use, without a server. Apart from `seconds`, the result
 * depends on the corpus and the setup only. Any number of replays of one corpus may run at once,
 * each in its own thread.
 */
#pragma once

#include "cache.h"
#include "corpus.h"

#define REPLAY_GROUPS         16  /* of keys, by hash: their variance gives the error of a sample */
#define REPLAY_JOINED_PARTS   8   /* into which the time of a fetch is divided */
#define REPLAY_WINDOWS        20  /* of consecutive requests: how hits change along the trace */
#define REPLAY_NS_PER_REQUEST 1e6 /* in a trace without times, so that entries can expire */

struct replay_setup {
    const struct policy *policy;
    uint64_t capacity_entries; /* 0: no limit */
    uint64_t capacity_bytes;   /* 0: no limit */
    /* An entry of this age, or of the trace's own time to live if that is less, is a miss; 0: only
     * policies that keep an age expire entries, by the trace's times to live. Policies that keep no
     * age are combined with it: an entry that is too old when it is requested is a miss, counts as
     * expired, and is fetched anew in its place. Needs corpus.nexts for these. */
    uint64_t ttl_ns;
    uint64_t seed;
    double rate_rps; /* the requests come evenly at this rate; 0: at the trace's times */
    /* A fetch takes as long as this many requests. Another request for the key meanwhile waits for
     * it: it counts as a hit and as `joined`. 0: a fetch takes no time. Needs corpus.nexts. */
    uint64_t fetch_requests;
    uint64_t warmup_requests; /* the first requests, which count in no figure named steady */
    bool payload;             /* keep records with bodies of the trace's sizes; false: keys only */
};

struct replay_result {
    uint64_t requests, hits, misses;
    uint64_t joined; /* hits that waited for a fetch */
    uint64_t
        joined_after[REPLAY_JOINED_PARTS]; /* the same, by the part of the fetch that was over */
    uint64_t bytes_requested, bytes_hit;
    /* Misses that no cache avoids: the first request for each key, and the sizes of these. 0 if the
     * corpus does not know them. */
    uint64_t compulsory, compulsory_bytes;
    /* The same figures of the requests after the warm-up. Their misses are steady_requests -
     * steady_hits. All 0 if the warm-up is the whole trace. */
    uint64_t steady_requests, steady_hits, steady_joined;
    uint64_t steady_joined_after[REPLAY_JOINED_PARTS];
    uint64_t steady_bytes_requested, steady_bytes_hit;
    uint64_t steady_compulsory, steady_compulsory_bytes;
    uint64_t evictions, expirations;
    uint64_t entries; /* at the end */
    uint64_t peak_entries;
    uint64_t peak_bytes; /* of all that the cache allocates */
    uint64_t end_bytes,
        end_allocated_bytes; /* by the cache's own account, and by the allocator's */
    uint64_t group_requests[REPLAY_GROUPS], group_hits[REPLAY_GROUPS];
    uint64_t
        window_hits[REPLAY_WINDOWS]; /* window i begins at request replay_window(requests, i) */
    double seconds;
};

/* The first request of a window, from 0; `requests` for window REPLAY_WINDOWS. */
static inline uint64_t replay_window(uint64_t requests, size_t window)
{
    return (uint64_t)((unsigned __int128)requests * window / REPLAY_WINDOWS);
}

void replay_run(const struct corpus *corpus, const struct replay_setup *setup,
                struct replay_result *result);

/* The result as if the requests after the warm-up were all there are: requests, hits, misses,
 * joined, bytes and compulsory misses are those of the steady part; the rest is not changed. */
struct replay_result replay_steady(const struct replay_result *result);

/* Half the width of the 95 % interval of a sample's miss ratio, as far as it depends on which keys
 * were sampled. The ratio is misses / expected_requests, the requests that such a sample has on
 * average. This is an estimate, which is too small if few keys have most of the requests. */
double replay_error(const struct replay_result *result, double expected_requests);
