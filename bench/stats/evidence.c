/* evidence.c - computes slopes and checks limits from the samples of a run. */
#include "evidence.h"

#include "count_of.h"
#include "verdict_rules.h"

#include <math.h>
#include <string.h>

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
    [LAYER_LIVE] = offsetof(struct result_sample, live_records),
    [LAYER_HELD] = offsetof(struct result_sample, held_records),
};

double evidence_value(const struct result_sample *sample, size_t layer)
{
    return (double)*(const uint64_t *)((const char *)sample + layer_offsets[layer]);
}

/* Live records beyond those in caches and those held elsewhere. */
static uint64_t unreachable_records(const struct result_sample *sample)
{
    uint64_t reachable = sample->entries + sample->held_records;
    return sample->live_records > reachable ? sample->live_records - reachable : 0;
}

/* The figure of a curve: a layer, or the difference of two. */
struct figure {
    size_t layer, beyond;
};
#define NOTHING     RESULT_LAYERS
#define UNREACHABLE (RESULT_LAYERS + 1)

static double figure_value(const struct result_sample *sample, struct figure figure)
{
    if (figure.layer == UNREACHABLE)
        return (double)unreachable_records(sample);
    double value = evidence_value(sample, figure.layer);
    return figure.beyond == NOTHING ? value : value - evidence_value(sample, figure.beyond);
}

size_t evidence_layer_choose(const struct result_sample *last)
{
    static const size_t layers[] = {LAYER_ALLOCATED, LAYER_ZONE_ALLOCATED};
    for (size_t i = 0; i < COUNT_OF(layers); i++)
        if (evidence_value(last, layers[i]) > 0)
            return layers[i];
    return LAYER_RSS;
}

static void point_close(struct stats_points *points, double *neighbours)
{
    points->x[points->count] /= *neighbours;
    points->y[points->count++] /= *neighbours;
    *neighbours = 0;
}

/* Averages neighbouring samples, until at most STATS_POINTS_MAX are left, and where the load stood
 * still, so that the points have similar distances in requests. */
static void points_make(struct stats_points *points, const struct evidence *evidence,
                        struct figure figure)
{
    size_t each = (evidence->count + STATS_POINTS_MAX - 1) / STATS_POINTS_MAX;
    double least = VERDICT_SPACING_SHARE * evidence->requests * (double)each;
    double from = 0, neighbours = 0;
    least /= (double)evidence->count;
    *points = (struct stats_points){.count = 0};
    for (size_t i = 0; i < evidence->count; i++) {
        const struct result_sample *sample = &evidence->samples[i];
        from = neighbours > 0 ? from : (double)sample->requests;
        points->x[points->count] += (double)sample->requests;
        points->y[points->count] += figure_value(sample, figure);
        neighbours++;
        bool is_distant =
            i + 1 < evidence->count && (double)evidence->samples[i + 1].requests - from >= least;
        if (neighbours >= (double)each && is_distant)
            point_close(points, &neighbours);
    }
    if (neighbours > 0)
        point_close(points, &neighbours);
}

static double part_median(const double *values, size_t count, size_t part)
{
    double copy[STATS_POINTS_MAX];
    size_t from = part * count / VERDICT_PARTS, to = (part + 1) * count / VERDICT_PARTS;
    memcpy(copy, values + from, (to - from) * sizeof *values);
    return stats_median(copy, to - from);
}

/* Whether all steps from part to part but one are large enough. */
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
    curve.growth = curve.slope.value * evidence->requests;
    return curve;
}

/* The median of the figure near the end of an octave; NAN: there is no sample. */
static double level_before(const struct evidence *evidence, struct figure figure, double share)
{
    double values[STATS_VALUES_MAX];
    size_t count = 0;
    const struct result_sample *all = evidence->whole_run;
    double end = share * (double)all[evidence->whole_count - 1].requests;
    for (size_t i = 0; i < evidence->whole_count && count < STATS_VALUES_MAX; i++) {
        double requests = (double)all[i].requests;
        if (requests > VERDICT_OCTAVE_END * end && requests <= end)
            values[count++] = figure_value(&all[i], figure);
    }
    return count == 0 ? NAN : stats_median(values, count);
}

