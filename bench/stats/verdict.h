/* verdict.h - decides from a memory curve: bounded, warming, a leak and its kind, or undecided.
 *
 * A pure function of samples and limits. bench/stats/README.md describes the rule, with worked
 * examples; verdict_rules.h defines its thresholds.
 *
 * A curve that is judged again and again while it grows gives more chances of a false leak. Who
 * does that (watch) calls verdict_look with the length so far and the length of the first look, and
 * verdict_give_look only when the look has risen; in between, the last verdict stands. A verdict at
 * the end, between two looks, counts as the next look. Looks are at doubled lengths; together they
 * have the error of a single verdict_give.
 */
#pragma once

#include "result.h"
#include "verdict_rules.h"

/* The samples are ordered by time. cpu_ns, where it is filled in, tells idle from flat. */
void verdict_give(struct result_verdict *verdict, const struct result_sample *samples,
                  size_t sample_count, const struct result_limits *limits);

/* For a run whose stream has so many ids (0: unknown): the growth of a leak in the number of
 * entries ends when all of them are cached. Then the words and limit_bytes say at which size, and
 * time_to_limit_ns is 0: the last ids are rare, so nobody knows when. */
void verdict_end(struct result_verdict *verdict, uint64_t ids);

/* The look that is due at this length (samples, requests or time): 0 below `first`, 1 from `first`
 * on, 2 from twice that on, 3 from four times that on, ... `first` is above 0. */
unsigned verdict_look(uint64_t length, uint64_t first);
/* verdict_give for a curve that is judged repeatedly; look counts from 1. */
void verdict_give_look(struct result_verdict *verdict, const struct result_sample *samples,
                       size_t sample_count, const struct result_limits *limits, unsigned look);

/* The verdict in few words (at most 40 characters below 100,000 B/request), for tables: "bounded:
 * at most 0.4 B/request". Returns text. */
const char *verdict_brief(const struct result_verdict *verdict, char text[RESULT_NAME_BYTES]);
