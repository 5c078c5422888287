/* serve.h - one policy served for real, under a trace at a rate. */
#ifndef SERVE_H
#define SERVE_H

#include "costs.h"
#include "errors.h"

struct serve_setup {
    const struct serving *serving;
    const char *policy, *capacity; /* as --capacity takes it */
    uint64_t miss_cost_ns;
    uint64_t ttl_ns; /* 0: none */
    double rate_rps; /* requests come at random times, at this rate on average */
    const char *trace, *format;
    uint64_t seed;
    uint64_t requests; /* so many, or to the trace's end; 0: for serving.seconds_ns */
    bool warm;         /* a part of the load comes before, and counts in nothing */
};

struct served {
    uint64_t requests, hits, misses;
    double cpu_ns;             /* of the server */
    uint64_t cache_bytes;      /* at the end */
    bool disturbed;            /* the load generator itself was late: the machine was busy */
    struct histogram *latency; /* released with histogram_destroy */
};

/* 0, or -1 and one line in error, with nothing to free. */
int serve(const struct serve_setup *setup, struct served *served, struct error *error);

#endif
