/* files.h - whole files: read at once, and written so that nobody sees half of one. */
#ifndef FILES_H
#define FILES_H

#include "errors.h"

#include <stddef.h>
#include <stdio.h>

/* All of the file, with a NUL behind its *bytes bytes; the caller frees it. "-" is standard input.
 * NULL and one line in error: it cannot be read, or is longer than max_bytes. */
char *file_read(const char *path, size_t max_bytes, size_t *bytes, struct error *error);
/* The same of a stream that is open, which stays open. `name` is for the error. */
char *file_read_stream(FILE *file, const char *name, size_t max_bytes, size_t *bytes,
                       struct error *error);

/* Writes the file under another name beside it and renames it then: whoever reads it sees all of
 * the old text or all of the new one, and an error leaves the old one. A path that exists and is no
 * regular file (a pipe, a terminal) is written to directly; "-" is standard output. 0, or -1 and
 * one line in error. */
int file_write(const char *path, const char *text, size_t bytes, struct error *error);

#endif
