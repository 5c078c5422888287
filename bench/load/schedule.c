/* schedule.c - computes the times at which requests are due. */
#include "schedule.h"

#include "random.h"
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

/* Uniform in (0, 1]. */
static double uniform_draw(uint64_t *seed)
{
    return (double)((random_splitmix(seed) >> 11) + 1) * 0x1p-53;
}

void schedule_advance(struct schedule *schedule)
{
    if (schedule->arrivals == LOAD_POISSON)
        schedule->next_ns += -log(uniform_draw(&schedule->seed)) * schedule->gap_ns;
    else
        schedule->next_ns += schedule->gap_ns;
}
