/* files.c - whole files, read into memory and written by renaming. */
#include "files.h"

#include "file_replace.h"
#include "xmalloc.h"

#include <errno.h>
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

/* Neither a regular file nor a folder, nor one of the links of /dev and /proc to open files. */
static bool is_special(const char *path)
{
    struct stat found;
    bool system = strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0;
    if (system && lstat(path, &found) == 0 && S_ISLNK(found.st_mode))
        return true;
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
    int status = is_special(path) ? file_fill(path, text, bytes) : file_replace(path, text, bytes);
    return status == 0 ? 0 : error_set(error, "%s: %s", path, strerror(errno));
}

int file_check_writable(const char *path, struct error *error)
{
    if (path == NULL || strcmp(path, "-") == 0)
        return 0;
    if (file_is_folder(path))
        return error_set(error, "%s: it is a folder", path);
    int status = is_special(path) ? access(path, W_OK) : file_replace_check(path);
    return status == 0 ? 0 : error_set(error, "%s: cannot write to it: %s", path, strerror(errno));
}
