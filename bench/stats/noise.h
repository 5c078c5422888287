/* noise.h - how much two measurements of the same program differ; pure. */
#pragma once

#include "result.h"

#define NOISE_PAIRS_LEAST 5

/* Computes the noise from two results of the same program whose n-th runs were neighbours in time,
 * for medians of `repeats` runs. A figure with fewer than NOISE_PAIRS_LEAST valid pairs is unknown.
 */
void noise_make(struct result_noise *noise, const struct result *one, const struct result *other,
                uint64_t repeats, uint64_t seed);
