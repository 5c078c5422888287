/* verdict.c - from samples to a class, figures and words. */
#include "verdict.h"

#include "stats.h"
#include "units.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* One figure over the requests, after the warm-up. */
struct curve {
    struct stats_interval slope;
    double growth_bytes; /* over all that is judged, along the slope */
    bool steady;
};

struct evidence {
    const struct result_sample *samples; /* those that are judged */
    size_t count;
    double requests; /* from the first to the last of them */
    const struct result_limits *limits;
    bool limited, limits_kept, full, turned_over;
    size_t layer; /* the one that the verdict speaks of */
    struct curve total, accounted, overhead, unaccounted;
    struct curve late; /* the accounted one, from VERDICT_LATE_SHARE on */
};

/* A figure: one layer, or what it has beyond another. */
struct figure {
    size_t layer, beyond;
};
#define NOTHING RESULT_LAYERS

enum {
    LAYER_ENTRIES,
    LAYER_PAYLOAD,
    LAYER_CACHE,
    LAYER_ZONE_ALLOCATED,
    LAYER_ALLOCATED,
    LAYER_ACTIVE,
    LAYER_RESIDENT,
    LAYER_RSS,
    LAYER_VSZ,
};

static const size_t layer_offsets[RESULT_LAYERS] = {
    [LAYER_ENTRIES] = offsetof(struct result_sample, entries),
    [LAYER_PAYLOAD] = offsetof(struct result_sample, payload_bytes),
    [LAYER_CACHE] = offsetof(struct result_sample, cache_bytes),
    [LAYER_ZONE_ALLOCATED] = offsetof(struct result_sample, zone_allocated_bytes),
    [LAYER_ALLOCATED] = offsetof(struct result_sample, allocated_bytes),
    [LAYER_ACTIVE] = offsetof(struct result_sample, active_bytes),
    [LAYER_RESIDENT] = offsetof(struct result_sample, resident_bytes),
    [LAYER_RSS] = offsetof(struct result_sample, rss_bytes),
    [LAYER_VSZ] = offsetof(struct result_sample, vsz_bytes),
};

static double layer_value(const struct result_sample *sample, size_t layer)
{
    if (layer == NOTHING)
        return 0;
    return (double)*(const uint64_t *)((const char *)sample + layer_offsets[layer]);
}

static double figure_value(const struct result_sample *sample, struct figure figure)
{
    return layer_value(sample, figure.layer) - layer_value(sample, figure.beyond);
}

/* The first of these that the server could tell. */
static size_t layer_choose(const struct result_sample *last)
{
    static const size_t wanted[] = {LAYER_ALLOCATED, LAYER_ZONE_ALLOCATED};
    for (size_t i = 0; i < COUNT_OF(wanted); i++)
        if (layer_value(last, wanted[i]) > 0)
            return wanted[i];
    return LAYER_RSS;
}

/* Averages neighbours until few enough points are left. */
static void points_make(struct stats_points *points, const struct evidence *evidence,
                        struct figure figure)
{
    points->count = evidence->count < STATS_POINTS_MAX ? evidence->count : STATS_POINTS_MAX;
    for (size_t i = 0; i < points->count; i++) {
        size_t from = i * evidence->count / points->count;
        size_t to = (i + 1) * evidence->count / points->count;
        points->x[i] = points->y[i] = 0;
        for (size_t j = from; j < to; j++) {
            points->x[i] += (double)evidence->samples[j].requests / (double)(to - from);
            points->y[i] += figure_value(&evidence->samples[j], figure) / (double)(to - from);
        }
    }
}

static double part_median(const double *values, size_t count, size_t part)
{
    double copy[STATS_POINTS_MAX];
    size_t from = part * count / VERDICT_PARTS, to = (part + 1) * count / VERDICT_PARTS;
    memcpy(copy, values + from, (to - from) * sizeof *values);
    return stats_median(copy, to - from);
}

/* Whether all steps from part to part but one are worth the name. */
static bool points_steady(const struct stats_points *points)
{
    double x[VERDICT_PARTS], y[VERDICT_PARTS];
    size_t last = VERDICT_PARTS - 1, small = 0;
    if (points->count < VERDICT_PARTS)
        return false;
    for (size_t i = 0; i < VERDICT_PARTS; i++) {
        x[i] = part_median(points->x, points->count, i);
        y[i] = part_median(points->y, points->count, i);
    }
    for (size_t i = 0; i < last; i++)
        small += (y[i + 1] - y[i]) * (x[last] - x[0]) <=
                 VERDICT_STEP_SHARE * (y[last] - y[0]) * (x[i + 1] - x[i]);
    return small <= 1;
}

