/* diagnosis.h - what a live server suffers from: the verdict on its curve, what grows, who holds
 * it, which kind of mistake that looks like, and when memory runs out. Pure: no process, no socket.
 *
 * Whether it leaks is said by the verdict (bench/judge) alone, of the looks as of a run; the census
 * and the walk only say where. Without load nothing is said.
 */
#ifndef DIAGNOSIS_H
#define DIAGNOSIS_H

#include "census.h"
#include "result.h"

#define DIAGNOSIS_TEXT_BYTES 512
#define DIAGNOSIS_EXAMPLES   8
#define DIAGNOSIS_KINDS      4
/* Fewer requests than these in all the looks are no load. */
#define DIAGNOSIS_REQUESTS_MIN 200

/* One look at the server. */
struct look {
    struct result_sample sample;
    struct census census;
};

struct lost_example {
    char record[64];
    uint64_t bytes, references;
    char holder[DIAGNOSIS_TEXT_BYTES]; /* "" where no known object refers to it */
    char cycle[DIAGNOSIS_TEXT_BYTES];  /* "" where it does not lead back to itself */
};

struct lost_kind { /* objects beside the records that no root reaches */
    char type[CENSUS_NAME_BYTES];
    uint64_t count, bytes, live;
};

/* What no root reaches: of the records one in `share` was looked for. */
struct lost {
    uint64_t sampled, share, records, record_bytes;
    size_t kind_count, example_count;
    struct lost_kind kinds[DIAGNOSIS_KINDS];
    struct lost_example examples[DIAGNOSIS_EXAMPLES];
    char held[DIAGNOSIS_TEXT_BYTES]; /* the path to some record that is held; "" if there is none */
};

/* What the process may still take, by whoever limits it first. */
struct headroom {
    char limit[64]; /* "MemAvailable"; "" where nothing limits it */
    uint64_t limit_bytes, left_bytes;
};

enum mistake {
    MISTAKE_NONE,
    MISTAKE_NO_LOAD,   /* cannot tell */
    MISTAKE_UNTOLD,    /* too short a look, or too much noise */
    MISTAKE_FILLING,   /* none: it has not reached its limit yet */
    MISTAKE_UNBOUNDED, /* nothing ever leaves */
    MISTAKE_REMEMBERED,
    MISTAKE_EXPIRED,
    MISTAKE_CYCLE,
    MISTAKE_FORGOTTEN, /* a reference whose owner is gone */
    MISTAKE_OUTSIDE,   /* something that is not counted */
    MISTAKE_FRAGMENTS,
    MISTAKE_KEPT, /* pages that the allocator keeps */
    MISTAKES,
};
/* "unbounded", "cycle", ...; what it looks like, and what to do, in a sentence each. */
const char *mistake_name(enum mistake mistake);
const char *mistake_means(enum mistake mistake);
const char *mistake_remedy(enum mistake mistake);

struct diagnosis {
    struct result_verdict verdict;
    enum mistake mistake;
    double seconds, requests, requests_per_second;
    double bytes_per_second;              /* at the load that was seen; 0 where nothing leaks */
    char container[CENSUS_NAME_BYTES];    /* "" where nothing leaks */
    char type[CENSUS_NAME_BYTES];         /* what in it grows most */
    char path[DIAGNOSIS_TEXT_BYTES + 16]; /* from a root, from (nobody), or round a cycle */
    struct headroom room;
    uint64_t time_to_limit_ns; /* 0: never */
    size_t change_count;       /* from the first judged look to the last; rows lie in the looks */
    struct census_change changes[CENSUS_ROWS];
    const struct look *first, *last;
};

/* The looks are in the order of time, at least one; they and `lost` outlive the diagnosis. */
void diagnosis_make(struct diagnosis *diagnosis, const struct look *looks, size_t count,
                    const struct result_limits *limits, const struct lost *lost,
                    const struct headroom *room);

#endif
