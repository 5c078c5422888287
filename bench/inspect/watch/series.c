/* series.c - keeps samples, and asks bench/judge what they say. */
#include "series.h"

#include "memory.h"
#include "units.h"
#include "verdict.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const series_names[SERIES_FIGURES] = {
    [SERIES_RSS] = "rss",
    [SERIES_PSS] = "pss",
    [SERIES_ANONYMOUS] = "anonymous",
    [SERIES_VSZ] = "vsz",
};

void series_begin(struct series *series, bool counted)
{
    memset(series, 0, sizeof *series);
    series->counted = counted;
    series->stride = 1;
}

static void series_thin(struct series *series)
{
    for (size_t i = 0; i < SERIES_ROOM / 2; i++)
        series->samples[i] = series->samples[2 * i];
    series->count = SERIES_ROOM / 2;
    series->stride *= 2;
}

void series_add(struct series *series, const struct series_sample *sample)
{
    for (size_t f = 0; f < SERIES_FIGURES; f++)
        if (series_value(sample, f) > series->peaks[f])
            series->peaks[f] = series_value(sample, f);
    series->last = *sample;
    series->rollup_known |= sample->rolled;
    if (series->offered++ % series->stride != 0)
        return;
    if (series->count == SERIES_ROOM)
        series_thin(series);
    series->samples[series->count++] = *sample;
}

uint64_t series_value(const struct series_sample *sample, enum series_figure figure)
{
    const uint64_t values[SERIES_FIGURES] = {
        [SERIES_RSS] = sample->process.rss_bytes,
        [SERIES_PSS] = sample->rollup.pss_bytes,
        [SERIES_ANONYMOUS] = sample->rollup.anonymous_bytes,
        [SERIES_VSZ] = sample->process.vsz_bytes,
    };
    return values[figure];
}

double series_x(const struct series *series, const struct series_sample *sample)
{
    return series->counted ? (double)sample->count
                           : (double)sample->time_ns / (double)NS_PER_SECOND;
}

static bool figure_rolled(enum series_figure figure)
{
    return figure == SERIES_PSS || figure == SERIES_ANONYMOUS;
}

/* Those of the second half of x that tell the figure: their number, and the places of the first
 * and the last of STATS_POINTS_MAX parts are found in `places`. */
static size_t places_find(const struct series *series, enum series_figure figure,
                          size_t places[SERIES_ROOM])
{
    size_t count = 0;
    double middle = series_x(series, &series->last) * VERDICT_WARMUP_SHARE;
    for (size_t i = 0; i < series->count; i++) {
        const struct series_sample *sample = &series->samples[i];
        if (series_x(series, sample) >= middle && (sample->rolled || !figure_rolled(figure)))
            places[count++] = i;
    }
    return count;
}

struct stats_interval series_slope(const struct series *series, enum series_figure figure)
{
    struct stats_points points = {0};
    size_t places[SERIES_ROOM], count = places_find(series, figure, places);
    points.count = count < STATS_POINTS_MAX ? count : STATS_POINTS_MAX;
    for (size_t p = 0; p < points.count; p++) {
        size_t from = p * count / points.count, to = (p + 1) * count / points.count;
        for (size_t i = from; i < to; i++) {
            const struct series_sample *sample = &series->samples[places[i]];
            points.x[p] += series_x(series, sample) / (double)(to - from);
            points.y[p] += (double)series_value(sample, figure) / (double)(to - from);
        }
    }
    return stats_slope(&points);
}

static void verdict_ask(const struct series *series, struct result_verdict *verdict)
{
    static const struct result_limits no_limits = {0};
    struct memory_zone *zone = memory_zone_create();
    struct result_sample *samples =
        memory_alloc_zeroed(zone, (series->count + 1) * sizeof *samples);
    for (size_t i = 0; i < series->count; i++) {
        const struct series_sample *sample = &series->samples[i];
        samples[i].time_ns = sample->time_ns;
        samples[i].requests = series->counted ? sample->count : sample->time_ns / SERIES_TICK_NS;
        samples[i].rss_bytes = sample->process.rss_bytes;
        samples[i].vsz_bytes = sample->process.vsz_bytes;
    }
    verdict_give(verdict, samples, series->count, &no_limits);
    memory_free(samples);
    memory_zone_destroy(zone);
}

