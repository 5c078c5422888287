/* replay_report.h - the results of a sweep as a table, or as one line of JSON per replay. */
#pragma once

#include "capacity.h"
#include "sweep.h"

#include <stdio.h>

/* A sweep of every policy at every capacity. */
struct replay_report {
    const char *trace;
    double sample; /* of the keys; 1: all */
    const struct corpus *corpus;
    const struct sweep_job *jobs;
    size_t capacities, policies;  /* jobs[capacity * policies + policy] */
    const struct capacity *sizes; /* the capacities, not scaled to the sample */
};

void replay_report_table(const struct replay_report *report, FILE *out);
void replay_report_json(const struct replay_report *report, FILE *out);
