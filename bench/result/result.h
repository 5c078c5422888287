/* result.h - the result file: all runs of one variant, in memory and as JSON.
 *
 * results/README.md describes every key and unit, results/schema.json is the schema. The tables in
 * json_fields.c define the keys of flat objects.
 *
 * A result owns all that hangs from it. One thread at a time, except that one thread may add
 * samples to a run while others read other runs.
 */
#pragma once

#include "errors.h"
#include "memory.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RESULT_FAMILY      "tidemark/result/"
#define RESULT_VERSION     3
#define RESULT_SCHEMA      RESULT_FAMILY "3"
#define RESULT_OLDEST      2 /* the oldest version that is read */
#define RESULT_NAME_BYTES  64
#define RESULT_WORDS_BYTES 256
#define RESULT_LINE_BYTES  1024

/* Beside the results of a bench: what belongs to all of them. */
#define BENCH_FILE   "bench.json"
#define BENCH_SCHEMA "tidemark/bench/1"

/* One point of the memory curve; all but requests are the server's. */
struct result_sample {
    uint64_t time_ns;  /* since the start of the load */
    uint64_t requests; /* that have ended, as the load generator counts them */
    uint64_t hits, misses, evictions, expirations, entries;
    uint64_t payload_bytes, cache_bytes;
    /* All records that exist, and the references held outside the caches. */
    uint64_t live_records, live_record_bytes, held_records;
    uint64_t zone_allocated_bytes, zone_active_bytes, zone_resident_bytes; /* of the cache alone */
    uint64_t zone_metadata_bytes, zone_retained_bytes;
    uint64_t allocated_bytes, active_bytes, metadata_bytes; /* of the process */
    uint64_t resident_bytes, mapped_bytes, retained_bytes;
    uint64_t rss_bytes, anonymous_bytes; /* without lazily freed pages */
    uint64_t vsz_bytes, page_table_bytes, descriptors, threads;
    uint64_t pss_bytes, lazy_free_bytes; /* repeated in between, if reading them takes long */
    uint64_t cpu_ns, minor_faults, major_faults;
};

struct result_latency {
    uint64_t count;
    double mean_ns;
    uint64_t p50_ns, p90_ns, p99_ns, p999_ns, p9999_ns, max_ns;
};

struct result_errors { /* by kind */
    uint64_t refused, reset, timeout, status, truncated, garbage, length, wrong;
};

/* Complete responses by status. */
struct result_statuses {
    uint64_t s2xx, s3xx, s4xx, s5xx, other;
};

struct result_load {
    uint64_t requests, hits, misses, errors;
    struct result_errors errors_by_kind;
    struct result_statuses statuses;
    uint64_t wall_ns, generator_cpu_ns;
    double requests_per_second;
    double hit_ratio;
    double generator_busy; /* share of the time that it ran or waited for its core */
    bool bottleneck;       /* the generator, not the server, limited the run */
    char bottleneck_reason[RESULT_WORDS_BYTES]; /* "": it did not */
    uint64_t unsent;  /* open loop: due before the end, but no connection was free */
    uint64_t late_ns; /* open loop: the longest delay caused by the generator */
    /* From when requests were due; as_sent: all requests, from when they were sent. */
    struct result_latency all, hit, miss, as_sent;
};

/* The requests that ended within a part of the load. */
struct result_interval {
    uint64_t start_ns, span_ns; /* start: since the same moment as the samples */
    uint64_t requests, hits, misses, errors;
    uint64_t p50_ns, p99_ns, max_ns; /* 0: no valid answer */
};

/* Figures that hardly depend on other work of the machine. NAN: not known. */
struct result_exact {
    uint64_t hits, misses;           /* of the whole load, as the generator counts */
    uint64_t evictions;              /* of the server, from its start to the end of the load */
    double instructions_per_request; /* of the server, in user mode */
    double allocations_per_request;  /* of the server's allocator */
    /* An exact replay of the requests that the load sent. 0 requests: there was none, as of
     * policies whose hits depend on time or connections. */
    uint64_t replayed_requests, replayed_hits;
};

struct result_server {
    uint64_t cpu_ns; /* from the first to the last sample */
    double cpu_us_per_request;
    double overhead_bytes_per_entry; /* cache_bytes beyond payload_bytes, at the end */
};

