/* source.h - where a trace's requests come from: the one interface of generators and formats. */
#ifndef SOURCE_H
#define SOURCE_H

#include "errors.h"
#include "trace.h"

#include <stdbool.h>

struct source;

struct source_kind {
    /* As trace_read; fewer than count at the end, or with error filled in. */
    size_t (*read)(struct source *source, struct trace_request *requests, size_t count);
    void (*close)(struct source *source);
};

/* The first member of what each kind keeps. */
struct source {
    const struct source_kind *kind;
    bool endless;
    bool timed;          /* a time has been read */
    struct error *error; /* of the trace; "" as long as nothing is wrong */
};

#endif
