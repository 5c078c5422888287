/* burst.c - finds the end and the peak of a burst, and what is left later. */
#include "burst.h"

#include "units.h"

static const double after_seconds[RESULT_AFTERS] = {0.1, 1, 5, 30};

/* The samples under load, followed by those after it. */
static const struct result_sample *sample_at(const struct result_run *run, size_t i)
{
    return i < run->sample_count ? &run->samples[i] : &run->burst->samples[i - run->sample_count];
}

static size_t samples_count(const struct result_run *run)
{
    return run->sample_count + run->burst->sample_count;
}

/* Index of the first sample at or after the time; samples_count if there is none. */
static size_t sample_find(const struct result_run *run, double time_ns)
{
    size_t i = 0;
    while (i < samples_count(run) && (double)sample_at(run, i)->time_ns < time_ns)
        i++;
    return i;
}

/* When the last id of the burst had been requested, interpolated between two samples; 0: never. */
static uint64_t end_find(const struct result_run *run)
{
    uint64_t ids = run->burst->ids;
    for (size_t i = 1; i < samples_count(run); i++) {
        const struct result_sample *before = sample_at(run, i - 1), *after = sample_at(run, i);
        if (before->requests < ids && after->requests >= ids) {
            double share =
                (double)(ids - before->requests) / (double)(after->requests - before->requests);
            return before->time_ns + (uint64_t)(share * (double)(after->time_ns - before->time_ns));
        }
    }
    return 0;
}

/* Includes the first sample after the end. */
static void peak_find(struct result_run *run)
{
    struct result_burst *burst = run->burst;
    size_t last = sample_find(run, (double)burst->end_ns);
    for (size_t i = 0; i <= last && i < samples_count(run); i++) {
        const struct result_sample *sample = sample_at(run, i);
        if (sample->rss_bytes > burst->peak_rss_bytes)
            burst->peak_rss_bytes = sample->rss_bytes;
        if (sample->resident_bytes > burst->peak_resident_bytes)
            burst->peak_resident_bytes = sample->resident_bytes;
    }
}

/* The share of the growth from start to peak that is gone now. */
static double share_returned(uint64_t start, uint64_t peak, uint64_t now)
{
    return peak > start ? ((double)peak - (double)now) / (double)(peak - start) : 0;
}

void burst_fill(struct result_run *run)
{
    struct result_burst *burst = run->burst;
    const struct result_sample *start = sample_at(run, 0);
    burst->end_ns = end_find(run);
    peak_find(run);
    burst->after_count = 0;
    for (size_t i = 0; i < RESULT_AFTERS && burst->end_ns > 0; i++) {
        double due_ns = (double)burst->end_ns + after_seconds[i] * (double)NS_PER_SECOND;
        size_t found = sample_find(run, due_ns);
        if (found == samples_count(run))
            return;
        const struct result_sample *then = sample_at(run, found);
        burst->after[burst->after_count++] = (struct result_after){
            .seconds = after_seconds[i],
            .rss_bytes = then->rss_bytes,
            .resident_bytes = then->resident_bytes,
            .returned_share =
                share_returned(start->rss_bytes, burst->peak_rss_bytes, then->rss_bytes),
            .resident_returned_share = share_returned(
                start->resident_bytes, burst->peak_resident_bytes, then->resident_bytes),
        };
    }
}
