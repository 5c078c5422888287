/* curve.h - one figure of a run over its requests: slopes, octaves, falls. For the verdict only. */
#pragma once

#include "result.h"
#include "stats_slope.h"

enum layer {
    LAYER_ENTRIES,
    LAYER_PAYLOAD,
    LAYER_CACHE,
    LAYER_ZONE_ALLOCATED,
    LAYER_ALLOCATED,
    LAYER_ACTIVE,
    LAYER_RESIDENT,
    LAYER_RSS,
    LAYER_VSZ,
    LAYER_LIVE,
    LAYER_HELD,
};
double layer_value(const struct result_sample *sample, size_t layer);
/* Live records beyond those in caches and those held elsewhere. */
uint64_t unreachable_records(const struct result_sample *sample);

/* The figure of a curve: a layer, or what it has beyond another one. */
struct quantity {
    const char *name;
    size_t layer, beyond;
};
#define NOTHING     RESULT_LAYERS
#define UNREACHABLE (RESULT_LAYERS + 1) /* as a layer: unreachable_records */

struct samples {
    const struct result_sample *list;
    size_t count;
};
/* From the first to the last of them. */
double samples_requests(struct samples samples);

/* An octave is the last half of all requests of a run, the quarter before it, or the eighth before
 * that. What grows in leaps, such as a hash table that doubles, has the same rate in each. */
#define CURVE_OCTAVES 3

struct curve {
    const char *name;
    struct stats_interval slope; /* over the judged requests */
    struct stats_interval late;  /* over the later half of them; NAN: too few samples */
    double hidden; /* growth per request that the samples may not show; set by the evidence */
    double memory; /* of the noise around the slope: 1 is a random walk */
    double requests, growth; /* the judged requests, and the growth over them along the slope */
    bool steady;             /* it is no single step */
    /* Growth per request in each octave, the last one first, and in all; NAN: without samples. */
    double octaves[CURVE_OCTAVES], octave_growth;
    double fall_before, fall; /* the deepest fall up to the judged requests, and in the run */
};

/* `judged` are the last samples of `run`; the intervals are at 1 - alpha. */
void curve_draw(struct curve *curve, struct samples run, struct samples judged,
                struct quantity quantity, double alpha);
