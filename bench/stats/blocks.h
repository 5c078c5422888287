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
#include <stdint.h>

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
    /* Filled in by blocks_compare. A control that differs by more than half_one shows an error of
     * the method that the model does not know: all intervals widen by that difference. */
    double control; /* effect of the control beyond that of what it is a copy of; 0: none */
    double half;    /* half_all, widened */
};

/* Values above 0, each of a repetition. */
struct blocks_series {
    const double *values;
    const uint64_t *repetitions;
    size_t count;
};

/* All logarithms 0. The caller fills them in and calls blocks_release. */
void blocks_create(struct blocks *blocks, size_t variants, size_t repetitions);
void blocks_release(struct blocks *blocks);
void blocks_fit(struct blocks *blocks);
/* Only the effects and the number of outliers, without the intervals, whose quantiles take long. */
void blocks_fit_effects(struct blocks *blocks);

/* Blocks are complete: whether the series has a value of each repetition of the base. */
bool blocks_has_all(const struct blocks_series *series, const struct blocks_series *base);
/* Creates and fits blocks of `count` series, each of which has all repetitions of series[base], and
 * of a control, which is a second copy of series[copied], or NULL. The control is the last variant.
 * The caller calls blocks_release. */
void blocks_compare(struct blocks *blocks, const struct blocks_series *series, size_t count,
                    size_t base, const struct blocks_series *control, size_t copied);
