/* summary.h - what all runs of a workload say together; pure. */
#ifndef SUMMARY_H
#define SUMMARY_H

#include "result.h"

/* Makes the result's summaries anew, in the order in which its workloads first ran. Failed runs
 * are counted and nothing else; runs whose generator was the bottleneck give no speed. */
void summary_make(struct result *result);

/* A figure of a run, and whether the run may speak of it: none that failed, and of speed none
 * whose generator was the bottleneck. */
double summary_figure(const struct result_run *run, enum result_figure_name figure);
bool summary_figure_counts(const struct result_run *run, enum result_figure_name figure);

#endif
