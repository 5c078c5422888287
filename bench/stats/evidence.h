/* evidence.h - slopes over requests, limits and counts of a run. Internal to the verdict. */
#pragma once

#include "result.h"
#include "stats.h"

/* One figure over the requests, after the warm-up. */
struct curve {
    struct stats_interval slope;
    double growth; /* over the judged requests, along the slope */
    bool steady;   /* it is no single step */
};

/* Growth in each of the last octaves of requests: the last half of all, the quarter before it, ...
 * What grows in steps, such as hash tables that double, has a similar rate in each octave, whereas
 * the interval of a line through the steps is too wide. */
struct octaves {
    struct curve
        curve;        /* slope: over all octaves, the least and the most of them; growth: in all */
    double last;      /* growth in the last octave */
    double evictions; /* of the run before the first octave */
};

/* The fall of the allocated bytes, from the highest sample of the whole run to the last. */
struct fall {
    double allocated_bytes, peak_bytes,
        resident_bytes; /* the fall, the peak, and the fall of resident bytes */
    uint64_t time_ns;   /* since the peak */
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
    const struct result_sample *samples; /* the judged ones */
    size_t count;
    double requests;                       /* from the first to the last of them */
    const struct result_sample *whole_run; /* ends with the same sample */
    size_t whole_count;
    const struct result_limits *limits;
    bool limited, full, turned_over;
    bool age_kept, capacity_kept; /* at every judged sample */
    uint64_t dead_entries;        /* in the last sample: those that must be older than the limit */
    size_t layer;                 /* the one whose growth the verdict names */
    struct curve layers[RESULT_LAYERS], gaps[RESULT_GAPS];
    struct curve late;  /* the accounted bytes, from VERDICT_LATE_SHARE on */
    struct curve dirty; /* resident pages beyond the active ones */
    /* By octaves of the whole run: GAP_BOOKKEEPING and GAP_FRAGMENTATION. */
    struct octaves bookkeeping, fragments;
    struct fall fall;
};

/* The layer of the verdict: the first that is known of allocated, zone allocated and RSS. */
size_t evidence_layer_choose(const struct result_sample *last);
/* Leaves out the warm-up: a share of the requests, and the time until entries can have expired.
 * evidence_collect needs VERDICT_SAMPLES_MIN samples after that. */
void evidence_cut(struct evidence *evidence, const struct result_sample *samples, size_t count,
                  const struct result_limits *limits);
void evidence_collect(struct evidence *evidence);
/* The value of a layer. */
double evidence_value(const struct result_sample *sample, size_t layer);
/* The used share of the capacity, 0 to 1. */
double evidence_fullness(const struct evidence *evidence);
struct result_counts evidence_counts(const struct result_sample *sample);
