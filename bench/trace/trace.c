/* trace.c - one stream of requests for all: finds out what a name means and keeps the limit. */
#include "trace.h"

#include "generator.h"
#include "reader.h"

#include <stdlib.h>

struct trace {
    struct source *source;
    uint64_t left;
    struct error error;
};

static struct source *open_source(const char *name, const struct trace_setup *setup,
                                  struct error *error)
{
    if (generator_is_named(name))
        return generator_open(name, setup->seed, error);
    return reader_open(name, setup->format, error);
}

struct trace *trace_open(const char *name, const struct trace_setup *setup, struct error *error)
{
    struct trace *trace = calloc(1, sizeof(*trace));
    if (trace == NULL) {
        error_set(error, "%s: out of memory", name);
        return NULL;
    }
    trace->left = setup->limit ? setup->limit : UINT64_MAX;
    trace->source = open_source(name, setup, &trace->error);
    if (trace->source == NULL) {
        error_set(error, "%s", trace->error.text);
        free(trace);
        return NULL;
    }
    return trace;
}

size_t trace_read(struct trace *trace, struct trace_request *requests, size_t count)
{
    if (count > trace->left)
        count = (size_t)trace->left;
    size_t got = trace->source->kind->read(trace->source, requests, count);
    if (trace->left != UINT64_MAX)
        trace->left -= got;
    return got;
}

bool trace_is_endless(const struct trace *trace)
{
    return trace->source->endless && trace->left == UINT64_MAX;
}

bool trace_is_timed(const struct trace *trace)
{
    return trace->source->timed;
}

const char *trace_error(const struct trace *trace)
{
    return trace->error.text[0] != '\0' ? trace->error.text : NULL;
}

void trace_close(struct trace *trace)
{
    if (trace == NULL)
        return;
    trace->source->kind->close(trace->source);
    free(trace);
}

void trace_describe(FILE *out)
{
    fputs("Generators (without REQUESTS they never end):\n", out);
    generator_describe(out);
    fputs("Files, \"-\" for standard input, as they are or compressed by gzip, xz or zstd:\n", out);
    reader_describe(out);
}