struct result_sampling { /* the cost of sampling */
    uint64_t interval_ns, samples;
    double cpu_us_per_sample; /* of the server, measured without load */
    double cpu_share;         /* of the server's CPU time during the run */
};

/* The slope of a figure over requests, with its interval. */
struct result_slope {
    double per_request, low, high;
};

#define RESULT_LAYERS 11
/* The layers of a verdict, in this order. */
extern const char *const result_layers[RESULT_LAYERS];

/* Differences of two layers: more slopes of a verdict, in this order. */
enum result_gap {
    GAP_UNACCOUNTED,   /* bytes of the layer beyond cache_bytes */
    GAP_BOOKKEEPING,   /* cache_bytes beyond payload_bytes */
    GAP_UNREACHABLE,   /* live records beyond those in caches and those held elsewhere */
    GAP_FRAGMENTATION, /* active_bytes beyond allocated_bytes */
    RESULT_GAPS,
};
extern const char *const result_gaps[RESULT_GAPS];

enum verdict_class {
    VERDICT_BOUNDED,
    VERDICT_WARMING,          /* the cache fills towards its limit */
    VERDICT_LEAK_CONTAINER,   /* entries or bookkeeping of a container grow */
    VERDICT_LEAK_UNREACHABLE, /* memory grows that no container explains */
    VERDICT_LEAK_EXPIRED,     /* entries stay after their time to live */
    VERDICT_LEAK_GROWS,       /* memory grows of a program whose accounts are not known */
    VERDICT_FRAGMENTATION,    /* pages grow, allocations do not */
    VERDICT_NOT_RETURNED,     /* allocations fell, pages did not */
    VERDICT_UNDECIDED,
    VERDICT_NO_ACTIVITY, /* idle, or too few requests to judge */
    VERDICT_CLASSES,
};
/* "bounded", "leak: container", ... as in results. */
const char *verdict_class_name(enum verdict_class verdict);
bool verdict_is_leak(enum verdict_class verdict);

/* Counts and bytes at one sample. */
struct result_counts {
    uint64_t entries, live_records, held_records, unreachable_records, evictions, expirations;
    uint64_t payload_bytes, cache_bytes, allocated_bytes, active_bytes, resident_bytes;
};

struct result_verdict {
    enum verdict_class class;
    char layer[RESULT_NAME_BYTES];       /* first_bytes, last_bytes and peak_bytes are its */
    char figure[RESULT_NAME_BYTES];      /* the layer or gap whose growth decided */
    double bytes_per_request, low, high; /* that growth; of bounded, `high` is the bound */
    char grows[RESULT_NAME_BYTES];       /* what leaks, in words; "": nothing */
    uint64_t limit_bytes;                /* of a leak: filled after time_to_limit_ns at this rate */
    double limit_rate_rps;
    uint64_t time_to_limit_ns;
    uint64_t requests_until_full; /* of warming, estimated; otherwise 0 */
    uint64_t requests_needed;     /* of a whole run that may decide; 0: it is decided */
    char words[RESULT_WORDS_BYTES];
    /* The evidence, from the judged samples. */
    uint64_t judged_samples, judged_requests;
    uint64_t first_bytes, last_bytes, peak_bytes;
    bool steady;           /* the growth went on throughout and was no single step */
    bool limits_kept;      /* at every judged sample; true without limits */
    uint64_t dead_entries; /* in the last sample: entries that must be older than the limit */
    struct result_counts first, last;
    struct result_slope gaps[RESULT_GAPS];
    struct result_slope layers[RESULT_LAYERS];
};

/* The memory of the process some time after a burst. */
struct result_after {
    double seconds;
    uint64_t rss_bytes, resident_bytes;
    /* Share of the growth to the peak that was returned; below 0: it grew further. */
    double returned_share, resident_returned_share;
};
#define RESULT_AFTERS 4

/* How memory was returned after many ids had been requested once. */
struct result_burst {
    uint64_t ids;                                 /* requested once each */
    uint64_t end_ns;                              /* of the first part; 0: the run ended before */
    int64_t dirty_decay_ns;                       /* given to the allocator; -1: its default */
    uint64_t peak_rss_bytes, peak_resident_bytes; /* until end_ns */
    struct result_after after[RESULT_AFTERS];
    size_t after_count;
    struct result_sample *samples; /* taken after the load */
    size_t sample_count;
};

