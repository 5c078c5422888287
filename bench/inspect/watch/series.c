/* series.c - stores samples and passes them to the judge of bench/stats. */
#include "series.h"

#include "stats_slope.h"
#include "units.h"
#include "verdict.h"
#include "xmalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const series_names[SERIES_FIGURES] = {
    [SERIES_RSS] = "rss",
    [SERIES_PSS] = "pss",
    [SERIES_ANONYMOUS] = "anonymous",
    [SERIES_VSZ] = "vsz",
};

void series_init(struct series *series, bool by_request)
{
    memset(series, 0, sizeof *series);
    series->by_request = by_request;
    series->stride = 1;
    series->given.class = VERDICT_UNDECIDED;
    series->given_each = 1;
}

static void series_thin(struct series *series)
{
    for (size_t i = 0; i < SERIES_CAPACITY / 2; i++)
        series->samples[i] = series->samples[2 * i];
    series->count = SERIES_CAPACITY / 2;
    series->stride *= 2;
}

void series_add(struct series *series, const struct series_sample *sample)
{
    for (size_t f = 0; f < SERIES_FIGURES; f++)
        if (series_value(sample, f) > series->peaks[f])
            series->peaks[f] = series_value(sample, f);
    series->last = *sample;
    series->has_rollup |= sample->has_rollup;
    if (series->added++ % series->stride != 0)
        return;
    if (series->count == SERIES_CAPACITY)
        series_thin(series);
    series->samples[series->count++] = *sample;
}

uint64_t series_value(const struct series_sample *sample, enum series_figure figure)
{
    const uint64_t values[SERIES_FIGURES] = {
        [SERIES_RSS] = sample->process.rss_bytes,
        [SERIES_PSS] = sample->rollup.pss_bytes,
        [SERIES_ANONYMOUS] = sample->process.anonymous_bytes,
        [SERIES_VSZ] = sample->process.vsz_bytes,
    };
    return values[figure];
}

static bool needs_rollup(enum series_figure figure)
{
    return figure == SERIES_PSS;
}

bool series_has(const struct series *series, enum series_figure figure)
{
    return series->has_rollup || !needs_rollup(figure);
}

double series_x(const struct series *series, const struct series_sample *sample)
{
    return series->by_request ? (double)sample->requests
                              : (double)sample->time_ns / (double)NS_PER_SECOND;
}

/* Indices of the samples in the second half of x that hold the figure; returns how many. */
static size_t second_half(const struct series *series, enum series_figure figure,
                          size_t indices[SERIES_CAPACITY])
{
    size_t count = 0;
    double middle = series_x(series, &series->last) * VERDICT_WARMUP_SHARE;
    for (size_t i = 0; i < series->count; i++) {
        const struct series_sample *sample = &series->samples[i];
        if (series_x(series, sample) >= middle && (sample->has_rollup || !needs_rollup(figure)))
            indices[count++] = i;
    }
    return count;
}

static const char *x_unit(const struct series *series)
{
    return series->by_request ? "request" : "second";
}

/* How many such units one request of the samples is, as samples_make makes them. */
static double x_each(const struct series *series)
{
    return series->by_request ? 1
                              : (double)series->last.time_ns / (double)NS_PER_SECOND / SERIES_TICKS;
}

/* The samples as those of a run; released by the caller. */
static struct result_sample *samples_make(const struct series *series)
{
    struct result_sample *samples = xcalloc(series->count + 1, sizeof *samples);
    double per_tick_ns = fmax(1, (double)series->last.time_ns / SERIES_TICKS);
    for (size_t i = 0; i < series->count; i++) {
        const struct series_sample *sample = &series->samples[i];
        samples[i].time_ns = sample->time_ns;
        samples[i].requests = series->by_request
                                  ? sample->requests
                                  : (uint64_t)((double)sample->time_ns / per_tick_ns);
        samples[i].rss_bytes = sample->process.rss_bytes;
        samples[i].anonymous_bytes = sample->process.anonymous_bytes;
        samples[i].vsz_bytes = sample->process.vsz_bytes;
        samples[i].page_table_bytes = sample->process.page_table_bytes;
        samples[i].descriptors = sample->process.descriptors;
        samples[i].threads = sample->process.threads;
        samples[i].cpu_ns = sample->process.cpu_ns;
    }
    return samples;
}

