/* verdict.h - decides from a memory curve: bounded, warming, a leak and its kind, or undecided.
 *
 * A pure function of samples and limits. bench/stats/README.md describes the rule, with a worked
 * example; verdict_rules.h defines its thresholds.
 */
#pragma once

#include "result.h"
#include "verdict_rules.h"

/* The samples are ordered by time. */
void verdict_give(struct result_verdict *verdict, const struct result_sample *samples,
                  size_t sample_count, const struct result_limits *limits);
/* The verdict in few words (33 characters below 10,000 B/request), for tables: "leaks 136
 * B/request: container". Returns text. */
const char *verdict_brief(const struct result_verdict *verdict, char text[RESULT_NAME_BYTES]);
