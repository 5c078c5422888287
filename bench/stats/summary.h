/* summary.h - medians, intervals and verdicts over all runs of a workload; pure. */
#pragma once

#include "result.h"

/* Replaces the summaries of the result; workloads are in the order of their first runs. Failed runs
 * are only counted. Figures of speed are those of the result's speeds that count. */
void summary_make(struct result *result);

/* Whether a figure of a speed counts. Where the generator was the bottleneck only the server's CPU
 * time does: what a request costs the server does not depend on who waited. */
static inline bool summary_speed_counts(const struct result_speed *speed,
                                        enum result_figure_name figure)
{
    return !speed->bottleneck || figure == FIGURE_CPU_US_PER_REQUEST;
}

/* NULL: the result has no summary of this workload. */
const struct result_summary *summary_find(const struct result *result, const char *workload);

/* The run whose verdict the summary shows: of its class, and nearest to the median growth. NULL:
 * all runs failed. */
const struct result_run *summary_representative(const struct result *result,
                                                const struct result_summary *summary);

/* A figure of a run, not one of speed; and one of speed. */
double summary_figure(const struct result_run *run, enum result_figure_name figure);
double summary_speed_figure(const struct result_speed *speed, enum result_figure_name figure);