/* How many counts a second; without a counter, seconds in a second. */
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
    verdict->passed = limit_bytes > 0 && now_bytes >= limit_bytes;
    if (!verdict->growing || limit_bytes == 0 || verdict->passed || rate <= 0)
        return;
    double left_ns = (double)(limit_bytes - now_bytes) / rate * (double)NS_PER_SECOND;
    verdict->left_ns = left_ns / verdict->slope.value;
    verdict->left_low_ns = left_ns / verdict->slope.high;
    verdict->left_high_ns = left_ns / verdict->slope.low;
}

static void growth_say(const struct series *series, const struct series_verdict *verdict,
                       char words[RESULT_WORDS_BYTES])
{
    char value[UNITS_TEXT_BYTES], low[UNITS_TEXT_BYTES], high[UNITS_TEXT_BYTES];
    snprintf(words, RESULT_WORDS_BYTES, "grows, beyond doubt: %s (%s to %s) per %s",
             units_format_size(value, verdict->slope.value),
             units_format_size(low, verdict->slope.low),
             units_format_size(high, verdict->slope.high), series->counted ? "request" : "second");
}

static void limit_say(const struct series *series, uint64_t limit_bytes,
                      const struct series_verdict *verdict, char *words, size_t room)
{
    char limit[UNITS_TEXT_BYTES], left[UNITS_TEXT_BYTES], low[UNITS_TEXT_BYTES];
    char high[UNITS_TEXT_BYTES];
    units_format_size(limit, (double)limit_bytes);
    if (verdict->passed)
        snprintf(words, room, "; it is beyond the limit of %s", limit);
    else if (verdict->left_ns > 0)
        snprintf(words, room, "; reaches %s in %s (%s to %s)%s", limit,
                 units_format_duration(left, verdict->left_ns),
                 units_format_duration(low, verdict->left_low_ns),
                 units_format_duration(high, verdict->left_high_ns),
                 series->counted ? " at this rate" : "");
}

static void undecided_say(const struct series *series, const struct result_verdict *verdict,
                          char words[RESULT_WORDS_BYTES])
{
    char growth[UNITS_TEXT_BYTES];
    if (series->counted && series->last.count == 0)
        snprintf(words, RESULT_WORDS_BYTES, "undecided: the counter has not moved");
    else if (verdict->judged_samples < VERDICT_SAMPLES_MIN)
        snprintf(words, RESULT_WORDS_BYTES, "undecided: too short; watch longer");
    else
        snprintf(words, RESULT_WORDS_BYTES,
                 "undecided: rss changed by %s%s in the second half, but %s; watch longer",
                 verdict->last_bytes < verdict->first_bytes ? "-" : "",
                 units_format_size(
                     growth, fabs((double)verdict->last_bytes - (double)verdict->first_bytes)),
                 verdict->steady ? "it may be chance" : "not steadily");
}

void series_judge(const struct series *series, uint64_t limit_bytes, struct series_verdict *verdict)
{
    struct result_verdict given;
    char level[UNITS_TEXT_BYTES];
    size_t length;
    verdict_ask(series, &given);
    if (series->counted && series->last.count == 0) /* nothing can be said over requests */
        given.class = VERDICT_UNDECIDED;
    *verdict =
        (struct series_verdict){.class = given.class, .slope = series_slope(series, SERIES_RSS)};
    verdict->growing = verdict_is_leak(given.class) && verdict->slope.low > 0;
    time_left_find(series, limit_bytes, verdict);
    if (verdict->growing)
        growth_say(series, verdict, verdict->words);
    else if (given.class == VERDICT_BOUNDED)
        snprintf(verdict->words, sizeof verdict->words, "does not grow: bounded at %s",
                 units_format_size(level, (double)given.peak_bytes));
    else
        undecided_say(series, &given, verdict->words);
    length = strlen(verdict->words);
    limit_say(series, limit_bytes, verdict, verdict->words + length,
              sizeof verdict->words - length);
}
