/* evidence.h - the curves, limits and counts of a run. Internal to the verdict. */
#pragma once

#include "curve.h"

/* The fall of the allocated bytes, from the highest sample of the whole run to the last. */
struct fall {
    double allocated_bytes, peak_bytes,
        resident_bytes; /* the fall, the peak, and the fall of resident bytes */
    uint64_t time_ns;   /* since the peak */
};

struct evidence {
    struct samples run, judged; /* judged: the last ones of the run */
    double requests;            /* from the first to the last judged sample */
    double alpha;               /* of the slopes */
    const struct result_limits *limits;
    bool limited, full;
    bool age_kept, capacity_kept; /* at every judged sample */
    uint64_t dead_entries;        /* in the last sample: those that must be older than the limit */
    double turnovers;             /* how often the capacity was evicted before the judged samples */
    double turnovers_before;      /* the same before the octaves */
    size_t layer;                 /* whose level the verdict names */
    double hidden_bytes;          /* growth of the layer that its samples may not show */
    struct curve layers[RESULT_LAYERS], gaps[RESULT_GAPS];
    struct curve dirty; /* resident pages beyond the active ones */
    struct fall fall;
};

/* The first that is known of allocated, zone allocated and RSS. */
size_t evidence_layer_choose(const struct result_sample *last);
/* Leaves out the warm-up: a share of the requests, and the time until entries can have expired.
 * evidence_collect needs VERDICT_SAMPLES_MIN samples after that. */
void evidence_cut(struct evidence *evidence, struct samples run, const struct result_limits *limits,
                  double alpha);
void evidence_collect(struct evidence *evidence);
const struct result_sample *evidence_last(const struct evidence *evidence);
/* The used share of the capacity, 0 to 1. */
double evidence_fullness(const struct evidence *evidence);
/* Whether the process did something in the judged samples. */
bool evidence_is_active(const struct evidence *evidence);
struct result_counts evidence_counts(const struct result_sample *sample);
