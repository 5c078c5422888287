/* blocks.h - effects of variants that were measured in randomised complete blocks; pure.
 *
 * The model (Fisher 1935): the logarithm of a figure of variant v in repetition r is the sum of the
 * variant's effect, the repetition's effect and an error. The drift of the machine is in the
 * repetition's effect and in no difference of two variants. The errors have the same variance for
 * all variants, so all variants together estimate it, with (V-1)(R-1) degrees of freedom.
 *
 * One bad value must not decide: a value farther than BLOCKS_OUTLIER standard deviations from the
 * model, estimated from the median distance of all, is left out: it takes the value that the model
 * expects (Yates 1933), and a degree of freedom with it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define BLOCKS_CONFIDENCE      0.95
#define BLOCKS_REPETITIONS_MIN 3
/* In standard deviations. Of normal errors 1 of 2,000 is beyond it. */
#define BLOCKS_OUTLIER 3.5
/* With fewer degrees of freedom a bad value is not told from a good one. */
#define BLOCKS_OUTLIER_FREEDOM 8

struct blocks {
    size_t variants, repetitions;
    double *logs; /* of variant v in repetition r at v * repetitions + r; outliers are replaced */
    /* Filled in by blocks_fit. */
    double *effects;  /* of each variant: mean of its logarithms */
    double deviation; /* of an error; NAN with fewer than BLOCKS_REPETITIONS_MIN repetitions */
    double freedom;
    size_t outliers;
    double half_one; /* half the interval of the difference of two effects: for one pair ... */
    double half_all; /* ... and for all pairs together (Tukey 1949) */
};

/* All logarithms 0. The caller fills them in and calls blocks_release. */
void blocks_create(struct blocks *blocks, size_t variants, size_t repetitions);
void blocks_release(struct blocks *blocks);
void blocks_fit(struct blocks *blocks);
/* Only the effects and the number of outliers, without the intervals, whose quantiles take long. */
void blocks_fit_effects(struct blocks *blocks);
/* half_all, widened by the difference of the effects of two copies of one program if that is beyond
 * half_one: the method has an error then that the model does not know. */
double blocks_half_controlled(const struct blocks *blocks, double difference);