static struct curve curve_draw(const struct evidence *evidence, struct figure figure)
{
    struct stats_points points;
    points_make(&points, evidence, figure);
    struct curve curve = {.slope = stats_slope(&points), .steady = points_steady(&points)};
    curve.growth_bytes = curve.slope.value * evidence->requests;
    return curve;
}

/* Beyond doubt, of a size that matters, and going on. */
static bool curve_leaks(const struct curve *curve)
{
    return curve->slope.low > 0 && curve->slope.value >= VERDICT_LEAK_BYTES_PER_REQUEST &&
           curve->growth_bytes >= VERDICT_NOISE_BYTES && curve->steady;
}

/* Even at the upper end of what the slope well may be, it is not worth the name. */
static bool curve_flat(const struct curve *curve, double requests, double tolerated_bytes)
{
    const struct stats_interval *slope = &curve->slope;
    double highest = slope->value + VERDICT_FLAT_REACH * (slope->high - slope->value);
    return highest * requests < fmax(tolerated_bytes, VERDICT_LEAK_BYTES_PER_REQUEST * requests);
}

static bool unaccounted_flat(const struct evidence *evidence)
{
    double level = layer_value(&evidence->samples[evidence->count - 1], evidence->layer);
    return curve_flat(&evidence->unaccounted, evidence->requests,
                      fmax(VERDICT_NOISE_BYTES, VERDICT_FLAT_SHARE * level));
}

/* What a cache holds comes and goes with its entries; a share of it says nothing. */
static bool accounts_flat(const struct evidence *evidence)
{
    double level = layer_value(&evidence->samples[evidence->count - 1], LAYER_CACHE);
    double tolerated = fmax(VERDICT_NOISE_BYTES, VERDICT_FLAT_CACHE_SHARE * level);
    return curve_flat(&evidence->accounted, evidence->requests, tolerated) ||
           curve_flat(&evidence->late, evidence->requests, tolerated);
}

/* Misses up to a time, between samples as on a line. */
static double misses_at(const struct result_sample *samples, size_t count, uint64_t time_ns)
{
    size_t after = 0;
    while (after < count && samples[after].time_ns < time_ns)
        after++;
    if (after == count || samples[after].time_ns == time_ns)
        return (double)samples[after == count ? count - 1 : after].misses;
    struct result_sample before = {0};
    if (after > 0)
        before = samples[after - 1];
    double share =
        (double)(time_ns - before.time_ns) / (double)(samples[after].time_ns - before.time_ns);
    return (double)before.misses + share * (double)(samples[after].misses - before.misses);
}

/* No more entries than came within their age. */
static bool age_kept(const struct result_sample *samples, size_t count,
                     const struct result_sample *sample, uint64_t ttl_ns)
{
    uint64_t age_ns = ttl_ns + VERDICT_AGE_SLACK_NS;
    double before =
        sample->time_ns > age_ns ? misses_at(samples, count, sample->time_ns - age_ns) : 0;
    return (double)sample->entries <= (double)sample->misses - before;
}

static bool limits_are_kept(const struct evidence *evidence, const struct result_sample *samples,
                            size_t count)
{
    const struct result_limits *limits = evidence->limits;
    for (size_t i = 0; i < evidence->count; i++) {
        const struct result_sample *sample = &evidence->samples[i];
        if ((limits->capacity_entries > 0 && sample->entries > limits->capacity_entries) ||
            (limits->capacity_bytes > 0 && sample->cache_bytes > limits->capacity_bytes) ||
            (limits->ttl_ns > 0 && !age_kept(samples, count, sample, limits->ttl_ns)))
            return false;
    }
    return true;
}

/* How much of a limited capacity is used, from 0 to 1. */
static double fullness(const struct result_sample *sample, const struct result_limits *limits)
{
    double used = 0;
    if (limits->capacity_entries > 0)
        used = (double)sample->entries / (double)limits->capacity_entries;
    if (limits->capacity_bytes > 0)
        used = fmax(used, (double)sample->cache_bytes / (double)limits->capacity_bytes);
    return used;
}

/* Skips the warm-up: a share of the requests, and the time until anything can have expired. */
static void evidence_cut(struct evidence *evidence, const struct result_sample *samples,
                         size_t count)
{
    double warm = count == 0 ? 0 : VERDICT_WARMUP_SHARE * (double)samples[count - 1].requests;
    uint64_t ttl_ns = evidence->limits->ttl_ns;
    uint64_t warm_ns = ttl_ns > 0 ? ttl_ns + VERDICT_AGE_SLACK_NS : 0;
    size_t first = 0;
    while (first < count &&
           ((double)samples[first].requests < warm || samples[first].time_ns < warm_ns))
        first++;
    evidence->samples = samples + first;
    evidence->count = count - first;
}

