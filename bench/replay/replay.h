/* replay.h - one trace through one policy at one capacity: hits, bytes and speed.
 *
 * It is the cache that serves HTTP, without the server. The result depends on the setup alone, but
 * for `seconds`. Any number of replays of one corpus may run at once, each in its own thread.
 */
#ifndef REPLAY_H
#define REPLAY_H

#include "cache.h"
#include "corpus.h"

#define REPLAY_GROUPS       16 /* of keys, by hash: what they differ by says how sure a sample is */
#define REPLAY_JOINED_PARTS 8  /* of the time of a fetch */
#define REPLAY_WINDOWS      20 /* of requests, one after the other: how hits change with the trace */

struct replay_setup {
    const struct policy *policy;
    uint64_t capacity_entries; /* 0: no limit */
    uint64_t capacity_bytes;   /* 0: no limit */
    uint64_t ttl_ns;           /* for policies that keep an age; 0: none */
    uint64_t seed;
    double rate_rps; /* requests come evenly at this rate; 0: as the trace says */
    /* A fetch takes as long as so many requests: who asks for the id meanwhile waits for it, though
     * it counts as a hit here. 0: no time. Needs the corpus's next requests. */
    uint64_t fetch_requests;
    bool payload; /* records with bodies of the trace's sizes, not keys alone */
};

struct replay_result {
    uint64_t requests, hits, misses;
    uint64_t joined; /* hits that waited for a fetch under way, by how much of it had passed */
    uint64_t joined_after[REPLAY_JOINED_PARTS];
    uint64_t bytes_asked, bytes_hit;
    uint64_t evictions, expirations;
    uint64_t entries;      /* at the end */
    uint64_t peak_entries; /* the most that there were */
    uint64_t peak_bytes;   /* the most that the cache held, all it caused included */
    uint64_t end_bytes, end_allocated_bytes; /* as accounted, and as the allocator says */
    uint64_t group_requests[REPLAY_GROUPS], group_hits[REPLAY_GROUPS];
    uint64_t window_hits[REPLAY_WINDOWS]; /* window i begins at request replay_window(.., i) */
    double seconds;
};

/* The first request of a window; of REPLAY_WINDOWS their number. */
static inline uint64_t replay_window(uint64_t requests, size_t window)
{
    return (uint64_t)((unsigned __int128)requests * window / REPLAY_WINDOWS);
}

void replay_run(const struct corpus *corpus, const struct replay_setup *setup,
                struct replay_result *result);

/* Half the width of the 95 % interval of the miss ratio, as far as the choice of keys matters: an
 * estimate, too small where a few keys carry the trace. The ratio is to the requests that such a
 * sample was expected to have. */
double replay_error(const struct replay_result *result, double expected_requests);

#endif
