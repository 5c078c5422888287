/* schedule.h - when requests are due: as soon as may be, at a constant rate, or at random. */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include "load.h"

struct schedule {
    bool open;     /* otherwise a request is always due */
    double gap_ns; /* mean */
    enum load_arrivals arrivals;
    uint64_t seed;
    uint64_t start_ns;
    double next_ns; /* since the start */
};

void schedule_begin(struct schedule *schedule, double rate_rps, enum load_arrivals arrivals,
                    uint64_t seed, uint64_t start_ns);
/* When the next request is due: now where there is no rate. */
static inline uint64_t schedule_due(const struct schedule *schedule, uint64_t now_ns)
{
    return schedule->open ? schedule->start_ns + (uint64_t)schedule->next_ns : now_ns;
}
/* The next request is due at this time after the start: where a trace says when. */
static inline void schedule_set(struct schedule *schedule, double next_ns)
{
    schedule->open = true;
    schedule->next_ns = next_ns;
}
/* That request was sent, or given up: on to the one after it. */
void schedule_advance(struct schedule *schedule);

#endif
