/* compare.h - compares two samples of a figure and decides whether they differ; pure.
 *
 * Each kind of figure is judged by what its measurement can carry:
 *  - hits of two replays of the same requests are exact and compared by value;
 *  - what one run ends with (bytes, instructions, hits over HTTP) differs a little between runs of
 *    the same program. It is the same within the figure's tolerance, and different beyond
 *    COMPARE_DIFFERENT times that;
 *  - growth has an interval in each run. It differs if the intervals do not overlap and the
 *    difference is at least the figure's floor. It is the same if no two values of the intervals
 *    are farther apart than the floor, or if the verdicts of both are bounded;
 *  - speeds that were measured in turns are compared over randomised blocks (blocks.h), with all
 *    others that were compared with the same base and the control of the reference, as judgement.h
 *    does. One is better or worse if the interval of its ratio excludes 1; with a floor that was
 *    calibrated or given, if the change is beyond that, too. It is the same if the whole interval
 *    lies inside the floor;
 *  - speeds of two benches are tested by ranks. One is better or worse if the p-value, after Holm's
 *    correction over all such tests, is at most COMPARE_ALPHA, and both ends of the 95 % interval
 *    are beyond the floor, which is how far the machine may drift between the two. It is the same
 *    if the whole interval lies inside the floor.
 *    Where a side tells only mean, standard deviation and count, Welch's t takes the place of the
 *    ranks.
 * Otherwise the outcome is unknown, and `reason` says why.
 *
 * Example: RSS 12 MiB before and 32 MiB after, one run each; tolerance 2 % of 32 MiB and 1 MiB, so
 * 1.6 MiB; a difference of 20 MiB is beyond twice that: worse.
 * Example: CPU time 10.0 us before and 10.8 us after in turns, interval of the ratio 1.06 to 1.10:
 * worse.
 */
#pragma once

#include "measurements.h"

#define COMPARE_ALPHA       0.05
#define COMPARE_REPEATS_MAX 1000 /* more are never proposed */
#define COMPARE_DIFFERENT   2    /* so many tolerances apart */

enum compare_method {
    METHOD_NONE,      /* a side has no value */
    METHOD_EXACT,     /* by value */
    METHOD_TOLERANCE, /* by what runs of the same program may differ by */
    METHOD_INTERVAL,  /* by the intervals that the runs have themselves */
    METHOD_BLOCKS,    /* repetitions that were measured in turns */
    METHOD_UNPAIRED,  /* repetitions of two benches, one after the other */
    METHOD_MOMENTS,   /* the same, of which one side tells only mean and standard deviation */
    METHOD_CLASS,     /* the verdicts on memory */
};
enum compare_outcome { OUTCOME_SAME, OUTCOME_BETTER, OUTCOME_WORSE, OUTCOME_UNKNOWN };

struct comparison {
    char workload[MEASUREMENTS_NAME_BYTES], variant[MEASUREMENTS_NAME_BYTES];
    const struct figure *figure; /* NULL: the verdict */
    enum compare_method method;
    enum compare_outcome outcome;
    struct stats_interval before, after; /* medians; of growth with the runs' own intervals */
    const struct measurement_series *base, *other; /* of blocks */
    size_t before_count, after_count;
    bool has_ratio;                /* change is a ratio (after / before), otherwise a difference */
    struct stats_interval change;  /* from before to after */
    bool is_sure;                  /* there are enough values for a 95 % interval */
    double p, p_corrected, effect; /* effect: the probability that an after is the larger one */
    double floor;                  /* a share; of a difference or a tolerance an absolute value */
    bool floor_is_known;           /* calibrated or given; otherwise assumed */
    uint64_t left_out;             /* runs whose generator was the bottleneck */
    uint64_t repeats_needed;       /* for a decision; 0: it is decided, or no number is known */
    enum verdict_class before_class, after_class;
    char reason[MEASUREMENTS_REASON_BYTES]; /* why the outcome is unknown; "" */
};

struct compare_setup {
    bool interleaved; /* speeds of one repetition were measured in turns */
    double floor;     /* from the user, a share; MEASUREMENTS_FLOOR_NONE: as calibrated */
    uint64_t seed;    /* of the bootstrap */
};

/* Fills in all but what compare_decide does. The series must outlive the comparison. */
void compare_series(struct comparison *comparison, const struct measurement_series *before,
                    const struct measurement_series *after, const struct compare_setup *setup);
/* Fills in all: verdicts need no test. */
void compare_verdicts(struct comparison *comparison, const struct measured_verdict *before,
                      const struct measured_verdict *after);
/* Decides speeds: fits blocks to those that have the same base, and corrects the p-values of all
 * tests together. */
void compare_decide(struct comparison *comparisons, size_t count);

/* For gates, which decide over a part of the comparisons. */

/* What two runs of the same program may differ by in a figure that is about `value`. */
double compare_tolerance(const struct figure *figure, double value);
bool compare_is_beyond_floor(const struct comparison *comparison);
/* The least number of repetitions with which one of `tests` tests can reach COMPARE_ALPHA at all.
 */
uint64_t compare_repeats_least(size_t tests);
bool compare_is_tested(const struct comparison *comparison); /* by ranks or moments */
/* Whether a speed has as many repetitions as are needed to call it different, with so many tests.
 */
bool compare_repeats_suffice(const struct comparison *comparison, size_t tests);

extern const char *const compare_method_names[];
extern const char *const compare_outcome_names[];