enum run_status { RUN_OK, RUN_CAPPED, RUN_FAILED, RUN_STATUSES };
const char *run_status_name(enum run_status status);

/* One run: a fresh process of the variant under one workload. */
struct result_run {
    char workload[RESULT_NAME_BYTES]; /* its name; `ids` describes the stream in full */
    char ids[RESULT_NAME_BYTES];
    uint64_t repetition; /* from 1 */
    uint64_t seed;
    enum run_status status;
    char reason[RESULT_WORDS_BYTES]; /* why it failed or was stopped; "" if ok */
    uint64_t capped_ns;              /* time to the memory cap; 0: it was not reached */
    struct result_load load;
    struct result_server server;
    struct result_sampling sampling;
    struct result_verdict verdict;
    struct result_burst *burst; /* NULL: the workload has none */
    struct result_exact counts;
    struct result_interval *series; /* of the load, in the order of time */
    size_t series_count;
    struct result_sample *samples;
    size_t sample_count, sample_capacity;
};

/* What a request costs, in one repetition: a fresh server that is alive together with all others of
 * the bench, and gets a slice of requests in each round. The repetitions of all results of one
 * bench belong together: number 1 of each shared its rounds with number 1 of all others. */
struct result_speed {
    char workload[RESULT_NAME_BYTES];
    uint64_t repetition;        /* from 1 */
    uint64_t seed;              /* of the ids and of the order of the slices */
    uint64_t rounds, requests;  /* slices, and the requests in all of them */
    double cpu_us_per_request;  /* geometric mean over the rounds, without disturbed slices */
    double requests_per_second; /* median over the rounds */
    uint64_t p50_ns, p90_ns, p99_ns, p999_ns, max_ns; /* over the requests of all slices */
    bool bottleneck; /* the generator, not the server, limited the slices */
};

/* Hits of an exact replay of a workload through the policy, without a server. */
struct result_hits {
    char workload[RESULT_NAME_BYTES], ids[RESULT_NAME_BYTES];
    uint64_t requests, hits;               /* from an empty cache on */
    uint64_t compulsory_misses;            /* first requests for an id */
    uint64_t steady_requests, steady_hits; /* after the warm-up */
    uint64_t entries, cache_bytes;         /* at the end */
};

/* A figure over n runs. */
struct result_figure {
    double median, low, high; /* 95 % interval of the median; of few runs their range */
    uint64_t n;
};

#define RESULT_FIGURES 23
/* The figures of a summary, in this order. */
enum result_figure_name {
    FIGURE_REQUESTS_PER_SECOND,
    FIGURE_CPU_US_PER_REQUEST,
    FIGURE_P50_NS,
    FIGURE_P90_NS,
    FIGURE_P99_NS,
    FIGURE_P999_NS,
    FIGURE_MAX_NS,
    FIGURE_HIT_RATIO,
    FIGURE_ENTRIES,
    FIGURE_BYTES_PER_REQUEST,
    FIGURE_OVERHEAD_BYTES_PER_ENTRY,
    FIGURE_SAMPLING_CPU_SHARE,
    FIGURE_PAYLOAD_START_BYTES,
    FIGURE_PAYLOAD_END_BYTES,
    FIGURE_CACHE_START_BYTES,
    FIGURE_CACHE_END_BYTES,
    FIGURE_ALLOCATED_START_BYTES,
    FIGURE_ALLOCATED_END_BYTES,
    FIGURE_RESIDENT_START_BYTES,
    FIGURE_RESIDENT_END_BYTES,
    FIGURE_RSS_START_BYTES,
    FIGURE_RSS_END_BYTES,
    FIGURE_RSS_PEAK_BYTES,
};
extern const char *const result_figures[RESULT_FIGURES];

/* How much two medians of the same program differ, as a share of the smaller one: 95 % of the
 * measured pairs differ by no more. */
#define RESULT_NOISES 6 /* the first figures: those of speed without max_ns */
struct result_noise {
    bool known;
    uint64_t pairs;
    double figures[RESULT_NOISES]; /* NAN: not known */
};

/* All runs of one workload. */
struct result_summary {
    char workload[RESULT_NAME_BYTES];
    uint64_t runs, failed, capped;
    uint64_t bottlenecked; /* repetitions of which only the CPU time counts */
    struct result_figure figures[RESULT_FIGURES];
    uint64_t verdicts[VERDICT_CLASSES]; /* how often each class was given */
    enum verdict_class class; /* the most frequent; of equally frequent ones the most severe */
    char words[RESULT_WORDS_BYTES];
};

