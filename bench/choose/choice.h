/* choice.h - the question, what is known of each policy, and the answer. */
#pragma once

#include "corpus.h"
#include "objective.h"
#include "replay.h"
#include "turnover.h"

#define CHOICE_POLICIES_MAX 64
#define CHOICE_REASONS_MAX  12
#define CHOICE_WORDS_BYTES  400

/* A difference between two scores (objective.h), such as hit ratios, matters if it is at least this
 * many percentage points and at least this share of the misses. */
#define MATTERS_POINTS       0.2
#define MATTERS_MISSES_SHARE 0.02

enum rate_source { RATE_GIVEN, RATE_OF_TRACE, RATE_ASSUMED };

struct question {
    const char *trace;
    struct trace_setup reading;
    enum objective objective; /* decides which policy is the best */
    uint64_t warmup_requests; /* the first ones; hits are those of the rest */
    uint64_t memory_bytes;    /* limit for all memory of a cache */
    uint64_t miss_cost_ns;    /* time of a fetch from the origin */
    uint64_t max_age_ns;      /* largest age of a reply; 0: any */
    double rate_rps;          /* requests arrive at this rate, at random times */
    enum rate_source rate_from;
    double age_rate_rps;     /* entries age at this rate in a replay; 0: by the trace's times */
    double target_hit_ratio; /* 0: that of the baseline */
    double slo_percentile;   /* of the latency objective; 0: no objective */
    uint64_t slo_ns;         /* its bound */
};

/* Predicted or measured figures of a policy. Unknown times are 0. */
struct policy_figures {
    double hit_ratio;
    double mean_ns, p50_ns, p99_ns;
    double slo_ns; /* at the percentile of the objective */
    double cpu_us_per_request;
    uint64_t bytes; /* predicted: most memory of the cache; measured: at the end */
};

/* CPU time of a policy's operations. */
struct policy_costs {
    double hit_ns, miss_ns, put_ns; /* put: inserts one record and evicts one */
};

struct candidate {
    const struct policy *policy;
    char ruled_out[CHOICE_WORDS_BYTES]; /* the reason; "" if it is not */
    char words[CHOICE_WORDS_BYTES];     /* how it compares with the baseline */
    bool replayed;
    struct replay_result now, half, twice; /* at the memory limit, at half, at twice as much */
    uint64_t bytes_for_target;             /* 0: no memory is enough, or not searched */
    struct policy_costs costs;
    struct policy_figures predicted;
    bool measured;  /* a server of it was run; the fields below are set */
    bool disturbed; /* by other programs on the machine, while it was measured */
    uint64_t requests_served;
    struct policy_figures predicted_served; /* predicted for the requests that were served */
    struct policy_figures served;           /* measured on them */
};

struct answer {
    const struct candidate *chosen;    /* NULL: no cache helps */
    char warning[TURNOVER_TEXT_BYTES]; /* the trace is too short for the memory; "": it is not */
    uint64_t requests_needed;          /* then; 0: more do not help */
    bool is_worth;                     /* its difference to the baseline matters */
    char words[CHOICE_WORDS_BYTES];
    char reasons[CHOICE_REASONS_MAX][CHOICE_WORDS_BYTES];
    size_t reason_count;
};

struct choice {
    struct question question;
    struct corpus corpus;
    bool sized; /* the trace has sizes */
    struct candidate candidates[CHOICE_POLICIES_MAX];
    size_t count;
    const struct candidate *baseline; /* lru, or the first that is not ruled out; NULL: all are */
    double target_hit_ratio;
    struct replay_result everything; /* without a limit of memory */
    struct replay_result optimum;    /* belady within the same limits */
    /* The share of requests that are the first for their id, in both halves of what follows the
     * warm-up. */
    double early_firsts, late_firsts;
    char not_checked[CHOICE_WORDS_BYTES]; /* why some or all were not served; "": none */
    struct answer answer;
};

/* Of all requests; the hits of a cold start included. */
static inline double hit_ratio(const struct replay_result *result)
{
    return result->requests > 0 ? (double)result->hits / (double)result->requests : 0;
}

/* Of the requests after the warm-up. */
static inline double steady_ratio(const struct replay_result *result)
{
    return objective_score(OPTIMISE_REQUESTS, result);
}

static inline bool is_eligible(const struct candidate *candidate)
{
    return candidate->ruled_out[0] == '\0';
}

/* Whether a server of the policy keeps the limits of the question. */
static inline bool can_be_served(const struct question *question, const struct policy *policy)
{
    return question->max_age_ns == 0 || (policy->limits & KEEPS_AGE);
}

/* The first window that has no request of the warm-up; the last window if all have some. */
size_t first_steady_window(const struct replay_result *result);
/* From there on, the window with the fewest hits. */
size_t worst_window(const struct replay_result *result);
double window_hit_ratio(const struct replay_result *result, size_t window);
/* What decides. */
double score(const struct choice *choice, const struct candidate *candidate);
/* Points of the score below the optimum. Below 0: it is better, which can be if sizes differ. */
double regret_points(const struct choice *choice, const struct candidate *candidate);
/* Whether the difference between the two scores matters. */
bool difference_matters(double better, double worse);
/* Whether no difference between the two matters. */
bool are_equal(const struct choice *choice, const struct candidate *one,
               const struct candidate *other);
