/* series.h - the samples of a watch, in a room that does not grow, and what they say.
 *
 * When it is full, every second sample goes, and from then on only every second one is kept. Pure,
 * but for its own state.
 */
#ifndef SERIES_H
#define SERIES_H

#include "process.h"
#include "result.h"
#include "stats.h"

#include <stdbool.h>

#define SERIES_ROOM 4096
/* The verdict's unit of time, where no counter is given: 1 byte in that is its slowest leak. */
#define SERIES_TICK_NS UINT64_C(10000000)

struct series_sample {
    uint64_t time_ns; /* since the watch began */
    uint64_t count;   /* of the counter since then; 0 without one */
    struct process_figures process;
    struct process_rollup rollup; /* of the last time that it was read */
    bool rolled;                  /* it was read for this sample */
};

enum series_figure { SERIES_RSS, SERIES_PSS, SERIES_ANONYMOUS, SERIES_VSZ, SERIES_FIGURES };
extern const char *const series_names[SERIES_FIGURES];

struct series {
    bool counted; /* the x axis is the counter, not the time */
    struct series_sample samples[SERIES_ROOM];
    size_t count;
    uint64_t stride, offered;  /* one in `stride` is kept */
    struct series_sample last; /* whether kept or not */
    uint64_t peaks[SERIES_FIGURES];
    bool rollup_known; /* it could be read at least once */
};

void series_begin(struct series *series, bool counted);
void series_add(struct series *series, const struct series_sample *sample);

uint64_t series_value(const struct series_sample *sample, enum series_figure figure);
/* Seconds, or the counter. */
double series_x(const struct series *series, const struct series_sample *sample);
/* Bytes per second or per count, over the second half, with its interval of 99.9 %. All 0 with too
 * few samples. */
struct stats_interval series_slope(const struct series *series, enum series_figure figure);

struct series_verdict {
    enum verdict_class class;
    struct stats_interval slope; /* of RSS */
    bool growing;                /* beyond doubt: time_left_ns and its bounds hold */
    bool passed;                 /* the limit */
    /* To the limit at that slope, and at the ends of its interval; 0 without a limit. With a
     * counter: at the rate at which it has counted. */
    double left_ns, left_low_ns, left_high_ns;
    char words[RESULT_WORDS_BYTES];
};

/* limit_bytes 0: none. */
void series_judge(const struct series *series, uint64_t limit_bytes,
                  struct series_verdict *verdict);

#endif
