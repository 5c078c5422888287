/* dump_read.h - reads the dumps in a file or in memory, whatever their format and their wrapping.
 *
 * Lines of a log before, between and after dumps are ignored. -1 and one line in error that says
 * what to do: it cannot be read, holds no dump, one is damaged, has no totals, or is by a version
 * that is not known; then the list is as before.
 */
#pragma once

#include "dump_list.h"
#include "errors.h"

/* Appends the dumps to the list. "-" is standard input. */
int dumps_read(struct dump_list *list, const char *path, struct error *error);
/* `name` stands for the path in errors. */
int dumps_parse(struct dump_list *list, const char *name, const char *text, size_t bytes,
                struct error *error);
