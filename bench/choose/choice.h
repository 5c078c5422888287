/* choice.h - a question about policies, what is known of each, and the answer. */
#ifndef CHOICE_H
#define CHOICE_H

#include "corpus.h"
#include "replay.h"

#define CHOICE_POLICIES_MAX 64
#define CHOICE_REASONS_MAX  12
#define CHOICE_WORDS_BYTES  400

/* A difference worth having: so many points of hit ratio, and such a share of the misses fewer. */
#define WORTH_POINTS       0.2
#define WORTH_MISSES_SHARE 0.02

struct question {
    const char *trace, *format;
    uint64_t limit, seed;
    uint64_t memory_bytes;   /* all that a cache may take */
    uint64_t miss_cost_ns;   /* what a fetch from the origin takes */
    uint64_t max_age_ns;     /* nothing older may be handed out; 0: any age will do */
    double rate_rps;         /* requests arrive at this rate, at random times */
    double age_rate_rps;     /* by which entries age in a replay; 0: by the trace's own times */
    double target_hit_ratio; /* 0: that of the baseline */
    double slo_percentile;   /* of the latency; 0: none was named */
    uint64_t slo_ns;         /* that it may have */
};

/* How a policy fares, as predicted or as measured. Times are 0 where they are not known. */
struct outlook {
    double hit_ratio;
    double mean_ns, p50_ns, p99_ns;
    double slo_ns; /* at the percentile that was named */
    double cpu_us_per_request;
    uint64_t bytes; /* the most that the cache took; measured: at the end */
};

/* Nanoseconds of CPU that an operation of a policy takes. */
struct policy_costs {
    double hit_ns, miss_ns, put_ns; /* put: a record comes, and another goes */
};

struct candidate {
    const struct policy *policy;
    char ruled_out[CHOICE_WORDS_BYTES]; /* why; "": it is not */
    char words[CHOICE_WORDS_BYTES];     /* how it compares with the baseline */
    bool replayed;
    struct replay_result now, half, twice; /* at the memory asked for, half of it, twice as much */
    uint64_t bytes_for_target;             /* 0: no memory is enough, or nobody looked */
    struct policy_costs costs;
    struct outlook predicted;
    bool measured;  /* what follows is known */
    bool disturbed; /* while it was measured, by whatever else ran on the machine */
    uint64_t requests_served;
    struct outlook as_served, seen; /* predicted for what was served, and measured */
};

struct answer {
    const struct candidate *chosen; /* NULL: no cache helps */
    bool is_worth;                  /* it is a difference worth having */
    char words[CHOICE_WORDS_BYTES];
    char reasons[CHOICE_REASONS_MAX][CHOICE_WORDS_BYTES];
    size_t reason_count;
};

struct choice {
    struct question question;
    struct corpus corpus;
    bool sized; /* the trace told sizes */
    struct candidate candidates[CHOICE_POLICIES_MAX];
    size_t count;
    const struct candidate *baseline; /* lru, or the first that is not ruled out; NULL: all are */
    double target_hit_ratio;
    struct replay_result everything; /* no limit at all */
    uint64_t optimum_entries;        /* the most that any candidate held */
    struct replay_result optimum;    /* with so many entries */
    struct answer answer;
};

static inline double hit_ratio(const struct replay_result *result)
{
    return result->requests > 0 ? (double)result->hits / (double)result->requests : 0;
}

static inline bool is_eligible(const struct candidate *candidate)
{
    return candidate->ruled_out[0] == '\0';
}

/* The window with the fewest hits, the first left out, in which caches fill. */
size_t worst_window(const struct replay_result *result);
double window_hit_ratio(const struct replay_result *result, size_t window);
/* Points of hit ratio below the optimum. */
double regret_points(const struct choice *choice, const struct candidate *candidate);
/* Is the first hit ratio better than the second by what is worth having? */
bool is_worth_having(double better, double worse);

#endif
