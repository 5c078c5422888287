/* series.h - the samples of a watch in a fixed amount of memory, and the verdict on them.
 *
 * When SERIES_CAPACITY samples are stored, every second one is dropped, and from then on only every
 * second new one is stored. One thread at a time.
 */
#pragma once

#include "process.h"
#include "resource_growth.h"
#include "result.h"
#include "stats.h"

#include <stdbool.h>

#define SERIES_CAPACITY 4096
/* Without a counter, the time of the watch counts as so many requests: what is found depends on the
 * growth over the watch, however long it is. A process that gains less than 64 KiB in the second
 * half is not said to grow. */
#define SERIES_TICKS 100000
/* A watch that is followed on a screen is judged after this time, twice that, four times that, ...:
 * see verdict.h. */
#define SERIES_LOOK_NS (5 * NS_PER_SECOND)

struct series_sample {
    uint64_t time_ns;               /* since the watch began */
    uint64_t requests;              /* by the counter, since the watch began; 0 without a counter */
    uint64_t processes;             /* the watched one and all that descend from it */
    struct process_figures process; /* of all of them, without lazily freed pages */
    struct process_rollup rollup;   /* as last read */
    bool has_rollup;                /* the rollup was read for this sample */
};

enum series_figure { SERIES_RSS, SERIES_PSS, SERIES_ANONYMOUS, SERIES_VSZ, SERIES_FIGURES };
extern const char *const series_names[SERIES_FIGURES];

struct series {
    bool by_request; /* x is the number of requests, not the time */
    struct series_sample samples[SERIES_CAPACITY];
    size_t count;
    uint64_t stride, added;    /* one in `stride` of all added samples is stored */
    struct series_sample last; /* added, stored or not */
    uint64_t peaks[SERIES_FIGURES];
    bool has_rollup;             /* the rollup could be read at least once */
    unsigned look;               /* how often it was judged so far */
    struct result_verdict given; /* when it was judged last */
    double given_each;           /* seconds or requests for one of its requests */
};

void series_init(struct series *series, bool by_request);
void series_add(struct series *series, const struct series_sample *sample);

/* In bytes. */
uint64_t series_value(const struct series_sample *sample, enum series_figure figure);
/* False for pss if it could never be read. */
bool series_has(const struct series *series, enum series_figure figure);
/* Judges the samples so far, if the next look is due. */
void series_look(struct series *series);
/* Judges all samples, at the end. */
void series_end(struct series *series);
/* Seconds or requests since the watch began. */
double series_x(const struct series *series, const struct series_sample *sample);
/* Bytes per second or per request over the second half, with the 99.9 % interval; of rss the
 * growth that decided when it was judged last. All 0 with too few samples. */
struct stats_interval series_slope(const struct series *series, enum series_figure figure);

/* What was found when the series was judged last. */
struct series_verdict {
    enum verdict_class class;
    struct stats_interval slope; /* of rss */
    bool growing;                /* a leak, and the slope's interval lies above 0 */
    bool limit_passed;
    /* Time until rss reaches the limit, at the slope and at the ends of its interval, and at the
     * rate of requests so far; 0 if it does not grow or there is no limit. */
    double left_ns, left_low_ns, left_high_ns;
    char words[RESULT_WORDS_BYTES]; /* one line */
};

/* Which of descriptors, threads, address space and page tables grow steadily, one line each. */
size_t series_growths(const struct series *series, char words[RESOURCES][RESULT_WORDS_BYTES]);

/* limit_bytes 0: no limit. */
void series_judge(const struct series *series, uint64_t limit_bytes,
                  struct series_verdict *verdict);