/* What a cache holds may still have changed as it warmed up or as the workload turned; then it is
 * enough that it has come to rest. */
static struct curve late_draw(const struct evidence *evidence)
{
    struct evidence late = *evidence;
    size_t skipped = (size_t)(VERDICT_LATE_SHARE * (double)evidence->count);
    late.samples += skipped;
    late.count -= skipped;
    late.requests = (double)(late.samples[late.count - 1].requests - late.samples[0].requests);
    return curve_draw(&late, (struct figure){LAYER_CACHE, NOTHING});
}

static void evidence_collect(struct evidence *evidence, const struct result_sample *samples,
                             size_t count)
{
    const struct result_limits *limits = evidence->limits;
    const struct result_sample *last = &evidence->samples[evidence->count - 1];
    evidence->requests = (double)(last->requests - evidence->samples[0].requests);
    evidence->layer = layer_choose(last);
    evidence->limited = limits->capacity_entries || limits->capacity_bytes || limits->ttl_ns;
    evidence->limits_kept = limits_are_kept(evidence, samples, count);
    evidence->turned_over =
        evidence->samples[0].evictions >= VERDICT_TURNOVERS * limits->capacity_entries;
    evidence->full = fullness(last, limits) >= VERDICT_FULL_SHARE;
    evidence->total = curve_draw(evidence, (struct figure){evidence->layer, NOTHING});
    evidence->accounted = curve_draw(evidence, (struct figure){LAYER_CACHE, NOTHING});
    evidence->overhead = curve_draw(evidence, (struct figure){LAYER_CACHE, LAYER_PAYLOAD});
    evidence->late = late_draw(evidence);
    evidence->unaccounted = curve_draw(evidence, (struct figure){evidence->layer, LAYER_CACHE});
}

/* A full cache that keeps its number of entries may still hold larger ones than before; what it
 * spends beyond them may not grow. */
static enum verdict_class limited_class(const struct evidence *evidence)
{
    const struct result_limits *limits = evidence->limits;
    if (limits->capacity_bytes > 0 || (limits->capacity_entries > 0 && !evidence->full))
        return evidence->full ? VERDICT_BOUNDED : VERDICT_WARMING;
    if (limits->capacity_entries > 0 && curve_leaks(&evidence->overhead))
        return evidence->turned_over ? VERDICT_LEAK : VERDICT_WARMING;
    return VERDICT_BOUNDED;
}

static enum verdict_class evidence_class(const struct evidence *evidence)
{
    if (curve_leaks(&evidence->unaccounted))
        return VERDICT_LEAK;
    bool forgiven = evidence->limited && evidence->limits_kept;
    if (curve_leaks(&evidence->accounted))
        return forgiven ? limited_class(evidence) : VERDICT_LEAK;
    if (unaccounted_flat(evidence) && (forgiven || accounts_flat(evidence)))
        return VERDICT_BOUNDED;
    return VERDICT_UNDECIDED;
}

static struct result_slope slope_of(const struct stats_interval *slope)
{
    return (struct result_slope){slope->value, slope->low, slope->high};
}

static void verdict_fill(struct result_verdict *verdict, const struct evidence *evidence)
{
    const struct stats_interval *slope = &evidence->total.slope;
    verdict->bytes_per_request = slope->value;
    verdict->low = slope->low;
    verdict->high = slope->high;
    verdict->first_bytes = (uint64_t)layer_value(evidence->samples, evidence->layer);
    for (size_t i = 0; i < evidence->count; i++) {
        verdict->last_bytes = (uint64_t)layer_value(&evidence->samples[i], evidence->layer);
        if (verdict->last_bytes > verdict->peak_bytes)
            verdict->peak_bytes = verdict->last_bytes;
    }
    verdict->judged_requests = (uint64_t)evidence->requests;
    verdict->steady = evidence->total.steady;
    verdict->limits_kept = evidence->limits_kept;
    verdict->unaccounted = slope_of(&evidence->unaccounted.slope);
    for (size_t i = 0; i < RESULT_LAYERS; i++) {
        struct curve curve = curve_draw(evidence, (struct figure){i, NOTHING});
        verdict->layers[i] = slope_of(&curve.slope);
    }
}

__attribute__((format(printf, 2, 3))) static void words_say(struct result_verdict *verdict,
                                                            const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(verdict->words, sizeof verdict->words, format, arguments);
    va_end(arguments);
}

