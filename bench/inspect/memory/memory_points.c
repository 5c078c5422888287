/* memory_points.c - finds samples of a run. */
#include "memory_points.h"

size_t memory_sample_count(const struct result_run *run)
{
    return run->sample_count + (run->burst != NULL ? run->burst->sample_count : 0);
}

const struct result_sample *memory_sample(const struct result_run *run, size_t i)
{
    return i < run->sample_count ? &run->samples[i] : &run->burst->samples[i - run->sample_count];
}

const struct result_sample *memory_point_sample(const struct result_run *run,
                                                enum memory_point point)
{
    size_t count = memory_sample_count(run), peak = 0;
    for (size_t i = 1; i < count; i++)
        if (memory_sample(run, i)->rss_bytes > memory_sample(run, peak)->rss_bytes)
            peak = i;
    const size_t places[MEMORY_POINTS] = {
        [MEMORY_START] = 0, [MEMORY_PEAK] = peak, [MEMORY_END] = count - 1};
    return memory_sample(run, places[point]);
}
