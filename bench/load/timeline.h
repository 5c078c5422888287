/* timeline.h - a run's figures for every 100 ms, which show what its averages hide. */
#ifndef TIMELINE_H
#define TIMELINE_H

#include "load.h"

/* Sums since the beginning; an interval is the difference of two. */
struct timeline_counts {
    uint64_t requests, hits, misses, errors;
};

struct timeline {
    struct load_interval *intervals;
    size_t count, capacity;
    struct timeline_counts before;
    uint64_t begun_ns, interval_ns; /* when the run and the current interval began */
};

void timeline_begin(struct timeline *timeline, uint64_t now_ns);
/* When the current interval ends. */
static inline uint64_t timeline_end_ns(const struct timeline *timeline)
{
    return timeline->interval_ns + LOAD_INTERVAL_NS;
}
/* Ends the current interval at `end_ns`: counts are the sums until then, `latency` holds the
 * interval's good responses. */
void timeline_add(struct timeline *timeline, uint64_t end_ns, const struct timeline_counts *counts,
                  const struct histogram *latency);

#endif
