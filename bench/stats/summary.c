/* summary.c - medians and verdicts over the runs of a workload. */
#include "summary.h"

#include "stats.h"

#include <math.h>
#include <string.h>

static double start_of(const void *from, size_t offset)
{
    const struct result_run *run = from;
    return run->sample_count == 0
               ? 0
               : (double)*(const uint64_t *)((const char *)&run->samples[0] + offset);
}

static double end_of(const void *from, size_t offset)
{
    const struct result_run *run = from;
    if (run->sample_count == 0)
        return 0;
    const struct result_sample *last = &run->samples[run->sample_count - 1];
    return (double)*(const uint64_t *)((const char *)last + offset);
}

static double peak_of(const void *from, size_t offset)
{
    const struct result_run *run = from;
    double peak = 0;
    for (size_t i = 0; i < run->sample_count; i++)
        peak = fmax(peak, (double)*(const uint64_t *)((const char *)&run->samples[i] + offset));
    return peak;
}

static double real_of(const void *from, size_t offset)
{
    return *(const double *)((const char *)from + offset);
}

static double count_of(const void *from, size_t offset)
{
    return (double)*(const uint64_t *)((const char *)from + offset);
}

/* Where a figure is found: in a run, or, of speed, in a result_speed. */
struct source {
    double (*value)(const void *from, size_t offset);
    size_t offset;
    bool speed;
};

#define IN_RUN(field)    offsetof(struct result_run, field)
#define IN_SPEED(field)  offsetof(struct result_speed, field)
#define IN_SAMPLE(field) offsetof(struct result_sample, field)

static const struct source sources[RESULT_FIGURES] = {
    [FIGURE_REQUESTS_PER_SECOND] = {real_of, IN_SPEED(requests_per_second), true},
    [FIGURE_CPU_US_PER_REQUEST] = {real_of, IN_SPEED(cpu_us_per_request), true},
    [FIGURE_P50_NS] = {count_of, IN_SPEED(p50_ns), true},
    [FIGURE_P90_NS] = {count_of, IN_SPEED(p90_ns), true},
    [FIGURE_P99_NS] = {count_of, IN_SPEED(p99_ns), true},
    [FIGURE_P999_NS] = {count_of, IN_SPEED(p999_ns), true},
    [FIGURE_MAX_NS] = {count_of, IN_SPEED(max_ns), true},
    [FIGURE_HIT_RATIO] = {real_of, IN_RUN(load.hit_ratio), false},
    [FIGURE_ENTRIES] = {end_of, IN_SAMPLE(entries), false},
    [FIGURE_BYTES_PER_REQUEST] = {real_of, IN_RUN(verdict.bytes_per_request), false},
    [FIGURE_OVERHEAD_BYTES_PER_ENTRY] = {real_of, IN_RUN(server.overhead_bytes_per_entry), false},
    [FIGURE_SAMPLING_CPU_SHARE] = {real_of, IN_RUN(sampling.cpu_share), false},
    [FIGURE_PAYLOAD_START_BYTES] = {start_of, IN_SAMPLE(payload_bytes), false},
    [FIGURE_PAYLOAD_END_BYTES] = {end_of, IN_SAMPLE(payload_bytes), false},
    [FIGURE_CACHE_START_BYTES] = {start_of, IN_SAMPLE(cache_bytes), false},
    [FIGURE_CACHE_END_BYTES] = {end_of, IN_SAMPLE(cache_bytes), false},
    [FIGURE_ALLOCATED_START_BYTES] = {start_of, IN_SAMPLE(allocated_bytes), false},
    [FIGURE_ALLOCATED_END_BYTES] = {end_of, IN_SAMPLE(allocated_bytes), false},
    [FIGURE_RESIDENT_START_BYTES] = {start_of, IN_SAMPLE(resident_bytes), false},
    [FIGURE_RESIDENT_END_BYTES] = {end_of, IN_SAMPLE(resident_bytes), false},
    [FIGURE_RSS_START_BYTES] = {start_of, IN_SAMPLE(rss_bytes), false},
    [FIGURE_RSS_END_BYTES] = {end_of, IN_SAMPLE(rss_bytes), false},
    [FIGURE_RSS_PEAK_BYTES] = {peak_of, IN_SAMPLE(rss_bytes), false},
};

/* From harmless to grave. */
static const enum verdict_class by_gravity[VERDICT_CLASSES] = {
    VERDICT_BOUNDED,        VERDICT_WARMING,         VERDICT_NOT_RETURNED, VERDICT_FRAGMENTATION,
    VERDICT_NO_ACTIVITY,    VERDICT_UNDECIDED,       VERDICT_LEAK_GROWS,   VERDICT_LEAK_EXPIRED,
    VERDICT_LEAK_CONTAINER, VERDICT_LEAK_UNREACHABLE};

