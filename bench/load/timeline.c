/* timeline.c - a row of figures for every 100 ms of a run. */
#include "timeline.h"

#include "xmalloc.h"

void timeline_begin(struct timeline *timeline, uint64_t now_ns)
{
    *timeline = (struct timeline){.begun_ns = now_ns, .interval_ns = now_ns};
}

void timeline_add(struct timeline *timeline, uint64_t end_ns, const struct timeline_counts *counts,
                  const struct histogram *latency)
{
    const struct timeline_counts *before = &timeline->before;

    timeline->intervals = growable(timeline->intervals, &timeline->capacity, timeline->count + 1,
                                   sizeof *timeline->intervals);
    timeline->intervals[timeline->count++] = (struct load_interval){
        .start_ns = timeline->interval_ns - timeline->begun_ns,
        .span_ns = end_ns - timeline->interval_ns,
        .requests = counts->requests - before->requests,
        .hits = counts->hits - before->hits,
        .misses = counts->misses - before->misses,
        .errors = counts->errors - before->errors,
        .p50_ns = histogram_percentile(latency, 50),
        .p99_ns = histogram_percentile(latency, 99),
        .max_ns = histogram_max(latency),
    };
    timeline->before = *counts;
    timeline->interval_ns = end_ns;
}
