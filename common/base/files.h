/* files.h - reads and writes whole files; writing is atomic. */
#pragma once

#include "errors.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Returns the content of the file, *bytes long and followed by a NUL; the caller frees it. "-" is
 * standard input. NULL: it cannot be read, or is longer than max_bytes; see error. */
char *file_read(const char *path, size_t max_bytes, size_t *bytes, struct error *error);
/* The same for an open stream, which stays open. `name` is used in the error. */
char *file_read_stream(FILE *file, const char *name, size_t max_bytes, size_t *bytes,
                       struct error *error);

bool file_is_folder(const char *path); /* false also where nothing is there */
/* Writes a temporary file beside the path and renames it: a reader sees either the old content or
 * the new one, and after an error the old one is still there. A path that exists and is not a
 * regular file (a pipe, a terminal) is written to directly; "-" is standard output, whose error
 * indicator is clear afterwards, so that an error is reported once. Returns 0, or -1: see error. */
int file_write(const char *path, const char *text, size_t bytes, struct error *error);
/* Checks, before work that takes long, that file_write could write the path now: it is no folder,
 * its folder exists and may be written to, and the disk has room for a few hundred KiB. NULL is
 * fine. Returns 0, or -1: see error. */
int file_check_writable(const char *path, struct error *error);

/* Writes what is buffered for standard output. 0, or -1 and one line in error, also for an earlier
 * failure; then drops what is left in the buffer and clears the error indicator, so that an error
 * is reported once. */
int stdout_flush(struct error *error);
