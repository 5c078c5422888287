/* served_hits.h - whether a server hit what its policy hits; pure.
 *
 * A run counts the hits that its server answered, and holds an exact replay of the same ids through
 * the policy. The two differ a little, since the requests in flight overtake each other: by at most
 * 0.04 points with 2,000 entries and 100 connections. A server that differs by more than
 * SERVED_HITS_TOLERANCE, and by more requests than could be in flight, runs another policy, or has
 * another limit. In a cache that is hardly larger than the number of requests in flight they matter
 * more (0.6 points with 100 entries and 20 connections), so SERVED_HITS_FLIGHT of their number for
 * each entry is allowed, too.
 */
#pragma once

#include "result.h"

#define SERVED_HITS_TOLERANCE 0.005 /* a share of the requests */
#define SERVED_HITS_FLIGHT    0.05

struct served_hits {
    bool known, differs;
    double served, replayed; /* hit ratios of the run in which they are farthest apart */
    uint64_t repetition;     /* of that run */
};

/* Over all runs of the workload that did not fail and have a replay. */
struct served_hits served_hits_judge(const struct result *result, const char *workload);
/* "lru: its server hit 52.1 % where lru hits 56.6 %: it does not run this policy". */
const char *served_hits_describe(const struct served_hits *hits, const struct result *result,
                                 char words[RESULT_WORDS_BYTES]);
