/* source.h - the interface of a trace to what produces its requests: a generator or a file. */
#pragma once

#include "errors.h"
#include "trace_account.h"
#include "trace_request.h"

#include <stdbool.h>
#include <stddef.h>

struct source;

struct source_kind {
    /* As trace_read: fewer than `count` at the end, or after an error. */
    size_t (*read)(struct source *source, struct trace_request *requests, size_t count);
    /* Sets the error if too many lines of those read were not understood. NULL: it has no lines. */
    void (*judge)(struct source *source);
    void (*close)(struct source *source);
};

/* The first member of the struct of each kind. */
struct source {
    const struct source_kind *kind;
    bool endless;
    uint64_t ids; /* there are no others; 0: unknown, or no limit */
    bool timed;   /* a time has been read */
    struct trace_account account;
    struct error *error; /* the trace's; its text is "" as long as there was no error */
};

static inline bool source_failed(const struct source *source)
{
    return source->error->text[0] != '\0';
}
