/* noise.h - what two measurements of one and the same program may differ by; pure. */
#ifndef NOISE_H
#define NOISE_H

#include "result.h"

#define NOISE_PAIRS_LEAST 5

/* From two results of the same program, whose n-th runs were taken one after the other. `repeats`
 * runs make a median. A figure for which fewer than NOISE_PAIRS_LEAST pairs count stays unknown. */
void noise_make(struct result_noise *noise, const struct result *one, const struct result *other,
                uint64_t repeats, uint64_t seed);

#endif
