/* calibrate.h - runs a subject against itself, to know what no difference looks like. */
#ifndef CALIBRATE_H
#define CALIBRATE_H

#include "run.h"

/* Runs the subject of `setup` under its workload, in pairs, for CALIBRATE_NS or half of the plan's
 * budget, but NOISE_PAIRS_LEAST pairs at least. The noise stays unknown if it is interrupted or too
 * many runs fail. */
#define CALIBRATE_NS (30 * NS_PER_SECOND)
void calibrate(const struct run_setup *setup, struct result_noise *noise);

#endif
