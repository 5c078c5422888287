/* replay_report.h - what a sweep found, as a table or as JSON, a line a replay. */
#ifndef REPLAY_REPORT_H
#define REPLAY_REPORT_H

#include "capacity.h"
#include "sweep.h"

#include <stdio.h>

/* The jobs of a sweep, capacity by capacity and in the same order of policies. */
struct replay_report {
    const char *trace;
    double sample; /* of the keys; 1: all */
    const struct corpus *corpus;
    const struct sweep_job *jobs;
    size_t capacities, policies;  /* jobs[capacity * policies + policy] */
    const struct capacity *sizes; /* as asked for, before sampling */
};

void replay_report_table(const struct replay_report *report, FILE *out);
void replay_report_json(const struct replay_report *report, FILE *out);

#endif
