/* trace.h - one stream of requests for all: trace files and generators alike.
 *
 * A trace is named on the command line: a file, "-" for standard input, or a generator such as
 * "zipf:1.0:1000000:10000000" (a file of such a name is had as "./zipf:..."). Generators are
 * seeded: the same name and seed give the same stream. Their ids count from 0, in zipf the most
 * popular first; only those of random are scattered over 64 bits. A zipf of a million ids takes
 * 53 KiB, of any number less than 200 KiB. One thread at a time.
 */
#ifndef TRACE_H
#define TRACE_H

#include "errors.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define TRACE_NEVER UINT64_MAX

struct trace_request {
    uint64_t id;      /* of the key; keys that are no numbers are hashed to one */
    uint64_t time_ns; /* since the first request; 0 throughout where the trace has no times */
    uint64_t next;    /* position of the next request for this id, from 0, in the whole trace, limit
                       * or not; TRACE_NEVER where it is not asked for again; 0 where the trace does
                       * not tell. Some files count from 1 less than they should: trust the order */
    uint32_t bytes;   /* of the object; 1 where the trace has no sizes */
    uint32_t ttl_s;   /* time to live; 0: none */
};

struct trace_setup {
    const char *format; /* as trace_describe names them; NULL: find out */
    uint64_t seed;      /* of a generator */
    uint64_t limit;     /* at most so many requests; 0: all */
};

struct trace;

/* NULL: it cannot be read, and error says in one line why and what to do. */
struct trace *trace_open(const char *name, const struct trace_setup *setup, struct error *error);
/* Fills up to count requests. Fewer only at the end, or where trace_error says what is wrong. */
size_t trace_read(struct trace *trace, struct trace_request *requests, size_t count);
/* NULL: nothing is wrong so far. "FILE:LINE: reason" otherwise. Lives as long as the trace. */
const char *trace_error(const struct trace *trace);
/* Does it go on for ever? A limit, or REQUESTS in a generator's name, ends it. */
bool trace_is_endless(const struct trace *trace);
/* Does it say when requests were made? Known as soon as some have been read; generators never do.
 */
bool trace_is_timed(const struct trace *trace);
void trace_close(struct trace *trace); /* NULL does nothing */

/* Writes requests as oracleGeneral, the binary format that is read fastest; times in whole seconds,
 * without ttl. 0, or -1: a time beyond 32 bits, or errno of the failed write. */
int trace_write_oracle(FILE *out, const struct trace_request *requests, size_t count);

/* What a trace may be called, a line each: for --help. */
void trace_describe(FILE *out);

#endif
