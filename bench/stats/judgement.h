/* judgement.h - what a bench says about its variants: hits, speed, memory, and three sentences;
 * pure.
 *
 * Everything that a table, a page or a file says about better, worse, same or first is decided
 * here. README.md describes the rules, with a worked example.
 */
#pragma once

#include "result.h"
#include "served_hits.h"
#include "stats.h"
#include "units.h"

/* Hits are rounded to it, as they are printed, and compared then: what prints alike is the same.
 * They are exact for their stream, but another stream of the same kind would give others. */
#define JUDGEMENT_HITS_STEP  0.001
#define JUDGEMENT_REFERENCE  "lru"
#define JUDGEMENT_TEXT_BYTES 32
#define JUDGEMENT_NAMES_MAX  4 /* in a list of a sentence; with more it has their number */

/* Exact hits of a policy that need not have been served. */
struct judgement_hits {
    const char *policy;
    struct result_limits limits;
    uint64_t seed; /* of the ids */
    const struct result_hits *hits;
};

struct judgement_setup {
    struct result *const *results; /* with their summaries */
    size_t count;
    const char *reference;        /* NULL: JUDGEMENT_REFERENCE, or the first result without it */
    const struct result *control; /* speeds of a second copy of a variant; NULL: none */
    const struct judgement_hits *hits; /* those of served variants are ignored */
    size_t hits_count;
};

/* Why there is no figure of speed. */
enum judged_lack {
    LACK_NOTHING,
    LACK_SPEEDS,
    LACK_REFERENCE,
    LACK_TURNS,
    LACK_BENCH,
    LACK_REPETITIONS,
    JUDGED_LACKS
};
extern const char *const judged_lacks[JUDGED_LACKS]; /* in words */

/* A variant under a workload; or a policy that was not served, which has only hits. */
struct judged_row {
    const char *variant;
    const struct result *result; /* NULL: it was not served */
    const struct result_limits *limits;
    /* Exact from a replay, or as measured over the run. NAN: not known. */
    const struct result_hits *replayed; /* NULL: measured, or not known */
    uint64_t seed;                      /* of the ids */
    double hit_ratio;                   /* after the warm-up if the replay has one */
    double cold_hit_ratio;              /* of the whole replay; NAN: there is no other */
    uint64_t hits_rank;                 /* 1 + those with more hits; 0: not ranked */
    struct served_hits served;          /* a server that hit otherwise has no rank */
    bool is_apart; /* of other requests or limits than those that are ranked: it has no rank */
    /* CPU per request as a ratio to the reference; of few repetitions without an interval, which is
     * then NAN. */
    enum judged_lack lack;
    struct stats_interval cpu_ratio;
    uint64_t cpu_rank; /* 1 + those that are established as cheaper; 0: not ranked */
    double effect;     /* logarithm of the CPU per request */
    /* All columns of memory and the verdict are of this run. NULL: all failed, or none. */
    const struct result_run *run;
    const struct result_summary *summary; /* NULL: no run */
};

struct judged_speed {
    bool known;                   /* two or more variants have figures */
    bool resolved;                /* a pair is established as different */
    uint64_t repetitions, rounds; /* rounds: the fewest of a repetition */
    uint64_t variants, outliers;  /* outliers: see blocks.h */
    double freedom, deviation;    /* of an error, a share. NAN: too few repetitions */
    /* The logarithm of the ratio of two variants is known to +-half with 95 % for all pairs at
     * once. NAN: too few repetitions. */
    double half;
    bool has_control, control_differs; /* beyond its own 95 % interval */
    struct stats_interval control;     /* ratio to the reference, without the widening */
    double widest;                     /* no two differ by more than this share; NAN as half */
};

struct judged_workload {
    char name[RESULT_NAME_BYTES];
    /* Served variants: in the order of hits if these differ, otherwise as given. Then those that
     * were not served. */
    struct judged_row *rows;
    size_t row_count, served_count;
    bool hits_ranked, hits_differ, cold_differs;
    struct judged_speed speed;
    char *hits_words, *speed_words; /* a sentence each; "": nothing to say */
    char **notes;                   /* what else a reader must know of its figures, a line each */
    size_t note_count, note_capacity;
};

struct judgement {
    const char *reference;
    struct judged_workload *workloads; /* in the order of the first result that has them */
    size_t count;
    char *memory_words; /* what leaks, under all workloads; "": nothing to say */
};

/* What it points to belongs to the setup, which must outlive it, but for the array of results and
 * that of hits. The caller calls judgement_destroy. */
struct judgement *judgement_make(const struct judgement_setup *setup);
void judgement_destroy(struct judgement *judgement); /* NULL is allowed */

/* Whether the first costs less CPU, and that is established. */
bool judged_is_cheaper(const struct judged_speed *speed, const struct judged_row *one,
                       const struct judged_row *other);
/* "65.1 %", measured ones as "~65.1 %"; "-" if not known. */
const char *judged_hits_text(const struct judged_row *row, double ratio,
                             char text[JUDGEMENT_TEXT_BYTES]);
/* "0.92 +-0.03", with as many digits as the interval carries; without one "~0.92"; of the reference
 * "1"; "-" if not known. */
const char *judged_cpu_text(const struct judgement *judgement, const struct judged_row *row,
                            char text[JUDGEMENT_TEXT_BYTES]);

/* The JSON of the judgement, for bench.json; the caller releases it. */
json_t *judgement_json(const struct judgement *judgement);