double summary_figure(const struct result_run *run, enum result_figure_name figure)
{
    return sources[figure].value(run, sources[figure].offset);
}

double summary_speed_figure(const struct result_speed *speed, enum result_figure_name figure)
{
    return sources[figure].value(speed, sources[figure].offset);
}

static bool is_of(const struct result_run *run, const char *workload)
{
    return strcmp(run->workload, workload) == 0;
}

static size_t run_values(const struct result *result, const char *workload,
                         enum result_figure_name figure, double values[STATS_VALUES_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < result->run_count && count < STATS_VALUES_MAX; i++)
        if (is_of(result->runs[i], workload) && result->runs[i]->status != RUN_FAILED)
            values[count++] = summary_figure(result->runs[i], figure);
    return count;
}

static size_t speed_values(const struct result *result, const char *workload,
                           enum result_figure_name figure, double values[STATS_VALUES_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < result->speed_count && count < STATS_VALUES_MAX; i++)
        if (strcmp(result->speeds[i].workload, workload) == 0 &&
            summary_speed_counts(&result->speeds[i], figure))
            values[count++] = summary_speed_figure(&result->speeds[i], figure);
    return count;
}

/* Speeds are those of the repetitions, everything else is of the runs. */
static struct result_figure figure_make(const struct result *result, const char *workload,
                                        enum result_figure_name figure)
{
    double values[STATS_VALUES_MAX];
    size_t count = sources[figure].speed ? speed_values(result, workload, figure, values)
                                         : run_values(result, workload, figure, values);
    struct stats_interval interval = stats_median_interval(values, count, result->made_by.seed);
    return (struct result_figure){interval.value, interval.low, interval.high, count};
}

static void counts_make(struct result_summary *summary, const struct result *result)
{
    for (size_t i = 0; i < result->run_count; i++) {
        const struct result_run *run = result->runs[i];
        if (strcmp(run->workload, summary->workload) != 0)
            continue;
        summary->runs++;
        summary->failed += run->status == RUN_FAILED;
        summary->capped += run->status == RUN_CAPPED;
        if (run->status == RUN_FAILED)
            continue;
        summary->verdicts[run->verdict.class]++;
    }
    for (size_t i = 0; i < result->speed_count; i++)
        summary->bottlenecked += result->speeds[i].bottleneck &&
                                 strcmp(result->speeds[i].workload, summary->workload) == 0;
}

static enum verdict_class class_choose(const struct result_summary *summary)
{
    enum verdict_class chosen = VERDICT_UNDECIDED;
    uint64_t most = 0;
    for (size_t i = 0; i < VERDICT_CLASSES; i++)
        if (summary->verdicts[by_gravity[i]] > 0 && summary->verdicts[by_gravity[i]] >= most) {
            chosen = by_gravity[i];
            most = summary->verdicts[chosen];
        }
    return chosen;
}

/* The run of the chosen class that is nearest to the median growth. */
const struct result_run *summary_representative(const struct result *result,
                                                const struct result_summary *summary)
{
    double median = summary->figures[FIGURE_BYTES_PER_REQUEST].median, nearest = INFINITY;
    const struct result_run *chosen = NULL;
    for (size_t i = 0; i < result->run_count; i++) {
        const struct result_run *run = result->runs[i];
        double distance = fabs(run->verdict.bytes_per_request - median);
        if (is_of(run, summary->workload) && run->status != RUN_FAILED &&
            run->verdict.class == summary->class && distance < nearest) {
            chosen = run;
            nearest = distance;
        }
    }
    return chosen;
}

static void words_make(struct result_summary *summary, const struct result *result)
{
    const struct result_run *representative = summary_representative(result, summary);
    if (representative != NULL)
        memcpy(summary->words, representative->verdict.words, sizeof summary->words);
}

const struct result_summary *summary_find(const struct result *result, const char *workload)
{
    for (size_t i = 0; i < result->summary_count; i++)
        if (strcmp(result->summaries[i].workload, workload) == 0)
            return &result->summaries[i];
    return NULL;
}

void summary_make(struct result *result)
{
    memory_free(result->summaries);
    result->summaries =
        memory_alloc_zeroed(result->zone, (result->run_count + 1) * sizeof *result->summaries);
    result->summary_count = 0;
    for (size_t i = 0; i < result->run_count; i++) {
        if (summary_find(result, result->runs[i]->workload) != NULL)
            continue;
        struct result_summary *summary = &result->summaries[result->summary_count++];
        memcpy(summary->workload, result->runs[i]->workload, sizeof summary->workload);
        counts_make(summary, result);
        for (size_t j = 0; j < RESULT_FIGURES; j++)
            summary->figures[j] =
                figure_make(result, summary->workload, (enum result_figure_name)j);
        summary->class = class_choose(summary);
        words_make(summary, result);
    }
}
