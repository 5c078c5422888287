/* burst.h - how much of its peak a server gives back, some time after a burst. */
#ifndef BURST_H
#define BURST_H

#include "result.h"

/* Fills in the run's burst from its `ids`, its samples and the run's. Times that the samples do not
 * reach are left out. */
void burst_fill(struct result_run *run);

#endif
