/* files.c - whole files, read into memory and written by renaming. */
#include "files.h"

#include "xmalloc.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *file_read_stream(FILE *file, const char *name, size_t max_bytes, size_t *bytes,
                       struct error *error)
{
    char *text = NULL, part[16384];
    size_t count, total = 0;
    FILE *into = xmemstream(&text, bytes);
    while (total <= max_bytes && (count = fread(part, 1, sizeof part, file)) > 0) {
        total += count;
        fwrite(part, 1, count, into);
    }
    int failed = ferror(file) ? errno : total > max_bytes ? EFBIG : 0;
    fclose(into);
    if (failed == 0)
        return xchecked(text);
    free(text);
    error_set(error, "%s: %s", name, strerror(failed));
    return NULL;
}

char *file_read(const char *path, size_t max_bytes, size_t *bytes, struct error *error)
{
    if (strcmp(path, "-") == 0)
        return file_read_stream(stdin, "standard input", max_bytes, bytes, error);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        error_set(error, "%s: %s", path, strerror(errno));
        return NULL;
    }
    char *text = file_read_stream(file, path, max_bytes, bytes, error);
    fclose(file);
    return text;
}

static int stream_fill(FILE *file, const char *text, size_t bytes)
{
    return fwrite(text, 1, bytes, file) == bytes && fflush(file) == 0 ? 0 : -1;
}

/* Creates the file, or writes into a pipe or device that exists. */
static int path_fill(const char *path, const char *text, size_t bytes)
{
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return -1;
    int status = stream_fill(file, text, bytes);
    if (status == 0 && fsync(fileno(file)) != 0 && errno != EINVAL && errno != EROFS)
        status = -1;
    if (fclose(file) != 0)
        status = -1;
    return status;
}

static int file_replace(const char *path, const char *text, size_t bytes)
{
    char temporary[PATH_MAX];
    if (snprintf(temporary, sizeof temporary, "%s.%ld.tmp", path, (long)getpid()) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (path_fill(temporary, text, bytes) == 0 && rename(temporary, path) == 0)
        return 0;
    int failed = errno;
    unlink(temporary);
    errno = failed;
    return -1;
}

static bool is_special(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && !S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode);
}

/* Errno is that of a write since it was set to 0. */
static int stdout_end(struct error *error)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    error_set(error, "standard output: %s",
              errno != 0 ? strerror(errno) : "not all could be written");
    __fpurge(stdout);
    clearerr(stdout);
    return -1;
}

bool file_is_folder(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

int stdout_flush(struct error *error)
{
    errno = 0; /* an earlier write may have failed, and its errno is lost */
    return stdout_end(error);
}

int file_write(const char *path, const char *text, size_t bytes, struct error *error)
{
    if (strcmp(path, "-") == 0) {
        errno = 0;
        fwrite(text, 1, bytes, stdout);
        return stdout_end(error);
    }
    int status = is_special(path) ? path_fill(path, text, bytes) : file_replace(path, text, bytes);
    return status == 0 ? 0 : error_set(error, "%s: %s", path, strerror(errno));
}
