/* compare.h - compares two samples of a figure and decides whether they differ; pure.
 *
 * A figure is better or worse if all of these hold:
 *  - the p-value of a rank test, after Holm's correction over everything that is compared together,
 *    is at most COMPARE_ALPHA;
 *  - the change is larger than the noise floor, the difference that two runs of the same program
 *    may show. Where runs did not alternate, both ends of the interval must be larger;
 *  - the 95 % interval of the change excludes "no change".
 * It is the same if the whole interval lies inside the floor. Otherwise the outcome is unknown, and
 * `reason` says how many repeats are needed. Counts that never vary are compared by value.
 *
 * Example: CPU time 10.0 us before and 10.8 us after in 12 alternating runs each, interval of the
 * ratio 1.06 to 1.09, floor 3 %: worse.
 */
#pragma once

#include "measurements.h"

#define COMPARE_ALPHA       0.05
#define COMPARE_REPEATS_MAX 1000 /* more are never proposed */

enum compare_method {
    METHOD_NONE,     /* a side has no value */
    METHOD_EXACT,    /* each side has the same value in all its runs */
    METHOD_PAIRED,   /* alternating runs, compared repetition by repetition */
    METHOD_UNPAIRED, /* runs of two benches, one after the other */
    METHOD_CLASS,    /* the verdicts on memory */
};
enum compare_outcome { OUTCOME_SAME, OUTCOME_BETTER, OUTCOME_WORSE, OUTCOME_UNKNOWN };

struct comparison {
    char workload[MEASUREMENTS_NAME_BYTES], variant[MEASUREMENTS_NAME_BYTES];
    const struct figure *figure; /* NULL: the verdict */
    enum compare_method method;
    enum compare_outcome outcome;
    struct stats_interval before, after; /* medians */
    size_t before_count, after_count, pair_count;
    bool has_ratio;                /* change is a ratio (after / before), otherwise a difference */
    struct stats_interval change;  /* from before to after */
    bool is_sure;                  /* there are enough values for a 95 % interval */
    double p, p_corrected, effect; /* effect: the probability that an after is the larger one */
    double floor;                  /* a share; of a difference an absolute value */
    bool floor_is_known;           /* calibrated or given; otherwise assumed */
    uint64_t left_out;             /* runs whose generator was the bottleneck */
    uint64_t repeats_needed;       /* for a decision; 0: it is decided, or no number is known */
    enum verdict_class before_class, after_class;
    double own_low, own_high; /* after: medians of the runs' own intervals, of slopes only */
    char reason[MEASUREMENTS_REASON_BYTES]; /* why the outcome is unknown; "" */
};

struct compare_setup {
    bool interleaved; /* runs of one repetition are neighbours in time */
    double floor;     /* from the user, a share; MEASUREMENTS_FLOOR_NONE: as calibrated */
    uint64_t seed;    /* of the bootstrap */
};

/* Fills in all but p_corrected and the outcome. */
void compare_series(struct comparison *comparison, const struct measurement_series *before,
                    const struct measurement_series *after, const struct compare_setup *setup);
/* Fills in all: verdicts need no test. */
void compare_verdicts(struct comparison *comparison, const struct measured_verdict *before,
                      const struct measured_verdict *after);
/* Corrects the p-values of all comparisons together and decides each. */
void compare_decide(struct comparison *comparisons, size_t count);

/* For gates, which decide over a part of the comparisons. */

bool compare_is_beyond_floor(const struct comparison *comparison);
/* The least number of repeats with which one of `tests` tests can reach COMPARE_ALPHA at all. */
uint64_t compare_repeats_least(enum compare_method method, size_t tests);
/* Whether the comparison rests on a test, and whether it has that many repeats. */
bool compare_is_tested(const struct comparison *comparison);
bool compare_repeats_suffice(const struct comparison *comparison, size_t tests);

extern const char *const compare_method_names[];
extern const char *const compare_outcome_names[];
