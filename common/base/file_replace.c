/* file_replace.c - writes a file without a name first, then gives it one, then renames it. */
#include "file_replace.h"

#include "xmalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEW_FILE_MODE 0666      /* less the umask */
#define CHECK_BYTES   (1 << 18) /* must be free where a result is to be written */

static int descriptor_write(int file, const char *text, size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        ssize_t count = write(file, text + done, bytes - done);
        if (count < 0 && errno != EINTR)
            return -1;
        done += count > 0 ? (size_t)count : 0;
    }
    return 0;
}

/* What is no file of a disk needs no sync. */
static int descriptor_sync(int file)
{
    return fsync(file) == 0 || errno == EINVAL || errno == EROFS ? 0 : -1;
}

/* Returns the status so far, or -1 if closing fails; errno is that of the first failure. */
static int descriptor_close(int file, int status)
{
    int failed = errno;
    if (close(file) != 0 && status == 0)
        return -1;
    errno = failed;
    return status;
}

static int descriptor_fill(int file, const char *text, size_t bytes)
{
    return descriptor_write(file, text, bytes) == 0 ? descriptor_sync(file) : -1;
}

int file_fill(const char *path, const char *text, size_t bytes)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, NEW_FILE_MODE);
    if (file < 0)
        return -1;
    return descriptor_close(file, descriptor_fill(file, text, bytes));
}

/* Opens a file without a name in the folder of the path; the kernel removes it when it is closed.
 * -1: see errno, which is EOPNOTSUPP where the file system has no such files. */
static int unnamed_open(const char *path)
{
    char copy[PATH_MAX];
    snprintf(copy, sizeof copy, "%s", path);
    int file = open(dirname(copy), O_TMPFILE | O_WRONLY | O_CLOEXEC, NEW_FILE_MODE);
    if (file < 0 && errno == EISDIR) /* from a kernel or file system that does not know the flag */
        errno = EOPNOTSUPP;
    return file;
}

/* Removes what a process with the same id that was killed has left under the name. */
static int unnamed_link(int file, const char *path)
{
    char own[32];
    snprintf(own, sizeof own, "/proc/self/fd/%d", file);
    unlink(path);
    return linkat(AT_FDCWD, own, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

/* The file has its name only when it is complete, so that even SIGKILL leaves no part of it; but
 * for file systems without unnamed files. */
static int temporary_write(const char *temporary, const char *text, size_t bytes)
{
    int file = unnamed_open(temporary);
    if (file < 0)
        return errno == EOPNOTSUPP ? file_fill(temporary, text, bytes) : -1;
    int status = descriptor_fill(file, text, bytes);
    if (status == 0)
        status = unnamed_link(file, temporary);
    return descriptor_close(file, status);
}

static int temporary_name(const char *path, char temporary[PATH_MAX])
{
    int length = snprintf(temporary, PATH_MAX, "%s.%ld.tmp", path, (long)getpid());
    const char *slash = strrchr(path, '/');
    if (length < PATH_MAX && strlen(temporary + (slash != NULL ? slash + 1 - path : 0)) <= NAME_MAX)
        return 0;
    errno = ENAMETOOLONG;
    return -1;
}

/* Errno stays. */
static void temporary_remove(const char *temporary)
{
    int failed = errno;
    unlink(temporary);
    errno = failed;
}

int file_replace(const char *path, const char *text, size_t bytes)
{
    char temporary[PATH_MAX];
    if (temporary_name(path, temporary) != 0)
        return -1;
    if (temporary_write(temporary, text, bytes) == 0 && rename(temporary, path) == 0)
        return 0;
    temporary_remove(temporary);
    return -1;
}

int file_replace_check(const char *path)
{
    static const char zeros[CHECK_BYTES];
    char temporary[PATH_MAX];
    if (temporary_name(path, temporary) != 0)
        return -1;
    int file = unnamed_open(temporary);
    if (file >= 0)
        return descriptor_close(file, descriptor_write(file, zeros, sizeof zeros));
    if (errno != EOPNOTSUPP)
        return -1;
    int status = file_fill(temporary, zeros, sizeof zeros);
    temporary_remove(temporary);
    return status;
}

/* A file that is about to be replaced. */
struct replacement {
    const struct file_content *content;
    char temporary[PATH_MAX]; /* has the new content, later the old one */
    bool is_new;              /* there was no such file */
};

static int replacement_prepare(struct replacement *replacement, const struct file_content *content)
{
    struct stat found;
    replacement->content = content;
    if (stat(content->path, &found) == 0 && S_ISDIR(found.st_mode)) {
        errno = EISDIR; /* it could be exchanged */
        return -1;
    }
    if (temporary_name(content->path, replacement->temporary) != 0)
        return -1;
    return content->text == NULL
               ? 0
               : temporary_write(replacement->temporary, content->text, content->bytes);
}

/* File systems that cannot exchange two files lose the old one. */
static int replacement_swap(struct replacement *replacement)
{
    const char *path = replacement->content->path, *temporary = replacement->temporary;
    if (replacement->content->text == NULL)
        return rename(path, temporary) == 0 || errno == ENOENT ? 0 : -1;
    if (renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_EXCHANGE) == 0)
        return 0;
    replacement->is_new = errno == ENOENT;
    return errno == ENOENT || errno == EINVAL || errno == ENOSYS ? rename(temporary, path) : -1;
}

static void replacement_undo(const struct replacement *replacement)
{
    int failed = errno;
    if (rename(replacement->temporary, replacement->content->path) != 0 && replacement->is_new)
        unlink(replacement->content->path);
    errno = failed;
}

/* All of them or none. */
static int replacements_make(struct replacement *replacements, size_t count)
{
    for (size_t done = 0; done < count; done++)
        if (replacement_swap(&replacements[done]) != 0) {
            while (done > 0)
                replacement_undo(&replacements[--done]);
            return -1;
        }
    return 0;
}

/* Writes all temporary files. Returns how many it began, the last of which may have failed. */
static size_t replacements_prepare(struct replacement *replacements,
                                   const struct file_content *contents, size_t count, int *status)
{
    size_t begun = 0;
    for (*status = 0; begun < count && *status == 0; begun++)
        *status = replacement_prepare(&replacements[begun], &contents[begun]);
    return begun;
}

int files_replace(const struct file_content *contents, size_t count)
{
    struct replacement *replacements = xcalloc(count, sizeof *replacements);
    int status;
    size_t begun = replacements_prepare(replacements, contents, count, &status);
    if (status == 0)
        status = replacements_make(replacements, count);
    for (size_t i = 0; i < begun; i++)
        temporary_remove(replacements[i].temporary);
    int failed = errno;
    free(replacements);
    errno = failed;
    return status;
}