static double evictions_before(const struct evidence *evidence, double share)
{
    const struct result_sample *all = evidence->whole_run;
    double end = share * (double)all[evidence->whole_count - 1].requests, evictions = 0;
    for (size_t i = 0; i < evidence->whole_count && (double)all[i].requests <= end; i++)
        evictions = (double)all[i].evictions;
    return evictions;
}

/* If an octave has no sample, everything is NAN, so no comparison is true. */
static struct octaves octaves_draw(const struct evidence *evidence, struct figure figure,
                                   size_t count)
{
    double requests = (double)evidence->whole_run[evidence->whole_count - 1].requests, share = 1;
    double after = level_before(evidence, figure, share), end = after;
    struct stats_interval slope = {.low = INFINITY, .high = -INFINITY};
    struct octaves octaves = {0};
    for (size_t i = 0; i < count; i++, share /= 2) {
        double before = level_before(evidence, figure, share / 2);
        double rate = (after - before) / (requests * share / 2);
        slope.low = isnan(rate) || rate < slope.low ? rate : slope.low;
        slope.high = rate > slope.high ? rate : slope.high;
        octaves.last = i == 0 ? after - before : octaves.last;
        after = before;
    }
    slope.value = (end - after) / (requests * (1 - share));
    octaves.curve = (struct curve){slope, end - after, true};
    octaves.evictions = evictions_before(evidence, share);
    return octaves;
}

