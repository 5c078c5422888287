/* dump_read.h - reads a dump from a file or from memory, whichever format it has.
 *
 * NULL and one line in error that says what to do: it cannot be read, is not a dump, is damaged, or
 * has no totals. Lines of a log before and after the dump are ignored. Released with dump_destroy.
 */
#pragma once

#include "dump.h"
#include "errors.h"

/* "-" is standard input. */
struct dump *dump_read(const char *path, struct error *error);
/* `name` stands for the path in errors. */
struct dump *dump_parse(const char *name, const char *text, size_t bytes, struct error *error);
