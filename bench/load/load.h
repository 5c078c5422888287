/* load.h - an HTTP load generator: one thread, many connections, every response checked.
 *
 * Closed loop (no rate_rps, no speed): each connection sends its next request as soon as it has the
 * response to the last one. Open loop: requests are due on a schedule, whatever the server does,
 * and latency counts from the due time.
 *
 * A request ends in exactly one of: hit, miss, plain (a good response without X-Cache), or an error
 * of one kind. Requests in flight when a run is stopped are in none of them.
 */
#pragma once

#include "errors.h"
#include "hdr_log.h"
#include "histogram.h"
#include "trace.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define LOAD_CPU_ANY     (-1)
#define LOAD_TIMEOUT_NS  UINT64_C(10000000000)
#define LOAD_INTERVAL_NS UINT64_C(100000000) /* of the time series */
/* The generator was the bottleneck if it sent more than LOAD_LATE_SHARE of all requests more than
 * LOAD_LATE_NS late by its own fault, or was busy for more than LOAD_BUSY_LIMIT of the time. */
#define LOAD_LATE_NS    UINT64_C(1000000)
#define LOAD_LATE_SHARE 0.01
#define LOAD_BUSY_LIMIT 0.97

/* How a request can fail. */
enum load_failure {
    LOAD_REFUSED,   /* no connection; HTTP/2: REFUSED_STREAM, or a second GOAWAY */
    LOAD_RESET,     /* the connection or stream ended before the response began */
    LOAD_TIMEOUT,   /* no complete response in time */
    LOAD_STATUS,    /* a complete response, but its status is not one that is expected */
    LOAD_TRUNCATED, /* the connection or stream ended within the response */
    LOAD_GARBAGE,   /* not HTTP */
    LOAD_LENGTH,    /* a longer body than announced */
    LOAD_WRONG,     /* the body is not that of the requested id */
    LOAD_FAILURES,
};
/* "refused", ... as in results. */
const char *load_failure_name(enum load_failure failure);

/* Which complete responses are good. */
enum load_expect {
    LOAD_EXPECT_2XX, /* those with a status of 2xx */
    LOAD_EXPECT_ANY, /* all */
    LOAD_EXPECT_LISTED,
};
/* A set of statuses, 0 to 639. */
struct load_statuses {
    uint64_t bits[10];
};
static inline bool load_statuses_have(const struct load_statuses *set, unsigned status)
{
    return status / 64 < 10 && (set->bits[status / 64] >> status % 64 & 1);
}
/* "2xx", "any", or a list such as "200,304,4xx", which fills in `listed`. 0, or -1: it is none. */
int load_expect_parse(const char *text, enum load_expect *expect, struct load_statuses *listed);

/* Complete responses, good or not, by their status. */
enum load_status { LOAD_2XX, LOAD_3XX, LOAD_4XX, LOAD_5XX, LOAD_OTHER, LOAD_STATUSES };
/* "2xx", ..., "other". */
const char *load_status_name(enum load_status status);

/* The server and the path. Filled by load_target_parse, or by hand. */
struct load_target {
    char host[256];   /* name or address; also sent as Host */
    char port[8];     /* decimal */
    char socket[108]; /* path of a Unix socket; "": connects to host and port */
    bool tls;         /* https */
    char path[1024];  /* begins with '/'. "{id}" is replaced by the id as 16 hexadecimal digits */
};
/* "http://127.0.0.1:8000/users/{id}", "https://localhost:8443/",
 * "http://unix:/run/s.sock:/users/random". 0, or -1 and one line in error. */
int load_target_parse(struct load_target *target, const char *url, struct error *error);
/* Whether the path contains {id}. */
bool load_target_takes_id(const struct load_target *target);

/* "Name: value" lines that are sent with each request. */
#define LOAD_HEADERS_MAX 32
struct load_headers {
    const char *lines[LOAD_HEADERS_MAX]; /* borrowed */
    size_t count;
};

/* Requests so far, warm-up included; any thread may read them while the load runs. */
struct load_progress {
    _Atomic uint64_t requests; /* ended, good or not */
    _Atomic uint64_t hits;
    _Atomic uint64_t misses;
    _Atomic uint64_t errors;
};

enum load_arrivals { LOAD_CONSTANT, LOAD_POISSON };

