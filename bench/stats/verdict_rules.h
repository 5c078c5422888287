/* verdict_rules.h - the thresholds of a verdict. bench/stats/README.md describes the rule. */
#pragma once

#include <stdint.h>

/* Slower growth is no leak, however certain it is. The limit is below 1 byte so that a leak of 1
 * byte is found although its estimate may be a little lower. */
#define VERDICT_LEAK_BYTES_PER_REQUEST 0.75
/* Less growth over all judged samples is not called a leak: a server's pools and buffers vary by
 * this much. So much that is certain is not called bounded, however slow. */
#define VERDICT_NOISE_BYTES (64.0 * 1024)
/* "bounded" needs a slope below that of a leak, and an interval whose upper end is not above this.
 */
#define VERDICT_BOUND_BYTES_PER_REQUEST 4.0
/* So much growth may not be seen in the RSS: allocations fill pages that are resident already. */
#define VERDICT_HIDDEN_BYTES (64.0 * 1024)
/* With fewer samples after the warm-up the verdict is undecided. */
#define VERDICT_SAMPLES_MIN 8
/* With fewer requests after the warm-up, or less CPU time where that is known, there was no
 * activity to judge. */
#define VERDICT_REQUESTS_MIN 100
#define VERDICT_CPU_MIN_NS   UINT64_C(10000000)
/* The warm-up, as a share of all requests. */
#define VERDICT_WARMUP_SHARE 0.5
/* A leak is steady: cut into VERDICT_PARTS parts, all steps from part to part but one reach this
 * share of the mean step. The growth of a table that doubles once does not. */
#define VERDICT_PARTS      5
#define VERDICT_STEP_SHARE 0.25
/* Growth slows down if the last half of all requests has less than this share of the rate of the
 * quarter before; but not if the last quarter certainly grows, with this share of the rate of the
 * last half (of logarithmic growth it has 0.83). */
#define VERDICT_SLOWS_SHARE 0.7
#define VERDICT_STILL_SHARE 0.95
/* Growth in leaps has rates in its octaves that differ by at most this factor, and falls by no more
 * than this share of its growth. The level at the end of an octave is the mean of the samples
 * after the last share of its requests. */
#define VERDICT_LEAP_SPREAD 3
#define VERDICT_LEAP_FALL   0.1
#define VERDICT_OCTAVE_END  0.75
/* Samples closer together than this share of their mean distance in requests are one point: the
 * load stood still. */
#define VERDICT_SPACING_SHARE 0.25
/* A cache is full from this share of its capacity on. */
#define VERDICT_FULL_SHARE 0.98
/* Policies may remember a few times as many keys of evicted entries as they have entries: growth of
 * the bookkeeping counts only after the capacity was evicted this many times. */
#define VERDICT_TURNOVERS 3
/* Entries may be seen for this long after their time to live: one tick and the interval between two
 * samples. */
#define VERDICT_AGE_SLACK_NS UINT64_C(300000000)
/* For records the number counts, not the bytes: this many more are a leak. */
#define VERDICT_RECORDS_MIN 16
/* Pages that grow by less than this share of the allocated bytes are not fragmentation. */
#define VERDICT_FRAGMENT_SHARE 0.10
/* Dirty pages accumulate until the allocator's decay time (jemalloc: 10 s): resident pages beyond
 * the active ones are judged only after that. */
#define VERDICT_DECAY_NS UINT64_C(10000000000)
/* The allocated bytes fell if they lost this share of their peak and at least this many bytes. The
 * pages were not returned if less than this share of the fall left resident memory. */
#define VERDICT_FELL_SHARE     0.5
#define VERDICT_FELL_BYTES     (4.0 * 1024 * 1024)
#define VERDICT_RETURNED_SHARE 0.5
/* The words of a leak say when it fills this many bytes at this rate. */
#define VERDICT_WORDS_LIMIT_BYTES (512.0 * 1024 * 1024)
#define VERDICT_WORDS_RATE_RPS    1000.0
