/* load.h - an HTTP load generator: one thread, many connections, every answer verified.
 *
 * Closed loop (rate_rps 0): every connection asks again as soon as it was answered. Open loop:
 * requests are due on a schedule whatever the server does, and latency counts from the due time.
 *
 * A request ends in exactly one of: hit, miss, plain (a good answer without X-Cache), or an error
 * of one kind. Requests still unanswered when a run is stopped are in none of them.
 */
#ifndef LOAD_H
#define LOAD_H

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
#define LOAD_LATE_NS     UINT64_C(1000000) /* requests sent later by the generator's own fault ... */
#define LOAD_LATE_SHARE  0.01              /* ... may be so many of all, or it was the bottleneck */
#define LOAD_BUSY_LIMIT  0.97              /* a generator that never waits was the bottleneck */

/* How a request can fail. */
enum load_failure {
    LOAD_REFUSED,   /* no connection; HTTP/2: the server did not take the request, or took leave
                     * of it twice */
    LOAD_RESET,     /* the connection or stream ended before the answer began */
    LOAD_TIMEOUT,   /* no whole answer in time */
    LOAD_STATUS,    /* a whole answer, but its status is not 2xx */
    LOAD_TRUNCATED, /* it ended within the answer */
    LOAD_GARBAGE,   /* not HTTP */
    LOAD_LENGTH,    /* more bytes than the answer announced */
    LOAD_WRONG,     /* the body does not name the id that was asked for */
    LOAD_FAILURES,
};
/* "refused", ... as in results. */
const char *load_failure_name(enum load_failure failure);

/* Where to. Filled by load_target_parse, or by hand. */
struct load_target {
    char host[256];   /* name or address, also sent as Host */
    char port[8];     /* decimal */
    char socket[108]; /* path of a Unix socket; "": host and port count */
    char path[1024];  /* begins with '/'. "{id}" stands for the id: 16 hexadecimal digits */
};
/* "http://127.0.0.1:8000/users/{id}", "http://unix:/run/s.sock:/users/random". 0, or -1 and one
 * line in error. */
int load_target_parse(struct load_target *target, const char *url, struct error *error);
/* Whether the path has a place for an id. */
bool load_target_takes_id(const struct load_target *target);

/* What has happened so far, warm-up included; any thread may read it while the load runs. */
struct load_progress {
    _Atomic uint64_t requests; /* ended, in whatever way */
    _Atomic uint64_t hits;
    _Atomic uint64_t misses;
    _Atomic uint64_t errors;
};

enum load_arrivals { LOAD_CONSTANT, LOAD_POISSON };

struct load_setup {
    struct load_target target;
    struct trace *ids; /* borrowed; NULL for a path without {id}. The run ends where it ends */
    unsigned connections;
    bool http2;           /* cleartext, by prior knowledge; otherwise HTTP/1.1 */
    unsigned streams;     /* of HTTP/2: requests in flight on a connection; 0: 1 */
    uint64_t requests;    /* at most so many, the warm-up's not counted; 0: no limit */
    uint64_t duration_ns; /* of the measured part; 0: no limit. One of the two is needed */
    uint64_t warmup_ns;   /* loads, but counts in no figure of the result; 0: none */
    uint64_t timeout_ns;  /* of one request; 0: LOAD_TIMEOUT_NS */
    double rate_rps;      /* 0: closed loop */
    enum load_arrivals arrivals;
    double speed;  /* open loop with the trace's own times, so many times as fast; 0: not */
    uint64_t seed; /* of Poisson arrivals */
    int cpu;       /* pins the calling thread; LOAD_CPU_ANY leaves it where it is */
    bool check_id; /* the body must begin with {"user_id":"<id>" */
    const atomic_bool *stop; /* NULL: runs to its end. Obeyed within 100 ms */
    struct hdr_log *hdr;     /* borrowed; gets the latencies of the measured part. NULL: none */
    struct load_progress *progress; /* NULL: nobody looks */
};

/* What ended within a stretch of the measured part. */
struct load_interval {
    uint64_t start_ns, span_ns; /* since began_ns; LOAD_INTERVAL_NS long, but for the last */
    uint64_t requests, hits, misses, errors;
    uint64_t p50_ns, p99_ns, max_ns; /* as in load_result.all; 0 where no answer was good */
};

struct load_result {
    uint64_t requests; /* = hits + misses + plain + errors */
    uint64_t hits, misses, plain;
    uint64_t errors; /* sum of failures[] */
    uint64_t failures[LOAD_FAILURES];
    uint64_t bytes; /* received, heads included */
    uint64_t body_bytes;
    uint64_t connects; /* connections opened, those of the warm-up included */
    uint64_t resent;   /* of HTTP/2: requests sent again, as the server took leave before it took
                        * them; the warm-up's included */
    unsigned streams;  /* at most on a connection: as asked, or fewer if the server allows fewer */
    uint64_t began_ns; /* CLOCK_MONOTONIC, of the measured part */
    uint64_t wall_ns, cpu_ns;
    double busy;     /* share of the wall time that the generator ran or waited for its core */
    bool bottleneck; /* busy > LOAD_BUSY_LIMIT, or too many were late: the generator, not the
                      * server, limited the run */
    struct error bottleneck_reason; /* in words; "" where it was not */
    bool gave_up; /* the server failed too often in a row; what was asked is not complete */
    bool stopped; /* by *stop */
    /* Of good answers, ns. Open loop: from the due time, and all_sent from the sending. In a
     * closed loop both are the same. */
    struct histogram *all, *hit, *miss, *all_sent;
    uint64_t unsent; /* open loop: due before the end, but no connection was free to send them */
    /* Open loop: the generator's own fault, for a connection was free. */
    uint64_t late;                   /* requests sent more than LOAD_LATE_NS after they were due */
    uint64_t late_ns;                /* the longest time by which one was */
    struct load_interval *intervals; /* one after the other, without gaps */
    size_t interval_count;
};

/* Do requests have due times, or does each wait for an answer? */
static inline bool load_is_open(const struct load_setup *setup)
{
    return setup->rate_rps > 0 || setup->speed > 0;
}

/* 0: the run took place; the result must be given to load_result_free. -1: it could not (no such
 * host, no descriptors, bad setup): error says why and there is nothing to free. A server that
 * does not answer is a result full of errors. Restores the thread's affinity. */
int load_run(const struct load_setup *setup, struct load_result *result, struct error *error);
void load_result_free(struct load_result *result);

#endif
