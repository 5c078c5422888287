/* csv_names.h - the known names of columns and of options. */
#pragma once

#include "line_fields.h"

#define CSV_VOLUME CSV_ROLES /* a part of the id in a table with offsets and without ids */

struct csv_name {
    int role; /* an enum csv_role, or CSV_VOLUME */
    const char *name;
    uint64_t unit; /* ticks per second, or bytes; 0 of a time: it is not said */
    enum csv_use { BOTH, COLUMN, OPTION } use;
};

/* NULL: the name is not known. */
const struct csv_name *csv_name_of_column(struct field name);
const struct csv_name *csv_name_of_option(const char *name);
/* Ticks per second that the name of a column with times says; 0: it does not. */
uint64_t csv_ticks_of(struct field name);

/* The next name of a line of names; *at is NULL behind the last. False: there are no more. */
bool csv_next_name(const char **at, struct field line, char delimiter, struct field *name);
/* The line of names without the "#" before them. */
struct field csv_without_mark(struct field line);
