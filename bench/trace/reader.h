/* reader.h - what the formats of trace files share: lines, records, ids, times, and an account of
 * what is no request.
 *
 * A format is a `struct format`, defined in format_NAME.c and listed in formats.c. It reads from
 * reader->input, and counts the lines or records that it has read in reader->line, which error
 * messages name. No function of this header is safe to use on one reader by two threads at once.
 *
 * The rules for lines are the same in every format. A byte-order mark and blanks at the end of a
 * line are removed. Blank lines and comments ("#") are skipped, and so is a last line that was cut
 * off and cannot be understood. A line that is understood but is no request is skipped for a reason
 * (reader_skip). A line that is refused counts as not understood; if that is true of more than 1 %,
 * the trace is an error. Everything skipped is counted in reader->source.account.
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
    bool binary;         /* it has records instead of lines */
    bool has_header;     /* a first line without a digit that is not understood names the columns */
    bool has_queries;    /* its ids are URLs: it obeys reader->ignore_query */
    /* True: a trace that begins with these bytes has this format. `complete`: these are all its
     * bytes. They begin with a line that is not blank, without a byte-order mark. NULL: the format
     * cannot be detected. */
    bool (*detect)(const char *bytes, size_t count, bool complete);
    /* Called before the first read, with what followed "NAME:" in --format, or NULL. 0, or -1 after
     * reader_refuse, or with one line in reader->source.error. NULL: there is nothing to prepare.
     */
    int (*start)(struct reader *reader, const char *options);
    void (*stop)(struct reader *reader); /* frees what start allocated; may be NULL */
    /* A format has one of these two. `parse` is called for every line that is neither blank nor a
     * comment, and returns 1: it is a request; 0: it has no request, as reader_skip returned; -1:
     * it is not understood, as reader_refuse returned. `read` is as trace_read. */
    int (*parse)(struct reader *reader, struct field line, struct trace_request *request);
    size_t (*read)(struct reader *reader, struct trace_request *requests, size_t count);
    /* Called for each line that begins with "#", and returns 0 or -1 as parse does. NULL: such
     * lines are comments. */
    int (*directive)(struct reader *reader, struct field line);
};

struct reader {
    struct source source;
    const struct format *format;
    struct input input;
    char *name;            /* of the file */
    void *state;           /* the format's own */
    const char *lines_end; /* the bytes from input.at to here are whole lines */
    uint64_t line;         /* number of the last line (or record, in a binary format), from 1 */
    const char *line_at;   /* where it begins; valid until the next one is read */
    struct error refusal;  /* why it was refused */
    bool skip_bad, ignore_query; /* as in struct trace_setup */
    bool began;                  /* a line with data was seen */
    bool understood;             /* a line was understood */
    struct {
        bool started;
        uint64_t first_s, first_ns, last_ns;
    } clock;
};

/* The line is understood, but is no request: counts it for the reason, a literal such as "not GET".
 * Always 0. */
int reader_skip(struct reader *reader, const char *reason);
/* The line is not understood: says why, in words such as "expected a size". Always -1; whoever
 * called the format counts the line. */
int reader_refuse(struct reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The same: "expected WHAT, found FOUND at column N", where FOUND is the part of the line that is
 * wrong. */
int reader_expected(struct reader *reader, const char *what, struct field found);
/* Ends the trace with the error "FILE:LINE: REFUSAL" after reader_refuse. Always -1. */
int reader_fail(struct reader *reader);
/* Counts the line (or record) that reader_refuse refused. */
void reader_count_refused(struct reader *reader, struct field line);

/* Reads on until the input holds at least `bytes` bytes. False: the trace has fewer left. */
bool reader_fill(struct reader *reader, size_t bytes);
/* How many whole records, up to `count`, the input holds; reads on if it holds none. 0: the trace
 * has ended, perhaps with an incomplete record, or there was an error. */
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

/* The next line that is not blank, without blanks at its end (a tab there stays, as it may separate
 * two fields). False: the trace has ended, or there was an error. */
static inline bool reader_line(struct reader *reader, struct field *line)
{
    struct input *input = &reader->input;
    for (;;) {
        if (input->at == reader->lines_end && !reader_more_lines(reader))
            return false;
        const char *at = input->at, *end = memchr(at, '\n', (size_t)(reader->lines_end - at));
        if (end == NULL) /* the file was truncated meanwhile */
            return false;
        input->at = end + 1;
        reader->line_at = at;
        reader->line++;
        while (end > at && (end[-1] == '\r' || end[-1] == ' '))
            end--;
        *line = (struct field){at, end};
        field_skip_blanks(&at, end);
        if (at < end)
            return true;
        reader_skip(reader, "blank");
    }
}
