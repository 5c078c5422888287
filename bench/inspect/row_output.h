/* row_output.h - fields of a struct as cells of a table and as JSON, described by one list.
 *
 * A column with a heading is part of the table, one with a key is part of the JSON; most have both.
 * A number that is not known is UINT64_MAX or NaN: "-" in a table, null in JSON.
 */
#pragma once

#include "table.h"

#include <jansson.h>
#include <stddef.h>

enum row_column_kind {
    COLUMN_NAME,         /* char[] */
    COLUMN_TEXT,         /* const char *; NULL: null in JSON, "-" in a table */
    COLUMN_FLAG,         /* bool */
    COLUMN_COUNT,        /* uint64_t */
    COLUMN_BYTES,        /* uint64_t */
    COLUMN_COUNT_CHANGE, /* int64_t, with its sign in a table */
    COLUMN_BYTES_CHANGE, /* int64_t, with its sign in a table */
    COLUMN_REAL_COUNT,   /* double, a whole number */
    COLUMN_REAL_BYTES,   /* double, a whole number */
    COLUMN_REAL_MS,      /* double, milliseconds */
    COLUMN_SHARE,        /* double from 0 to 1; a percentage in a table */
};

struct row_column {
    const char *key, *heading;
    enum row_column_kind kind;
    size_t offset; /* of the field */
};

/* Adds the columns of one struct to the object; returns the object. Whole numbers are limited to
 * +-1e15, which every JSON reader keeps exactly. */
json_t *row_json(json_t *object, const struct row_column *columns, size_t count, const void *row);
/* An array of objects. */
json_t *rows_json(const struct row_column *columns, size_t count, const void *rows,
                  size_t row_count, size_t row_bytes);
/* Adds one cell for each column with a heading. */
void row_cells(struct table *table, enum table_tone tone, const struct row_column *columns,
               size_t count, const void *row);
/* Fills in the table's headings: texts to the left, numbers to the right. Returns how many. */
size_t row_column_headings(const struct row_column *columns, size_t count,
                           struct table_column *headings);
/* The value as in a table: "1,280", "7.9 MiB", "12.5 %". Returns the text. */
#define ROW_TEXT_BYTES 128
char *row_text(char text[ROW_TEXT_BYTES], const struct row_column *column, const void *row);
/* The number in the column, 0 for a text, NaN if it is not known. */
double row_value(const struct row_column *column, const void *row);
