/* file_replace.h - replaces regular files whole.
 *
 * At every instant a path has its old content or the new one, whatever happens to the process or
 * the disk. Functions return 0, or -1 and errno.
 */
#pragma once

#include <stddef.h>

/* What a path is to hold; text NULL: nothing is to be there. */
struct file_content {
    const char *path, *text;
    size_t bytes;
};

int file_replace(const char *path, const char *text, size_t bytes);
/* Replaces all of the files, or after an error none: their new contents are written beside them
 * before the first is renamed. Only a process that is killed between two of the renames leaves some
 * old and some new. */
int files_replace(const struct file_content *contents, size_t count);
/* Whether file_replace could write a few hundred KiB to the path now; leaves the path alone. */
int file_replace_check(const char *path);
/* Creates the file, or writes into a pipe or device that exists. */
int file_fill(const char *path, const char *text, size_t bytes);
