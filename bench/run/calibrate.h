/* calibrate.h - runs a server against itself: how far two equal programs differ by chance. */
#pragma once

#include "run.h"

/* Runs the subject of `setup` under its workload, in pairs, for CALIBRATE_NS or half of the plan's
 * budget, but at least NOISE_PAIRS_LEAST pairs. The noise stays unknown if the bench is interrupted
 * or too many runs fail. */
#define CALIBRATE_NS (30 * NS_PER_SECOND)
void calibrate(const struct run_setup *setup, struct result_noise *noise);
