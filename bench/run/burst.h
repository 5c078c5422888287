/* burst.h - how much memory a server gives back after a burst. */
#pragma once

#include "result.h"

/* Fills in the run's burst from its `ids`, the run's samples and its own: end, peak, and what is
 * left 0.1, 1, 5 and 30 s after the end, as far as there are samples. */
void burst_fill(struct result_run *run);
