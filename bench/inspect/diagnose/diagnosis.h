/* diagnosis.h - what is wrong with the memory of a running server: the verdict on its growth, what
 * grows, what holds it, which kind of mistake that is, and when memory runs out.
 *
 * A pure function of snapshots, without a process or socket. The verdict of bench/stats alone
 * decides whether it leaks, judging the snapshots like the samples of a run; the census and the
 * search for unreachable objects only say where. Without load there is no verdict.
 */
#pragma once

#include "census.h"
#include "headroom.h"
#include "result.h"

#define DIAGNOSIS_TEXT_BYTES 512
#define DIAGNOSIS_EXAMPLES   8
#define DIAGNOSIS_TYPES      4
/* Fewer requests over all snapshots count as no load. */
#define DIAGNOSIS_REQUESTS_MIN 200

/* The server at one moment. */
struct snapshot {
    struct result_sample sample;
    struct census census;
};

struct unreachable_example {
    char record[64]; /* its id */
    uint64_t bytes, references;
    char holder[DIAGNOSIS_TEXT_BYTES]; /* "check -> record"; "": no known object refers to it */
    char cycle[DIAGNOSIS_TEXT_BYTES];  /* "record -> login -> record"; "": it is in no cycle */
};

/* Objects other than records. */
struct unreachable_type {
    char type[CENSUS_NAME_BYTES];
    uint64_t count, bytes, live; /* unreachable ones, their bytes; all that are live */
};

/* Objects that no root reaches. Only one record in `share` was examined, so the true number of
 * records is about records * share. */
struct unreachable {
    uint64_t sampled, share, records, record_bytes;
    size_t type_count, example_count;
    struct unreachable_type types[DIAGNOSIS_TYPES];
    struct unreachable_example examples[DIAGNOSIS_EXAMPLES];
    char held[DIAGNOSIS_TEXT_BYTES]; /* the path to some record that is reachable; "": none is */
};

enum mistake {
    MISTAKE_NONE,
    MISTAKE_NO_LOAD,     /* nothing can be said */
    MISTAKE_UNDECIDED,   /* too short, or too much noise */
    MISTAKE_WARMING,     /* no mistake: it has not reached its limit yet */
    MISTAKE_UNBOUNDED,   /* entries are never removed */
    MISTAKE_BOOKKEEPING, /* what a policy keeps beside its entries grows */
    MISTAKE_EXPIRED,
    MISTAKE_CYCLE,
    MISTAKE_FORGOTTEN, /* a reference whose owner is gone */
    MISTAKE_UNKNOWN,   /* memory that no container accounts for */
    MISTAKE_FRAGMENTATION,
    MISTAKE_NOT_RETURNED, /* pages that the allocator keeps */
    MISTAKES,
};
/* A name such as "reference cycle"; what it means and what to do, in one sentence each. */
struct mistake_text {
    const char *name, *means, *remedy;
};
extern const struct mistake_text mistake_texts[MISTAKES];

struct diagnosis {
    struct result_verdict verdict;
    enum mistake mistake;
    double seconds, requests, requests_per_second;
    double bytes_per_second;           /* at this load; 0 without a leak or fragmentation */
    char container[CENSUS_NAME_BYTES]; /* that grows; "" if nothing leaks */
    char type[CENSUS_NAME_BYTES];      /* of the objects in it that grow most */
    /* What holds them: a path from a root, from "(unreachable)", or round a cycle. */
    char path[DIAGNOSIS_TEXT_BYTES + 32];
    struct headroom headroom;
    uint64_t time_to_limit_ns; /* 0: never */
    /* From *first to *last, which the rows point into. */
    size_t change_count;
    struct census_change changes[CENSUS_ROWS];
    const struct snapshot *first, *last; /* the middle snapshot and the last */
};

/* The snapshots are in order of time, at least one; they must outlive the diagnosis. */
void diagnosis_make(struct diagnosis *diagnosis, const struct snapshot *snapshots, size_t count,
                    const struct result_limits *limits, const struct unreachable *unreachable,
                    const struct headroom *headroom);
