/* csv.h - tables: what their columns mean, how a row is split, which operations are requests.
 *
 * format_csv.c has the table whose columns are named, format_tables.c those that are known.
 */
#pragma once

#include "expansion.h"
#include "reader.h"

#define CSV_COLUMNS_MAX 100
#define CSV_ID_PARTS    4
#define CSV_SECTOR      512 /* the unit in bytes in which block devices count */

/* The words for --help of a format that has the option `block`. */
#define BLOCK_OPTION(name)                                                                         \
    name ":block=SIZE: one request for each block of this size that a row touches"

enum csv_role {
    CSV_TIME,
    CSV_BYTES,
    CSV_KEY_BYTES,
    CSV_TTL,
    CSV_OPERATION,
    CSV_COUNT,  /* how many requests the row stands for */
    CSV_OFFSET, /* the part of an id that blocks are made of */
    CSV_ID,     /* the first part of an id; the others follow */
    CSV_ROLES = CSV_ID + CSV_ID_PARTS
};

/* What a row means, if it has an operation. */
enum csv_operation {
    CSV_READ,
    CSV_WRITE,
    CSV_NO_REQUEST, /* changes or deletes an object that may not be there */
    CSV_OTHER       /* not known */
};

/* Splits rows from `at` on, which are simple: no quotes, blanks at their ends or missing columns.
 */
struct csv_scan {
    const char *at, *end; /* from the first row's first byte to behind the last row's newline */
    const char *block;    /* the 64 bytes that the masks are of; NULL: none yet */
    uint64_t marks;       /* one bit for each delimiter, newline or quote */
    uint64_t stops;       /* one bit for each newline or quote */
};

#define CSV_KNOWN_OPERATIONS      16 /* a power of two */
#define CSV_KNOWN_OPERATION_BYTES 16

struct csv {
    char delimiter; /* ' ' is any number of blanks and tabs */
    bool by_number; /* the columns were named by numbers: a line of names is passed over */
    int columns;    /* that must be read */
    unsigned roles; /* that a column has: one bit each */
    int id_parts;
    unsigned char role[CSV_COLUMNS_MAX]; /* of each column; CSV_ROLES: none */
    bool bytes_may_be_missing;           /* rows may end before the column of sizes */
    bool unit_is_known;               /* of the times; else the first one must look like seconds */
    uint64_t ticks_per_s;             /* of the times */
    uint32_t bytes_unit, offset_unit; /* in bytes */
    uint32_t block_bytes;             /* rows are split into blocks; 0: they are not */
    struct expansion expansion;       /* of the last row, if rows stand for several requests */
    struct csv_known_operation {
        unsigned char length, operation; /* length 0: free */
        char text[CSV_KNOWN_OPERATION_BYTES];
    } known[CSV_KNOWN_OPERATIONS]; /* operations found before */
    struct csv_scan scan;          /* of the rows from input.at on */
    char *joined;                  /* a row with newlines in quotes; NULL: there was none yet */
};

static inline bool csv_has(const struct csv *csv, enum csv_role role)
{
    return csv->roles >> role & 1;
}

static inline bool csv_expands(const struct csv *csv)
{
    return csv_has(csv, CSV_COUNT) || csv->block_bytes > 0;
}

/* The fields of a row by their roles, the last for columns without one; `at` is NULL where the row
 * has no such column. */
struct csv_row {
    struct field fields[CSV_ROLES + 1];
};

/* Sets what the columns mean from OPTIONS ("id=2,time_ms=1"; NULL: the names in the first line). 0,
 * or -1 and one line in reader->source.error. */
int csv_start(struct reader *reader, const char *options);
/* True: the trace begins with a line of column names, of which csv_start knows enough. */
bool csv_has_names(const char *bytes, size_t count, bool complete);
/* The first delimiter that the line has; ',' if it has none. */
char csv_delimiter(struct field line);

/* The field at *at, which is moved to the delimiter behind it, or to the end of the line. Quotes
 * around it are removed; doubled quotes in it stay doubled. False: the quote is not closed, or
 * something follows it. */
bool csv_field(const char **at, const char *end, char delimiter, struct field *field);
/* Splits as many columns as are needed. -1: a quote is wrong. */
int csv_split(const struct csv *csv, struct field line, struct csv_row *row);
/* True: the row lacks a column that is needed. */
bool csv_is_short(const struct csv *csv, const struct csv_row *row);
/* True: a quote in the line is not closed, so that the row goes on in the next line. */
bool csv_is_open(const struct csv *csv, struct field line);

/* Splits the next row and moves scan->at to the row behind it. False: it is not simple, or there is
 * none; then scan->at stays. */
bool csv_scan(struct csv_scan *scan, const struct csv *csv, struct csv_row *row);

/* As `read` and `stop` in struct format, after csv_start. */
size_t csv_read(struct reader *reader, struct trace_request *requests, size_t count);
void csv_stop(struct reader *reader);
/* True: the line has as many columns (0: any number), numbers where they are expected, and one of
 * the operations: words such as "r w". */
bool csv_fits(struct csv *csv, struct field line, int columns, const char *operations);

/* What the word means; csv remembers it. */
enum csv_operation csv_operation(struct csv *csv, struct field field);
/* The same, without remembering what was found. */
enum csv_operation csv_operation_find(struct field field);
