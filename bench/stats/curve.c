/* curve.c - draws a curve through the samples of a run. */
#include "curve.h"

#include "verdict_rules.h"
#include "xmalloc.h"

#include <math.h>
#include <stdlib.h>
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

double layer_value(const struct result_sample *sample, size_t layer)
{
    return (double)*(const uint64_t *)((const char *)sample + layer_offsets[layer]);
}

uint64_t unreachable_records(const struct result_sample *sample)
{
    uint64_t reachable = sample->entries + sample->held_records;
    return sample->live_records > reachable ? sample->live_records - reachable : 0;
}

double samples_requests(struct samples samples)
{
    return (double)(samples.list[samples.count - 1].requests - samples.list[0].requests);
}

static double quantity_value(const struct result_sample *sample, struct quantity quantity)
{
    if (quantity.layer == UNREACHABLE)
        return (double)unreachable_records(sample);
    double value = layer_value(sample, quantity.layer);
    return quantity.beyond == NOTHING ? value : value - layer_value(sample, quantity.beyond);
}

/* Neighbouring samples that become one point. */
struct block {
    double *values; /* room for all samples */
    double requests;
    size_t count;
};

/* The median, so that a sample that stands out does not move the point. */
static void block_close(struct block *block, struct stats_points *points)
{
    points->x[points->count] = block->requests / (double)block->count;
    points->y[points->count++] = stats_median(block->values, block->count);
    block->requests = 0;
    block->count = 0;
}

/* One point for neighbouring samples, until at most STATS_POINTS_MAX are left, and where the load
 * stood still, so that the points have similar distances in requests. */
static void points_make(struct stats_points *points, struct samples samples,
                        struct quantity quantity)
{
    size_t each = (samples.count + STATS_POINTS_MAX - 1) / STATS_POINTS_MAX;
    double least =
        VERDICT_SPACING_SHARE * samples_requests(samples) * (double)each / (double)samples.count;
    struct block block = {.values = xcalloc(samples.count, sizeof *block.values)};
    double from = 0;
    points->count = 0;
    for (size_t i = 0; i < samples.count; i++) {
        double requests = (double)samples.list[i].requests;
        from = block.count > 0 ? from : requests;
        block.requests += requests;
        block.values[block.count++] = quantity_value(&samples.list[i], quantity);
        bool is_distant =
            i + 1 < samples.count && (double)samples.list[i + 1].requests - from >= least;
        if (block.count >= each && is_distant)
            block_close(&block, points);
    }
    if (block.count > 0)
        block_close(&block, points);
    free(block.values);
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

/* The mean of the samples near the end of an octave, which a leap among them moves little. */
struct level {
    double requests, value; /* NAN: there is no sample */
};

static struct level level_before(struct samples run, struct quantity quantity, double share)
{
    double end = share * (double)run.list[run.count - 1].requests;
    struct level sum = {0, 0};
    double count = 0;
    for (size_t i = 0; i < run.count; i++) {
        double requests = (double)run.list[i].requests;
        if (requests > VERDICT_OCTAVE_END * end && requests <= end) {
            sum.requests += requests;
            sum.value += quantity_value(&run.list[i], quantity);
            count++;
        }
    }
    return (struct level){sum.requests / count, sum.value / count};
}

static void octaves_draw(struct curve *curve, struct samples run, struct quantity quantity)
{
    double share = 1;
    struct level end = level_before(run, quantity, share), after = end;
    for (size_t i = 0; i < CURVE_OCTAVES; i++, share /= 2) {
        struct level before = level_before(run, quantity, share / 2);
        curve->octaves[i] = (after.value - before.value) / (after.requests - before.requests);
        after = before;
    }
    curve->octave_growth = end.value - after.value;
}

static void falls_draw(struct curve *curve, struct samples run, struct samples judged,
                       struct quantity quantity)
{
    struct stats_points points;
    double highest = -INFINITY;
    points_make(&points, run, quantity);
    for (size_t i = 0; i < points.count; i++) {
        highest = fmax(highest, points.y[i]);
        curve->fall = fmax(curve->fall, highest - points.y[i]);
        if (i == 0 || points.x[i - 1] < (double)judged.list[0].requests)
            curve->fall_before = curve->fall;
    }
}

/* The samples of the later half of the requests. */
static struct samples later_half(struct samples samples)
{
    double middle = (double)samples.list[0].requests + samples_requests(samples) / 2;
    while (samples.count > 0 && (double)samples.list[0].requests < middle) {
        samples.list++;
        samples.count--;
    }
    return samples;
}

static struct stats_interval late_draw(struct samples judged, struct quantity quantity,
                                       double alpha)
{
    struct stats_points points;
    points_make(&points, later_half(judged), quantity);
    if (points.count < STATS_SLOPE_MIN)
        return (struct stats_interval){NAN, NAN, NAN};
    return stats_line(&points, alpha).slope;
}

void curve_draw(struct curve *curve, struct samples run, struct samples judged,
                struct quantity quantity, double alpha)
{
    struct stats_points points;
    points_make(&points, judged, quantity);
    struct stats_line line = stats_line(&points, alpha);
    *curve = (struct curve){.name = quantity.name,
                            .slope = line.slope,
                            .memory = line.memory,
                            .requests = samples_requests(judged),
                            .growth = line.slope.value * samples_requests(judged),
                            .steady = points_steady(&points),
                            .late = late_draw(judged, quantity, alpha)};
    octaves_draw(curve, run, quantity);
    falls_draw(curve, run, judged, quantity);
}
