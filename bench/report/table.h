/* table.h - text in columns for people: aligned, coloured only where that helps.
 *
 * Cells are added row by row, from left to right. A width is what a terminal shows: characters,
 * not bytes. One thread at a time.
 */
#ifndef TABLE_H
#define TABLE_H

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

/* The columns must outlive the table. Released with table_destroy. */
struct table *table_create(const struct table_column *columns, size_t count);
void table_destroy(struct table *table); /* NULL is fine */
/* So many columns, from the left, say what a row is about (1 unless told otherwise). */
void table_set_keys(struct table *table, size_t keys);
/* The next cell, begins a new row after a full one. The text is copied. */
__attribute__((format(printf, 3, 4))) void table_cell(struct table *table, enum table_tone tone,
                                                      const char *format, ...);
/* Heads and rows, two spaces between columns; no space at the end of a line. Columns for which a
 * terminal is too narrow continue below, in blocks that begin with the keys. */
void table_print(const struct table *table, bool colours, FILE *out);
/* The same for a given width; 0: all fits. */
void table_print_within(const struct table *table, bool colours, size_t width, FILE *out);
/* True for a terminal whose user has not said NO_COLOR (no-color.org). */
bool table_wants_colours(FILE *out);

#endif