struct load_setup {
    struct load_target target;
    struct load_headers headers; /* in addition to Host, which one of them may replace */
    struct trace *ids; /* borrowed; NULL for a path without {id}. The run ends where it ends */
    unsigned connections;
    bool http2;           /* in clear text with prior knowledge; otherwise HTTP/1.1 */
    unsigned streams;     /* HTTP/2: requests in flight on a connection; 0: 1 */
    uint64_t requests;    /* how many to send after the warm-up; 0: no limit */
    uint64_t least_ns;    /* goes on beyond `requests` until so much time has passed; 0: does not */
    uint64_t duration_ns; /* of the measured part; 0: no limit. One of the two is needed */
    uint64_t warmup_ns;   /* load that is in no figure of the result; 0: none */
    uint64_t timeout_ns;  /* of one request; 0: LOAD_TIMEOUT_NS */
    double rate_rps;      /* 0: closed loop */
    enum load_arrivals arrivals;
    double speed;  /* open loop at the trace's own times, sped up by this factor; 0: not */
    uint64_t seed; /* of Poisson arrivals */
    int cpu;       /* pins the calling thread; LOAD_CPU_ANY: does not */
    enum load_expect expect;
    struct load_statuses expected; /* for LOAD_EXPECT_LISTED */
    bool check_id;           /* the body of a 2xx response must begin with {"user_id":"<id>" */
    const atomic_bool *stop; /* stops the run within 100 ms. NULL: none */
    struct hdr_log *hdr;     /* borrowed; gets the latencies of the measured part. NULL: none */
    struct load_progress *progress; /* borrowed; NULL: none */
};

/* What ended within a part of the run. */
struct load_interval {
    uint64_t start_ns, span_ns; /* since began_ns; LOAD_INTERVAL_NS long, except the last */
    uint64_t requests, hits, misses, errors;
    uint64_t p50_ns, p99_ns, max_ns; /* as in load_result.all; 0: there was no good response */
};

struct load_result {
    uint64_t requests; /* = hits + misses + plain + errors */
    uint64_t hits, misses, plain;
    uint64_t errors; /* sum of failures[] */
    uint64_t failures[LOAD_FAILURES];
    uint64_t statuses[LOAD_STATUSES];
    uint64_t bytes; /* received, headers included */
    uint64_t body_bytes;
    uint64_t connects; /* connections established, warm-up included */
    uint64_t resent;   /* HTTP/2: requests sent again because a GOAWAY left them unprocessed,
                        * warm-up included */
    unsigned streams;  /* per connection: as in the setup, or fewer if the server allows fewer */
    uint64_t began_ns; /* CLOCK_MONOTONIC, of the measured part */
    uint64_t wall_ns, cpu_ns;
    double busy;     /* share of the wall time that the generator ran or waited for its core */
    bool bottleneck; /* the generator, not the server, limited the run */
    struct error bottleneck_reason; /* in words; "" if it did not */
    bool gave_up;                   /* after too many failures in a row; the run is not complete */
    bool stopped;                   /* by *stop */
    /* Latencies of good responses in ns. Open loop: since the due time, and in all_sent since the
     * request was sent. Closed loop: both are the same. */
    struct histogram *all, *hit, *miss, *all_sent;
    uint64_t unsent; /* open loop: due before the end, but not sent as no connection was free */
    uint64_t late;   /* open loop: requests sent more than LOAD_LATE_NS after they were due although
                      * a connection was free: by the generator's own fault */
    uint64_t late_ns;                /* the longest such delay */
    struct load_interval *intervals; /* consecutive, without gaps */
    size_t interval_count;
};

/* Whether requests have due times (open loop). */
static inline bool load_is_open(const struct load_setup *setup)
{
    return setup->rate_rps > 0 || setup->speed > 0;
}

/* Whether load_run accepts the setup. 0, or -1 and one line in error. */
int load_setup_check(const struct load_setup *setup, struct error *error);
/* Runs the load in the calling thread. 0: the run took place, and the caller releases the result
 * with load_result_free. -1: it could not start (unknown host, too few descriptors, wrong setup),
 * error says why, and there is nothing to release. A server that does not respond is no error but a
 * result full of errors. Restores the thread's affinity. */
int load_run(const struct load_setup *setup, struct load_result *result, struct error *error);
void load_result_free(struct load_result *result);

/* A load in slices: its connections stay open and its stream of ids goes on from slice to slice.
 * One thread may keep any number of sessions, and run one after the other. */
struct load_session;

/* Copies the setup, whose requests and durations are the slices' to choose. The first slice opens
 * the connections. NULL and one line in error as load_run. */
struct load_session *load_session_open(const struct load_setup *setup, struct error *error);
/* Sends exactly so many requests, or fewer if duration_ns (0: no limit) has passed, and returns as
 * load_run when all have ended. If the slice gave up or was stopped, requests may be in flight:
 * then further slices are refused with -1. */
int load_session_run(struct load_session *session, uint64_t requests, uint64_t duration_ns,
                     struct load_result *result, struct error *error);
void load_session_close(struct load_session *session); /* NULL: does nothing */
