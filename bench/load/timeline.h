/* timeline.h - a run's figures every 100 ms: what the averages of the whole run hide. */
#ifndef TIMELINE_H
#define TIMELINE_H

#include "load.h"

/* Sums up to now, of which the intervals are the differences. */
struct timeline_counts {
    uint64_t requests, hits, misses, errors;
};

struct timeline {
    struct load_interval *intervals;
    size_t count, room;
    struct timeline_counts before;
    uint64_t begun_ns, interval_ns; /* when the run began, and the interval at hand */
};

void timeline_begin(struct timeline *timeline, uint64_t now_ns);
/* When the interval at hand ends. */
static inline uint64_t timeline_end_ns(const struct timeline *timeline)
{
    return timeline->interval_ns + LOAD_INTERVAL_NS;
}
/* Ends the interval at hand at `end_ns`, with what was counted until then, and the latencies of
 * its good answers. */
void timeline_add(struct timeline *timeline, uint64_t end_ns, const struct timeline_counts *counts,
                  const struct histogram *latency);

#endif
