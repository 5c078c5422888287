/* trace.c - opens the file or the generator that a name means, and ends it at the limit. */
#include "trace.h"

#include "formats.h"
#include "generator.h"
#include "trace_file.h"
#include "xmalloc.h"

#include <stdlib.h>

struct trace {
    struct source *source;
    uint64_t left; /* requests until the limit; UINT64_MAX: no limit */
    struct error error;
};

struct trace *trace_open(const char *name, const struct trace_setup *setup, struct error *error)
{
    struct trace *trace = xcalloc(1, sizeof *trace);
    trace->left = setup->limit ? setup->limit : UINT64_MAX;
    trace->source = generator_is_named(name) ? generator_open(name, setup->seed, &trace->error)
                                             : trace_file_open(name, setup, &trace->error);
    if (trace->source != NULL)
        return trace;
    *error = trace->error;
    free(trace);
    return NULL;
}

size_t trace_read(struct trace *trace, struct trace_request *requests, size_t count)
{
    if (count > trace->left)
        count = (size_t)trace->left;
    size_t got = trace->source->kind->read(trace->source, requests, count);
    if (trace->left != UINT64_MAX)
        trace->left -= got;
    if (got < count || trace->left == 0)
        trace_judge(trace);
    return got;
}

const struct trace_account *trace_account(const struct trace *trace)
{
    return &trace->source->account;
}

void trace_judge(struct trace *trace)
{
    if (trace->source->kind->judge != NULL && !source_failed(trace->source))
        trace->source->kind->judge(trace->source);
}

bool trace_is_endless(const struct trace *trace)
{
    return trace->source->endless && trace->left == UINT64_MAX;
}

uint64_t trace_ids(const struct trace *trace)
{
    return trace->source->ids;
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

static void trace_describe(FILE *out)
{
    fputs("Generators (without REQUESTS they never end):\n", out);
    generator_describe(out);
    fputs("\nFiles, or \"-\" for standard input; gzip, xz, zstd, bzip2 and lz4 are decompressed:\n",
          out);
    formats_describe(out);
}

char *trace_help(const char *examples)
{
    char *text;
    size_t bytes;
    FILE *out = xmemstream(&text, &bytes);
    fprintf(out, "%s\n", examples);
    trace_describe(out);
    fclose(out);
    return text;
}
