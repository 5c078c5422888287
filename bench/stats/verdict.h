/* verdict.h - decides from a memory curve: bounded, warming, a leak and its kind, or undecided.
 *
 * A pure function of samples and limits. bench/stats/README.md describes the rule, with a worked
 * example. Its thresholds are defined here and nowhere else.
 */
#ifndef VERDICT_H
#define VERDICT_H

#include "result.h"

/* Slower growth is none, however certain it is. Leaks of a byte are to be found, and estimates of
 * them may lie a little below. */
#define VERDICT_LEAK_BYTES_PER_REQUEST 0.75
/* Nor is it growth if, over all the samples that are judged, it comes to less than this: what a
 * server's own pools and buffers come and go by. */
#define VERDICT_NOISE_BYTES (64.0 * 1024)
/* A curve is flat if it cannot well have grown by more than this share of what is there; what a
 * cache accounts for comes and goes with its entries, and may by more. */
#define VERDICT_FLAT_SHARE       0.02
#define VERDICT_FLAT_CACHE_SHARE 0.05
/* A slope's interval is that of 99.9 %: a leak is beyond doubt. For "bounded" 95 % will do, which
 * is this share of it to either side. */
#define VERDICT_FLAT_REACH 0.6
/* Fewer samples than this, after the warm-up, decide nothing. */
#define VERDICT_SAMPLES_MIN 8
/* The requests before this share of all are the warm-up. */
#define VERDICT_WARMUP_SHARE 0.5
/* Where the cache's own bytes have changed after the warm-up, those after this share of the judged
 * samples must be flat. */
#define VERDICT_LATE_SHARE 0.6
/* A leak goes on: cut into so many parts, all its steps from part to part but one must reach this
 * share of their mean. A table that doubles once does not. */
#define VERDICT_PARTS      5
#define VERDICT_STEP_SHARE 0.25
/* What grows by leaps is judged by octaves of requests, so many of them, at least
 * VERDICT_LEAK_BYTES_PER_REQUEST in each. Its level at the end of an octave is the median of what
 * lies between this share of its requests and the end. */
#define VERDICT_OCTAVES          3
#define VERDICT_FRAGMENT_OCTAVES 2
#define VERDICT_OCTAVE_END       0.75
/* Samples that lie closer together than this share of their mean distance, in requests, are one:
 * the load stood still. */
#define VERDICT_SPACING_SHARE 0.25
/* A cache that is fuller than this has reached its capacity. */
#define VERDICT_FULL_SHARE 0.98
/* A policy may remember as many departed keys as fit entries, or a few times that: growth beside
 * the entries counts only once so many times its capacity has been evicted. */
#define VERDICT_TURNOVERS 3
/* Entries may outlive their age by this much until a sample shows them gone: one tick and the
 * distance of two samples. */
#define VERDICT_AGE_SLACK_NS UINT64_C(300000000)
/* Records are counted, not weighed: so many more of them are a leak, beyond doubt and going on,
 * however few bytes they come to. */
#define VERDICT_RECORDS_MIN 16
/* Pages that grow by less than this share of what is allocated settle, they do not fragment. */
#define VERDICT_FRAGMENT_SHARE 0.10
/* Dirty pages gather until the allocator's decay (jemalloc: 10 s) has come round: resident pages
 * beyond the active ones are judged only from then on. */
#define VERDICT_DECAY_NS UINT64_C(10000000000)
/* What is allocated fell if it lost this share of its peak, and at least so many bytes. The pages
 * were not returned if less than this share of that left resident memory. */
#define VERDICT_FELL_SHARE     0.5
#define VERDICT_FELL_BYTES     (4.0 * 1024 * 1024)
#define VERDICT_RETURNED_SHARE 0.5
/* What a leak is measured against in words. */
#define VERDICT_WORDS_LIMIT_BYTES (512.0 * 1024 * 1024)
#define VERDICT_WORDS_RATE_RPS    1000.0

/* The samples are in the order of time. */
void verdict_give(struct result_verdict *verdict, const struct result_sample *samples,
                  size_t sample_count, const struct result_limits *limits);
/* How long a leak takes to fill so many bytes at so many requests a second; 0: it is none. */
uint64_t verdict_time_to_ns(const struct result_verdict *verdict, double limit_bytes,
                            double rate_rps);

#endif
