/* trace_setup.h - how a trace is to be read. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct trace_setup {
    const char *format; /* a name that trace_help lists; NULL: detect it */
    uint64_t seed;      /* of a generator */
    uint64_t limit;     /* read at most this many requests; 0: all */
    bool skip_bad;      /* however many lines are not understood, skip them */
    bool ignore_query;  /* in access logs, the query string is no part of the id */
};
