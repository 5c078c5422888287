/* csv_options.h - what --format csv:OPTIONS names. */
#pragma once

#include "csv.h"
#include "csv_names.h"

#define CSV_OPTIONS_BYTES 256

/* What the options name: for each role a column, by name or number. */
struct csv_selection {
    char text[CSV_OPTIONS_BYTES];
    const char *columns[CSV_ROLES]; /* NULL: none */
    const struct csv_name *names[CSV_ROLES];
    bool any, by_number;
};

/* Sets the delimiter and the blocks of reader->state, a struct csv, and the selection. 0, or -1 and
 * one line in reader->source.error. */
int csv_options_parse(struct reader *reader, const char *options, struct csv_selection *selection);
/* "--format csv: WHY "WHAT"; write, for example, ..." Always -1. */
int csv_options_refuse(struct reader *reader, const char *why, const char *what);