struct result_limits {
    uint64_t capacity_entries, capacity_bytes, ttl_ns; /* 0: none */
};

struct result_made_by {
    char machine[RESULT_NAME_BYTES], cpu_model[RESULT_WORDS_BYTES], kernel[RESULT_WORDS_BYTES];
    uint64_t cores;
    int64_t server_cpu, generator_cpu; /* -1: not pinned */
    char compiler[RESULT_WORDS_BYTES], flags[RESULT_WORDS_BYTES], commit[RESULT_NAME_BYTES];
    bool commit_dirty;
    char version[RESULT_NAME_BYTES], h2o_version[RESULT_NAME_BYTES];
    char allocator[RESULT_WORDS_BYTES], allocator_options[RESULT_WORDS_BYTES];
    uint64_t seed, connections;
    uint64_t requests, duration_ns;   /* of a run: at least so many; 0: no such limit */
    char protocol[RESULT_NAME_BYTES]; /* "http/1.1" or "h2c" */
    uint64_t streams;                 /* per connection */
    double rate_rps;                  /* 0: closed loop */
    /* Of a program that is not ours; "": it is ours. */
    char command[RESULT_LINE_BYTES], url[RESULT_LINE_BYTES];
    char command_line[RESULT_LINE_BYTES];
    char time[RESULT_NAME_BYTES]; /* when the bench began, ISO 8601, UTC */
};

struct result {
    struct memory_zone *zone; /* holds runs, samples and summaries */
    char variant[RESULT_NAME_BYTES], policy[RESULT_NAME_BYTES];
    bool complete;       /* all planned runs are there, and none failed */
    bool runs_as_speeds; /* version 2: the speeds are of runs, one after the other */
    struct result_limits limits;
    struct result_made_by made_by;
    struct result_noise noise;
    struct result_run **runs;
    size_t run_count, run_capacity;
    struct result_speed *speeds;
    size_t speed_count, speed_capacity;
    struct result_hits *hits;
    size_t hits_count, hits_capacity;
    struct result_summary *summaries;
    size_t summary_count;
};

/* A result without runs, whose noise is not known. The caller calls result_destroy. */
struct result *result_create(const char *variant, const char *policy);
void result_destroy(struct result *result); /* NULL is allowed */
/* Adds a run, all zero, owned by the result. */
struct result_run *result_run_add(struct result *result);
void result_sample_add(struct result *result, struct result_run *run,
                       const struct result_sample *sample);
/* Add an element, all zero. Earlier pointers to elements become invalid. */
struct result_speed *result_speed_add(struct result *result);
struct result_hits *result_hits_add(struct result *result);
/* NULL: the result has none of this workload. */
const struct result_hits *result_hits_find(const struct result *result, const char *workload);
/* Sets the series, `count` intervals, all zero; NULL for 0. The run must not have one. */
struct result_interval *result_series_add(struct result *result, struct result_run *run,
                                          size_t count);
/* Sets the burst, all zero. */
struct result_burst *result_burst_add(struct result *result, struct result_run *run);
/* Moves the run's samples from `first` on to its burst, which must not have any. */
void result_burst_samples(struct result *result, struct result_run *run, size_t first);

/* The text of a result file, which the caller frees. NULL and one line in error, which names the
 * path: a figure is not a number. */
char *result_render(const struct result *result, const char *path, struct error *error);
/* Writes the result to `path` as file_write does. 0, or -1 and one line in error. */
int result_write(const struct result *result, const char *path, struct error *error);
/* The JSON of result_write; the caller releases it. */
json_t *result_json(const struct result *result);
/* Reads versions RESULT_OLDEST to RESULT_VERSION; what an older one lacks is 0. Version 2 has no
 * speeds of its own: those of its runs are taken, which were not measured in turns. NULL and one
 * line in error: it cannot be read, or is no such result. */
struct result *result_read(const char *path, struct error *error);
/* The same for a text that was read from `path`. */
struct result *result_parse(const char *path, const char *text, size_t bytes, struct error *error);
/* Whether `path` holds a complete result; only a complete one may replace it. */
bool result_is_complete(const char *path);
