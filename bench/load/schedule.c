/* schedule.c - the times at which requests are due, one after the other. */
#include "schedule.h"

#include "units.h"

#include <math.h>

void schedule_begin(struct schedule *schedule, double rate_rps, enum load_arrivals arrivals,
                    uint64_t seed, uint64_t start_ns)
{
    *schedule = (struct schedule){
        .open = rate_rps > 0,
        .gap_ns = rate_rps > 0 ? (double)NS_PER_SECOND / rate_rps : 0,
        .arrivals = arrivals,
        .seed = seed,
        .start_ns = start_ns,
    };
}

/* splitmix64 (Steele, Lea & Flood 2014), as a number in (0, 1]. */
static double seed_draw(uint64_t *seed)
{
    uint64_t mixed = *seed += UINT64_C(0x9e3779b97f4a7c15);

    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    mixed ^= mixed >> 31;
    return (double)((mixed >> 11) + 1) * 0x1p-53;
}

void schedule_advance(struct schedule *schedule)
{
    if (schedule->arrivals == LOAD_POISSON)
        schedule->next_ns += -log(seed_draw(&schedule->seed)) * schedule->gap_ns;
    else
        schedule->next_ns += schedule->gap_ns;
}
