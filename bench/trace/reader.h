/* reader.h - a trace in a file: its format, its input, and where in it one is. */
#ifndef READER_H
#define READER_H

#include "errors.h"
#include "input.h"
#include "source.h"

#include <regex.h>
#include <string.h>

struct reader;

/* A format of trace files. Each lives in a file format_NAME.c; reader.c lists them all. */
struct format {
    const char *name, *summary;
    const char *suffix; /* of a file's name that means this format. May be NULL */
    /* Do the first bytes of a trace mean it? whole: there are no more. NULL: they cannot. */
    bool (*is_meant)(const char *bytes, size_t count, bool whole);
    /* Before the first read. options: what followed "NAME:", or NULL. -1: it was refused. */
    int (*start)(struct reader *reader, const char *options);
    /* As trace_read. */
    size_t (*read)(struct reader *reader, struct trace_request *requests, size_t count);
};

extern const struct format format_text, format_sized, format_csv, format_twitter, format_arc,
    format_oracle, format_recorded, format_log, format_be32, format_be64;

#define CSV_COLUMNS_MAX 100

enum csv_role { CSV_ID, CSV_TIME, CSV_BYTES, CSV_KEY_BYTES, CSV_TTL, CSV_OPERATION, CSV_ROLES };

struct reader {
    struct source source;
    const struct format *format;
    struct input input;
    char *name;
    const char *lines_end; /* whole lines are in sight up to here */
    uint64_t line;         /* the last one read, from 1; of binary formats the record */
    struct {
        bool started;
        uint64_t first_s, first_ns, last_ns;
    } clock;
    struct { /* csv */
        char delimiter;
        unsigned roles;                      /* that a column has: a bit for each */
        int columns;                         /* that must be read */
        unsigned char role[CSV_COLUMNS_MAX]; /* of each column; CSV_ROLES: none */
        uint64_t ticks_per_s;
    } csv;
    struct { /* arc: what is left of a block */
        uint64_t next, left;
    } block;
    struct {              /* access-log */
        regex_t *pattern; /* NULL: the path is the key */
    } log;
    struct recorded *recorded; /* what is left of a block */
};

/* A line without its end. */
struct line {
    const char *at, *end;
};

/* format: its name, perhaps with options behind a colon; NULL: find out. NULL: error says why not.
 * The source keeps error for later. */
struct source *reader_open(const char *name, const char *format, struct error *error);
/* As above, from memory that outlives the source: see input_open_memory. */
struct source *reader_open_memory(const char *name, const char *data, size_t bytes,
                                  size_t piece_bytes, const char *format, struct error *error);
/* A line for each. */
void reader_describe(FILE *out);

/* What formats need. */

/* Refuses the line that was read last. Always -1. */
int reader_refuse(struct reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "expected WHAT, found THIS", this being text of that line. Always -1. */
int reader_expected(struct reader *reader, const char *what, const char *at, const char *end);
bool reader_more_lines(struct reader *reader);
/* Time since the first request. It never runs back: an earlier time counts as the last one. */
uint64_t reader_time(struct reader *reader, uint64_t seconds, uint64_t ns);
/* A key as an id: a decimal number as people write it is itself, all else is hashed. */
uint64_t reader_key(const char *at, const char *end);

/* parse: 1 it was a request, 0 it was none, -1 it was refused. */
size_t reader_read_lines(struct reader *reader, struct trace_request *requests, size_t count,
                         int (*parse)(struct reader *, struct line, struct trace_request *));
/* How much there is of whole records, up to count, in sight now; 0 at the end. A part of a record
 * at the end is refused. */
size_t reader_records(struct reader *reader, size_t record_bytes, size_t count);

/* False at the end of the trace, or after an error. */
static inline bool reader_line(struct reader *reader, struct line *line)
{
    struct input *input = &reader->input;
    if (input->at == reader->lines_end && !reader_more_lines(reader))
        return false;
    const char *end = memchr(input->at, '\n', (size_t)(reader->lines_end - input->at));
    *line = (struct line){input->at, end};
    if (end > line->at && end[-1] == '\r')
        line->end--;
    input->at = end + 1;
    reader->line++;
    return true;
}

#endif