/* look 0: it is judged only once. */
static void samples_judge(struct series *series, unsigned look)
{
    static const struct result_limits no_limits = {0};
    struct result_sample *samples = samples_make(series);
    series->look = look;
    series->given_each = x_each(series);
    verdict_give_look(&series->given, samples, series->count, &no_limits, look);
    free(samples);
}

void series_look(struct series *series)
{
    unsigned look = verdict_look(series->last.time_ns, SERIES_LOOK_NS);
    if (look > series->look)
        samples_judge(series, look);
}

void series_end(struct series *series)
{
    samples_judge(series, series->look > 0 ? series->look + 1 : 0);
}

/* Each point is the mean of about count / STATS_POINTS_MAX neighbouring samples. */
static struct stats_interval points_slope(const struct series *series, enum series_figure figure)
{
    struct stats_points points = {0};
    size_t indices[SERIES_CAPACITY], count = second_half(series, figure, indices);
    points.count = count < STATS_POINTS_MAX ? count : STATS_POINTS_MAX;
    for (size_t p = 0; p < points.count; p++) {
        size_t from = p * count / points.count, to = (p + 1) * count / points.count;
        for (size_t i = from; i < to; i++) {
            const struct series_sample *sample = &series->samples[indices[i]];
            points.x[p] += series_x(series, sample) / (double)(to - from);
            points.y[p] += (double)series_value(sample, figure) / (double)(to - from);
        }
    }
    return stats_slope(&points);
}

/* The growth that decided the verdict. */
static struct stats_interval verdict_slope(const struct series *series)
{
    const struct result_verdict *given = &series->given;
    double each = series->given_each;
    return (struct stats_interval){given->bytes_per_request / each, given->low / each,
                                   given->high / each};
}

struct stats_interval series_slope(const struct series *series, enum series_figure figure)
{
    return figure == SERIES_RSS ? verdict_slope(series) : points_slope(series, figure);
}

size_t series_growths(const struct series *series, char words[RESOURCES][RESULT_WORDS_BYTES])
{
    struct result_sample *samples = samples_make(series);
    size_t count = 0;
    for (enum resource resource = 0; resource < RESOURCES; resource++) {
        struct resource_growth growth = resource_growth_find(samples, series->count, resource);
        if (growth.grows)
            resource_growth_describe(&growth, resource, x_unit(series), x_each(series),
                                     words[count++]);
    }
    free(samples);
    return count;
}

/* Requests per second; 1 where x is the time. */
static double x_rate(const struct series *series)
{
    double seconds = (double)series->last.time_ns / (double)NS_PER_SECOND;
    return seconds > 0 ? series_x(series, &series->last) / seconds : 0;
}

static void time_left_find(const struct series *series, uint64_t limit_bytes,
                           struct series_verdict *verdict)
{
    uint64_t now_bytes = series->last.process.rss_bytes;
    double rate = x_rate(series);
    verdict->limit_passed = limit_bytes > 0 && now_bytes >= limit_bytes;
    if (!verdict->growing || limit_bytes == 0 || verdict->limit_passed || rate <= 0)
        return;
    double left_ns = (double)(limit_bytes - now_bytes) / rate * (double)NS_PER_SECOND;
    verdict->left_ns = left_ns / verdict->slope.value;
    verdict->left_low_ns = left_ns / verdict->slope.high;
    verdict->left_high_ns = left_ns / verdict->slope.low;
}

static void growth_format(const struct series *series, const struct series_verdict *verdict,
                          char words[RESULT_WORDS_BYTES])
{
    char value[UNITS_TEXT_BYTES], low[UNITS_TEXT_BYTES], high[UNITS_TEXT_BYTES];
    snprintf(words, RESULT_WORDS_BYTES, "grows by %s per %s (%s to %s)",
             units_format_size(value, verdict->slope.value), x_unit(series),
             units_format_size(low, verdict->slope.low),
             units_format_size(high, verdict->slope.high));
}

