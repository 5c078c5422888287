/* evidence.h - what the samples show: curves over requests, limits, counts. Only verdicts need it.
 */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include "result.h"
#include "stats.h"

/* One figure over the requests, after the warm-up. */
struct curve {
    struct stats_interval slope;
    double growth; /* over all that is judged, along the slope */
    bool steady;   /* no single step */
};

/* Growth in each of the last octaves of requests: over the last half of all, over
 * the quarter before it, ... What grows by leaps, as tables do that double, shows a like rate in
 * each, where a line through the leaps is lost in doubt. */
struct octaves {
    struct curve
        curve;        /* slope: over all octaves, the least and the most of them; growth: in all */
    double last;      /* growth in the last octave */
    double evictions; /* before the first octave */
};

/* A fall of what is allocated, from the highest sample of the whole run to the last. */
struct fall {
    double allocated_bytes, peak_bytes, resident_bytes; /* by so much, from there, and resident */
    uint64_t time_ns;                                   /* since the peak */
};

enum evidence_layer {
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

struct evidence {
    const struct result_sample *samples; /* those that are judged */
    size_t count;
    double requests;                       /* from the first to the last of them */
    const struct result_sample *whole_run; /* the last of these is that of the judged */
    size_t whole_count;
    const struct result_limits *limits;
    bool limited, full, turned_over;
    bool age_kept, capacity_kept; /* at every judged sample */
    uint64_t dead_entries;        /* in the last: beyond what can be within its age */
    size_t layer;                 /* the one that the verdict speaks of */
    struct curve layers[RESULT_LAYERS], gaps[RESULT_GAPS];
    struct curve late;  /* the accounted bytes, from VERDICT_LATE_SHARE on */
    struct curve dirty; /* resident pages beyond the active ones */
    /* By octaves of the whole run: of the cache beyond keys and bodies, and of fragmentation. */
    struct octaves bookkeeping, fragments;
    struct fall fall;
};

/* The first layer that the server could tell of those that a verdict may speak of. */
size_t evidence_layer_choose(const struct result_sample *last);
/* Skips the warm-up: a share of the requests, and the time until anything can have expired. What
 * is left may be too little for evidence_collect, which needs VERDICT_SAMPLES_MIN. */
void evidence_cut(struct evidence *evidence, const struct result_sample *samples, size_t count,
                  const struct result_limits *limits);
void evidence_collect(struct evidence *evidence);
/* Of the sample, in the layer. */
double evidence_value(const struct result_sample *sample, size_t layer);
/* How much of a limited capacity is used, from 0 to 1. */
double evidence_fullness(const struct evidence *evidence);
/* Records alive that neither a cache nor anybody else holds: at least so many. */
uint64_t evidence_unreachable(const struct result_sample *sample);
struct result_counts evidence_counts(const struct result_sample *sample);

#endif
