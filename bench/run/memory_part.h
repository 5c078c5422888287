/* memory_part.h - the part of a bench that judges memory: each server in runs of its own. */
#pragma once

#include "bench.h"

/* Runs each server under each workload, and saves results as they come. */
void memory_part_run(struct bench *bench);
