/* table.h - text in aligned columns, with colours on a terminal.
 *
 * Cells are added row by row, from left to right. Widths are characters, not bytes. One thread at a
 * time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum table_align { TABLE_LEFT, TABLE_RIGHT };
enum table_tone { TABLE_PLAIN, TABLE_GOOD, TABLE_BAD, TABLE_DOUBTFUL, TABLE_FAINT };

struct table_column {
    const char *head;
    enum table_align align;
};

struct table;

/* The columns must outlive the table. The caller calls table_destroy. */
struct table *table_create(const struct table_column *columns, size_t count);
void table_destroy(struct table *table); /* NULL is allowed */
/* The first `keys` columns identify a row. Default: 1. */
void table_set_keys(struct table *table, size_t keys);
/* No line of table_print is wider, whatever the terminal. 0, the default: unlimited. */
void table_set_width(struct table *table, size_t widest);
/* Adds the next cell, in a new row if the last one is full. */
__attribute__((format(printf, 3, 4))) void table_cell(struct table *table, enum table_tone tone,
                                                      const char *format, ...);
/* Prints heads and rows with two spaces between columns, and no space at the end of a line. If a
 * terminal is too narrow, the other columns follow below in blocks that repeat the keys. */
void table_print(const struct table *table, bool colours, FILE *out);
/* The same for a given width; 0: unlimited. */
void table_print_within(const struct table *table, bool colours, size_t width, FILE *out);
/* True for a terminal, unless NO_COLOR is set (no-color.org). */
bool table_wants_colours(FILE *out);