static void limit_format(const struct series *series, uint64_t limit_bytes,
                         const struct series_verdict *verdict, char *words, size_t bytes)
{
    char limit[UNITS_TEXT_BYTES], left[UNITS_TEXT_BYTES], low[UNITS_TEXT_BYTES];
    char high[UNITS_TEXT_BYTES];
    units_format_size(limit, (double)limit_bytes);
    if (verdict->limit_passed)
        snprintf(words, bytes, "; it is beyond the limit of %s", limit);
    else if (verdict->left_ns > 0)
        snprintf(words, bytes, "; reaches %s in %s (%s to %s)%s", limit,
                 units_format_duration(left, verdict->left_ns),
                 units_format_duration(low, verdict->left_low_ns),
                 units_format_duration(high, verdict->left_high_ns),
                 series->by_request ? " at this rate" : "");
}

static void undecided_format(const struct series *series, const struct series_verdict *verdict,
                             char words[RESULT_WORDS_BYTES])
{
    const struct result_verdict *given = &series->given;
    char low[UNITS_TEXT_BYTES], high[UNITS_TEXT_BYTES];
    if (given->judged_samples < VERDICT_SAMPLES_MIN)
        snprintf(words, RESULT_WORDS_BYTES, "undecided: too short; watch longer");
    else
        snprintf(words, RESULT_WORDS_BYTES, "%s between %s and %s per %s%s; watch longer",
                 given->class == VERDICT_WARMING ? "growth slows down:" : "undecided: growth is",
                 units_format_size(low, verdict->slope.low),
                 units_format_size(high, verdict->slope.high), x_unit(series),
                 given->steady || verdict->slope.low <= 0 ? "" : ", but not steady");
}

static void bounded_format(const struct series *series, const struct series_verdict *verdict,
                           char words[RESULT_WORDS_BYTES])
{
    char level[UNITS_TEXT_BYTES], high[UNITS_TEXT_BYTES];
    units_format_size(level, (double)series->given.peak_bytes);
    if (verdict->slope.high > 0)
        snprintf(words, RESULT_WORDS_BYTES, "bounded at %s: grows by at most %s per %s", level,
                 units_format_size(high, ceil(verdict->slope.high)), x_unit(series));
    else
        snprintf(words, RESULT_WORDS_BYTES, "bounded at %s: it does not grow", level);
}

static void no_activity_format(const struct series *series, char words[RESULT_WORDS_BYTES])
{
    if (series->by_request)
        snprintf(words, RESULT_WORDS_BYTES, "no activity: the counter grew by %llu; needs %d",
                 (unsigned long long)series->last.requests, 2 * VERDICT_REQUESTS_MIN);
    else
        snprintf(words, RESULT_WORDS_BYTES, "no activity: hardly any CPU time was used");
}

static void verdict_format(const struct series *series, const struct series_verdict *verdict,
                           char words[RESULT_WORDS_BYTES])
{
    bool too_short = series->given.judged_samples < VERDICT_SAMPLES_MIN;
    if (verdict->class == VERDICT_NO_ACTIVITY && (series->by_request || !too_short))
        no_activity_format(series, words);
    else if (verdict->growing)
        growth_format(series, verdict, words);
    else if (verdict->class == VERDICT_BOUNDED)
        bounded_format(series, verdict, words);
    else
        undecided_format(series, verdict, words);
}

void series_judge(const struct series *series, uint64_t limit_bytes, struct series_verdict *verdict)
{
    *verdict =
        (struct series_verdict){.class = series->given.class, .slope = verdict_slope(series)};
    verdict->growing = verdict_is_leak(verdict->class) && verdict->slope.low > 0;
    time_left_find(series, limit_bytes, verdict);
    verdict_format(series, verdict, verdict->words);
    size_t length = strlen(verdict->words);
    limit_format(series, limit_bytes, verdict, verdict->words + length,
                 sizeof verdict->words - length);
}
