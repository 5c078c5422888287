/* summary.h - what all runs of a workload say together; pure. */
#ifndef SUMMARY_H
#define SUMMARY_H

#include "result.h"

/* Makes the result's summaries anew, in the order in which its workloads first ran. Failed runs
 * are counted and nothing else; runs whose generator was the bottleneck give no speed. */
void summary_make(struct result *result);

#endif
