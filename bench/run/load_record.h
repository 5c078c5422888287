/* load_record.h - what a load did, as part of a run. */
#pragma once

#include "load.h"
#include "result.h"

/* Fills in the run's load, its counts of hits and misses, and its series, whose times begin
 * delay_ns after the time zero of the samples. */
void load_record(struct result *result, struct result_run *run, const struct load_result *load,
                 uint64_t delay_ns);
/* "12 of 3000 requests failed: 10 timeout, 2 status". */
void load_errors_explain(const struct load_result *load, struct error *error);
