/* formats.h - the formats of trace files: which there are, and which one a trace has. */
#pragma once

#include "reader.h"

#include <stdio.h>

/* The format with this name, which may be followed by ":OPTIONS"; NULL if there is none. */
const struct format *format_by_name(const char *name);
/* The format of files with such a name, such as "P1.lis.xz"; NULL: the name does not say. */
const struct format *format_by_suffix(const char *file);
/* The format of a trace that begins with these bytes; `complete`: they are all. The first `blank`
 * of them are blank lines and a byte-order mark, if it is text. NULL: unknown. */
const struct format *format_by_content(const char *bytes, size_t count, size_t blank,
                                       bool complete);

/* Appends " NAME, NAME, ..." to the error. Always -1. */
int formats_add_names(struct error *error);
/* Prints one or two lines for each format, for --help. */
void formats_describe(FILE *out);
