/* hits_part.h - the part of a bench that counts hits: exact replays of each workload, in process.
 */
#pragma once

#include "bench.h"

/* Replays every workload with ids, bursts excepted, through every policy whose hits depend on the
 * ids alone: not on time and connections, as those of ttl and weak do. Sets how many requests the
 * memory runs need. */
void hits_part_run(struct bench *bench);