/* Misses up to a time, interpolated between samples. */
static double misses_at(const struct evidence *evidence, uint64_t time_ns)
{
    const struct result_sample *samples = evidence->whole_run;
    size_t after = 0, count = evidence->whole_count;
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

/* Entries beyond the misses within the time to live. */
static uint64_t dead_count(const struct evidence *evidence, const struct result_sample *sample)
{
    uint64_t age_ns = evidence->limits->ttl_ns + VERDICT_AGE_SLACK_NS;
    if (evidence->limits->ttl_ns == 0 || sample->time_ns <= age_ns)
        return 0;
    double young = (double)sample->misses - misses_at(evidence, sample->time_ns - age_ns);
    return (double)sample->entries > young ? (uint64_t)((double)sample->entries - young) : 0;
}

static void limits_check(struct evidence *evidence)
{
    const struct result_limits *limits = evidence->limits;
    evidence->limited = limits->capacity_entries || limits->capacity_bytes || limits->ttl_ns;
    evidence->age_kept = evidence->capacity_kept = true;
    for (size_t i = 0; i < evidence->count; i++) {
        const struct result_sample *sample = &evidence->samples[i];
        evidence->dead_entries = dead_count(evidence, sample);
        evidence->age_kept &= evidence->dead_entries == 0;
        evidence->capacity_kept &=
            (limits->capacity_entries == 0 || sample->entries <= limits->capacity_entries) &&
            (limits->capacity_bytes == 0 || sample->cache_bytes <= limits->capacity_bytes);
    }
}

double evidence_fullness(const struct evidence *evidence)
{
    const struct result_limits *limits = evidence->limits;
    const struct result_sample *last = &evidence->samples[evidence->count - 1];
    double used = 0;
    if (limits->capacity_entries > 0)
        used = (double)last->entries / (double)limits->capacity_entries;
    if (limits->capacity_bytes > 0)
        used = fmax(used, (double)last->cache_bytes / (double)limits->capacity_bytes);
    return used;
}

void evidence_cut(struct evidence *evidence, const struct result_sample *samples, size_t count,
                  const struct result_limits *limits)
{
    double warm = count == 0 ? 0 : VERDICT_WARMUP_SHARE * (double)samples[count - 1].requests;
    uint64_t warm_ns = limits->ttl_ns > 0 ? limits->ttl_ns + VERDICT_AGE_SLACK_NS : 0;
    size_t first = 0;
    while (first < count &&
           ((double)samples[first].requests < warm || samples[first].time_ns < warm_ns))
        first++;
    *evidence = (struct evidence){.samples = samples + first,
                                  .count = count - first,
                                  .whole_run = samples,
                                  .whole_count = count,
                                  .limits = limits};
}

/* The cache's bytes may change in the warm-up or with the workload; then late samples decide. */
static struct curve late_draw(const struct evidence *evidence)
{
    struct evidence late = *evidence;
    size_t skipped = (size_t)(VERDICT_LATE_SHARE * (double)evidence->count);
    late.samples += skipped;
    late.count -= skipped;
    late.requests = (double)(late.samples[late.count - 1].requests - late.samples[0].requests);
    return curve_draw(&late, (struct figure){LAYER_CACHE, NOTHING});
}

static struct fall fall_find(const struct evidence *evidence)
{
    const struct result_sample *last = &evidence->samples[evidence->count - 1], *peak = last;
    double resident = 0;
    for (size_t i = 0; i < evidence->whole_count; i++) {
        const struct result_sample *sample = &evidence->whole_run[i];
        resident = fmax(resident, (double)sample->resident_bytes);
        if (sample->allocated_bytes > peak->allocated_bytes)
            peak = sample;
    }
    return (struct fall){
        .allocated_bytes = (double)(peak->allocated_bytes - last->allocated_bytes),
        .peak_bytes = (double)peak->allocated_bytes,
        .resident_bytes = resident - (double)last->resident_bytes,
        .time_ns = last->time_ns - peak->time_ns,
    };
}

static void curves_draw(struct evidence *evidence)
{
    const struct figure gaps[RESULT_GAPS] = {
        [GAP_UNACCOUNTED] = {evidence->layer, LAYER_CACHE},
        [GAP_BOOKKEEPING] = {LAYER_CACHE, LAYER_PAYLOAD},
        [GAP_UNREACHABLE] = {UNREACHABLE, NOTHING},
        [GAP_FRAGMENTATION] = {LAYER_ACTIVE, LAYER_ALLOCATED},
    };
    for (size_t i = 0; i < RESULT_LAYERS; i++)
        evidence->layers[i] = curve_draw(evidence, (struct figure){i, NOTHING});
    for (size_t i = 0; i < RESULT_GAPS; i++)
        evidence->gaps[i] = curve_draw(evidence, gaps[i]);
    evidence->dirty = curve_draw(evidence, (struct figure){LAYER_RESIDENT, LAYER_ACTIVE});
    evidence->late = late_draw(evidence);
    evidence->bookkeeping = octaves_draw(evidence, gaps[GAP_BOOKKEEPING], VERDICT_OCTAVES);
    evidence->fragments = octaves_draw(evidence, gaps[GAP_FRAGMENTATION], VERDICT_FRAGMENT_OCTAVES);
}

void evidence_collect(struct evidence *evidence)
{
    const struct result_sample *last = &evidence->samples[evidence->count - 1];
    evidence->requests = (double)(last->requests - evidence->samples[0].requests);
    evidence->layer = evidence_layer_choose(last);
    evidence->turned_over =
        evidence->samples[0].evictions >= VERDICT_TURNOVERS * evidence->limits->capacity_entries;
    evidence->full = evidence_fullness(evidence) >= VERDICT_FULL_SHARE;
    limits_check(evidence);
    curves_draw(evidence);
    evidence->fall = fall_find(evidence);
}

struct result_counts evidence_counts(const struct result_sample *sample)
{
    return (struct result_counts){
        .entries = sample->entries,
        .live_records = sample->live_records,
        .held_records = sample->held_records,
        .unreachable_records = unreachable_records(sample),
        .evictions = sample->evictions,
        .expirations = sample->expirations,
        .payload_bytes = sample->payload_bytes,
        .cache_bytes = sample->cache_bytes,
        .allocated_bytes = sample->allocated_bytes,
        .active_bytes = sample->active_bytes,
        .resident_bytes = sample->resident_bytes,
    };
}
