/* reader.h - what the formats of trace files share: lines, records, ids and times.
 *
 * A format is a `struct format`, defined in format_NAME.c and listed in formats.c. It reads from
 * reader->input, and counts the lines or records that it has read in reader->line, which error
 * messages name. No function of this header is safe to use on one reader by two threads at once.
 */
#pragma once

#include "errors.h"
#include "input.h"
#include "line_fields.h"
#include "source.h"

#include <string.h>

struct reader;

struct format {
    const char *name, *summary;
    const char *options; /* "NAME:OPTIONS: what they mean", for --help. NULL: it takes none */
    const char *suffix;  /* of the names of files in this format; may be NULL */
    size_t state_bytes;  /* of reader->state, which is zeroed before start; 0: it needs none */
    /* True: a trace that begins with these bytes has this format. `complete`: these are all its
     * bytes. NULL: the format cannot be detected. */
    bool (*detect)(const char *bytes, size_t count, bool complete);
    /* Called before the first read, with what followed "NAME:" in --format, or NULL. 0, or -1 and
     * one line in reader->source.error. NULL: there is nothing to prepare. */
    int (*start)(struct reader *reader, const char *options);
    void (*stop)(struct reader *reader); /* frees what start allocated; may be NULL */
    /* A format has one of these two. `parse` is called for every line and returns 1: it is a
     * request; 0: it has no request, skip it; -1: it is wrong, as reader_refuse returned. `read` is
     * as trace_read. */
    int (*parse)(struct reader *reader, struct field line, struct trace_request *request);
    size_t (*read)(struct reader *reader, struct trace_request *requests, size_t count);
};

struct reader {
    struct source source;
    const struct format *format;
    struct input input;
    char *name;            /* of the file */
    void *state;           /* the format's own */
    const char *lines_end; /* the bytes from input.at to here are whole lines */
    uint64_t line;         /* number of the last line (or record, in a binary format), from 1 */
    struct {
        bool started;
        uint64_t first_s, first_ns, last_ns;
    } clock;
};

/* Sets the error "FILE:LINE: TEXT". Always -1. */
int reader_refuse(struct reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Sets the error "FILE:LINE: expected WHAT, found FOUND". Always -1. */
int reader_expected(struct reader *reader, const char *what, struct field found);

/* Reads on until the input holds at least `bytes` bytes. False: the trace has fewer left. */
bool reader_fill(struct reader *reader, size_t bytes);
/* How many whole records, up to `count`, the input holds; reads on if it holds none. 0: the trace
 * has ended, or there was an error, such as an incomplete record at the end. */
size_t reader_records(struct reader *reader, size_t record_bytes, size_t count);
/* Reads on until the input holds a whole line. False: the trace has ended, or an error. */
bool reader_more_lines(struct reader *reader);
/* trace_read for a format whose lines are requests; `parse` as in struct format. */
size_t reader_read_lines(struct reader *reader, struct trace_request *requests, size_t count,
                         int (*parse)(struct reader *, struct field, struct trace_request *));

/* The time since the first request, in nanoseconds. Times never decrease: one that is earlier than
 * the last counts as the last. */
uint64_t reader_time(struct reader *reader, uint64_t seconds, uint64_t ns);
/* A key as an id: the value of a decimal number without leading zeros, XXH3 of any other text. */
uint64_t reader_key(struct field key);

/* The next line. False: the trace has ended, or there was an error. */
static inline bool reader_line(struct reader *reader, struct field *line)
{
    struct input *input = &reader->input;
    if (input->at == reader->lines_end && !reader_more_lines(reader))
        return false;
    const char *end = memchr(input->at, '\n', (size_t)(reader->lines_end - input->at));
    *line = (struct field){input->at, end};
    if (end > line->at && end[-1] == '\r')
        line->end--;
    input->at = end + 1;
    reader->line++;
    return true;
}
