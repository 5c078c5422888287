/* serve.h - runs a server of one policy under a trace at a given rate. */
#pragma once

#include "errors.h"
#include "histogram.h"
#include "result.h"
#include "trace_setup.h"

#include <stdatomic.h>

/* What all servers of one choice have in common. */
struct server_environment {
    const char *server_dir;
    int server_cpu, generator_cpu;
    uint64_t seconds_ns; /* of a load without a number of requests */
    const atomic_bool *stop;
};

struct serve_setup {
    const struct server_environment *environment;
    const char *policy;
    struct result_limits limits;
    uint64_t miss_cost_ns;
    double rate_rps; /* average rate; requests come at random times */
    const char *trace;
    struct trace_setup reading; /* the limit of requests is not used */
    uint64_t requests;          /* at most; 0: as many as come in environment.seconds_ns */
    bool warm;                  /* first load the server for 0.2 s, which counts in no figure */
};

struct serve_result {
    uint64_t requests, hits, misses;
    double cpu_ns;             /* of the server */
    uint64_t cache_bytes;      /* at the end */
    bool disturbed;            /* the load generator sent late: the machine was busy */
    struct histogram *latency; /* released with histogram_destroy */
};

/* 0, or -1 and one line in error; there is nothing to release then. */
int serve_run(const struct serve_setup *setup, struct serve_result *served, struct error *error);
