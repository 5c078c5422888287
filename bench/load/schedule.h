/* schedule.h - when requests are due: at once, at a constant rate, at random, or as in a trace. */
#pragma once

#include "load.h"

struct schedule {
    bool open;     /* false: a request is always due */
    double gap_ns; /* mean */
    enum load_arrivals arrivals;
    uint64_t seed;
    uint64_t start_ns;
    double next_ns; /* since the start */
};

/* rate_rps 0: a request is always due, until schedule_set. */
void schedule_begin(struct schedule *schedule, double rate_rps, enum load_arrivals arrivals,
                    uint64_t seed, uint64_t start_ns);
/* When the next request is due; now_ns where a request is always due. */
static inline uint64_t schedule_due(const struct schedule *schedule, uint64_t now_ns)
{
    return schedule->open ? schedule->start_ns + (uint64_t)schedule->next_ns : now_ns;
}
/* Sets when the next request is due, since the start: for the times of a trace. */
static inline void schedule_set(struct schedule *schedule, double next_ns)
{
    schedule->open = true;
    schedule->next_ns = next_ns;
}
/* Moves on to the due time of the request after it. */
void schedule_advance(struct schedule *schedule);
