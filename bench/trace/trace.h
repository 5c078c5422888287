/* trace.h - a stream of requests, read from a file or generated.
 *
 * A trace is named on the command line: a file, "-" for standard input, or a generator such as
 * "zipf:1.0:1000000:10000000" (a file with such a name is "./zipf:..."). The same generator and
 * seed give the same stream. Generated ids count from 0, in zipf the most popular first; only those
 * of random are spread over 64 bits. A zipf over a million ids takes 53 KiB of memory, over any
 * number of ids less than 200 KiB. One thread at a time.
 */
#pragma once

#include "errors.h"
#include "trace_account.h"
#include "trace_request.h"
#include "trace_setup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct trace;

/* NULL, with one line in error, if the trace cannot be read. */
struct trace *trace_open(const char *name, const struct trace_setup *setup, struct error *error);
/* Reads up to `count` requests and returns how many. Fewer: the trace has ended, or trace_error
 * returns a reason, such as that more than 1 % of its lines were not understood. */
size_t trace_read(struct trace *trace, struct trace_request *requests, size_t count);
/* "FILE:LINE: reason", or NULL as long as there was no error. Valid until trace_close. */
const char *trace_error(const struct trace *trace);
/* What was read so far, and what was skipped. Valid until trace_close. */
const struct trace_account *trace_account(const struct trace *trace);
/* Judges what was read so far, as the end of the trace is judged: afterwards trace_error tells
 * whether too many lines were not understood. For a caller that does not read on. */
void trace_judge(struct trace *trace);
/* True: the trace never ends. A limit, or REQUESTS in a generator's name, ends it. */
bool trace_is_endless(const struct trace *trace);
/* How many ids there are in all, requested or not; 0: unknown, or without end. */
uint64_t trace_ids(const struct trace *trace);
/* True: the trace says when requests were made. Valid once some requests have been read; always
 * false for generators. */
bool trace_is_timed(const struct trace *trace);
void trace_close(struct trace *trace); /* NULL does nothing */

/* Writes requests as oracleGeneral, the binary format that is read fastest, with times in whole
 * seconds and without ttl. An unknown size is written as 2^32 - 1, which is read as one. 0, or -1:
 * a time does not fit 32 bits, or errno of the failed write. */
int trace_write_oracle(FILE *out, const struct trace_request *requests, size_t count);

/* Text for option_table.details: `examples` (whole lines), then every generator and format, for the
 * width of stdout. The caller frees it. */
char *trace_help(const char *examples);
