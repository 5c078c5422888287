/* compare.h - two samples of a figure, and what may be said of them; pure.
 *
 * Nothing is guessed. A difference is called one if
 *  - the test of its ranks holds (Holm's correction over all that is compared at once keeps the
 *    chance of any false one at COMPARE_ALPHA),
 *  - the ratio lies beyond the noise floor, by how much two runs of the same thing may differ, and
 *  - its 95 % interval leaves no difference out; where runs did not take turns, it lies beyond the
 *    floor with both ends.
 * Called the same is only what the interval holds inside the floor. All else cannot be told, and
 * how many repeats would do is said. Counts that never vary are compared as they are.
 */
#ifndef COMPARE_H
#define COMPARE_H

#include "measurements.h"

#define COMPARE_ALPHA       0.05
#define COMPARE_REPEATS_MAX 1000 /* more are not worth proposing */

enum compare_method {
    METHOD_NONE,   /* there is nothing to compare */
    METHOD_EXACT,  /* each side is one and the same value in all its runs */
    METHOD_PAIRED, /* runs in turns, repetition by repetition */
    METHOD_APART,  /* runs one bench after the other */
    METHOD_CLASS,  /* the verdicts on memory */
};
enum compare_outcome { OUTCOME_SAME, OUTCOME_BETTER, OUTCOME_WORSE, OUTCOME_UNKNOWN };

struct comparison {
    char workload[MEASUREMENTS_NAME_BYTES], variant[MEASUREMENTS_NAME_BYTES];
    const struct figure *figure; /* NULL: the verdict */
    enum compare_method method;
    enum compare_outcome outcome;
    struct stats_interval before, after; /* medians */
    size_t before_count, after_count, pair_count;
    bool has_ratio;               /* change is a ratio; otherwise a difference */
    struct stats_interval change; /* from before to after */
    bool is_sure;                 /* change has its 95 %: there were values enough */
    double p, p_together, effect; /* p_together: corrected for all that is compared at once */
    double floor;                 /* a share, or of a difference itself */
    bool floor_is_known;          /* calibrated; otherwise an assumption */
    uint64_t left_out;            /* runs whose generator was the bottleneck */
    uint64_t repeats_needed;      /* to tell; 0: no number would, or it is told */
    enum verdict_class before_class, after_class;
    double own_low, own_high; /* after: medians of the runs' own intervals, where they have any */
    char reason[MEASUREMENTS_REASON_BYTES]; /* why it cannot be told; "" */
};

struct compare_setup {
    bool in_turns; /* runs of one repetition stood side by side */
    double floor;  /* that the user asked for, a share; MEASUREMENTS_FLOOR_NONE: what is known */
    uint64_t seed; /* of the bootstrap */
};

/* All but p_together and the outcome. */
void compare_series(struct comparison *comparison, const struct measurement_series *before,
                    const struct measurement_series *after, const struct compare_setup *setup);
/* Whole: verdicts need no test. */
void compare_verdicts(struct comparison *comparison, const struct measured_verdict *before,
                      const struct measured_verdict *after);
/* Decides on all that is compared at once. */
void compare_decide(struct comparison *comparisons, size_t count);

/* For those who decide on a part of them, such as gates: how it changed, as a share or a
 * difference, and by how much anything smaller is noise. Above 0: it rose. */
double compare_change(const struct comparison *comparison);
bool compare_is_beyond_floor(const struct comparison *comparison);
/* The least number of repeats that could ever show a difference among so many tests. */
uint64_t compare_repeats_least(enum compare_method method, size_t tests);
/* Whether it rests on a test, and whether that, one of so many, has values enough to ever show a
 * difference. */
bool compare_is_tested(const struct comparison *comparison);
bool compare_is_telling(const struct comparison *comparison, size_t tests);

extern const char *const compare_method_names[];
extern const char *const compare_outcome_names[];

#endif