static void leak_say(struct result_verdict *verdict)
{
    char limit[UNITS_TEXT_BYTES], time[UNITS_TEXT_BYTES], rate[UNITS_TEXT_BYTES];
    double per_request = verdict->bytes_per_request;
    double seconds = VERDICT_WORDS_LIMIT_BYTES / per_request / VERDICT_WORDS_RATE_RPS;
    words_say(verdict, "leaks %.*f B/request: %s in %s at %s req/s", per_request < 10 ? 1 : 0,
              per_request, units_format_size(limit, VERDICT_WORDS_LIMIT_BYTES),
              units_format_duration(time, seconds * (double)NS_PER_SECOND),
              units_format_count(rate, (uint64_t)VERDICT_WORDS_RATE_RPS));
}

static void warming_say(struct result_verdict *verdict, const struct evidence *evidence)
{
    char now[UNITS_TEXT_BYTES], left[UNITS_TEXT_BYTES];
    if (evidence->full) {
        words_say(verdict, "still fills: full at %s, but what it remembers of departed keys grows",
                  units_format_size(now, (double)verdict->last_bytes));
        return;
    }
    const struct result_sample *last = &evidence->samples[evidence->count - 1];
    double used = fullness(last, evidence->limits);
    double bytes = (double)last->cache_bytes * (1 / fmax(used, 1e-9) - 1);
    double requests = bytes / evidence->accounted.slope.value;
    words_say(verdict, "still fills: %.0f %% of its capacity at %s, full in some %s requests",
              100 * used, units_format_size(now, (double)verdict->last_bytes),
              units_format_count(left, (uint64_t)requests));
}

static void undecided_say(struct result_verdict *verdict, const struct evidence *evidence)
{
    char growth[UNITS_TEXT_BYTES];
    const struct curve *total = &evidence->total;
    if (total->slope.low > 0 && !total->steady)
        words_say(verdict, "undecided: grew by %s, but not steadily; needs a longer run",
                  units_format_size(growth, total->growth_bytes));
    else
        words_say(verdict, "undecided: between %.1f and %.1f B/request; needs a longer run",
                  verdict->low, verdict->high);
}

static void verdict_say(struct result_verdict *verdict, const struct evidence *evidence)
{
    char peak[UNITS_TEXT_BYTES];
    switch (verdict->class) {
    case VERDICT_LEAK:
        leak_say(verdict);
        break;
    case VERDICT_WARMING:
        warming_say(verdict, evidence);
        break;
    case VERDICT_UNDECIDED:
        undecided_say(verdict, evidence);
        break;
    default:
        words_say(verdict, "bounded at %s", units_format_size(peak, (double)verdict->peak_bytes));
    }
}

/* Too few samples are left: for lack of time to reach the age, or for lack of samples. */
static void verdict_refuse(struct result_verdict *verdict, const struct evidence *evidence,
                           const struct result_sample *last)
{
    char age[UNITS_TEXT_BYTES];
    uint64_t ttl_ns = evidence->limits->ttl_ns;
    if (last != NULL && ttl_ns > 0 && last->time_ns < ttl_ns + 2 * VERDICT_AGE_SLACK_NS) {
        verdict->class = VERDICT_WARMING;
        words_say(verdict, "still fills: the load ended before anything was %s old",
                  units_format_duration(age, (double)ttl_ns));
        return;
    }
    words_say(verdict, "undecided: %zu samples after the warm-up, needs %d", evidence->count,
              VERDICT_SAMPLES_MIN);
}

void verdict_give(struct result_verdict *verdict, const struct result_sample *samples,
                  size_t sample_count, const struct result_limits *limits)
{
    struct evidence evidence = {.limits = limits};
    const struct result_sample *last = sample_count > 0 ? &samples[sample_count - 1] : NULL;
    *verdict = (struct result_verdict){.class = VERDICT_UNDECIDED};
    evidence_cut(&evidence, samples, sample_count);
    verdict->judged_samples = evidence.count;
    snprintf(verdict->layer, sizeof verdict->layer, "%s",
             last != NULL ? result_layers[layer_choose(last)] : "");
    if (evidence.count < VERDICT_SAMPLES_MIN) {
        verdict_refuse(verdict, &evidence, last);
        return;
    }
    evidence_collect(&evidence, samples, sample_count);
    verdict_fill(verdict, &evidence);
    verdict->class = evidence_class(&evidence);
    if (verdict->class == VERDICT_LEAK &&
        verdict->bytes_per_request < VERDICT_LEAK_BYTES_PER_REQUEST)
        verdict->bytes_per_request = evidence.unaccounted.slope.value;
    verdict_say(verdict, &evidence);
}
