/* command.c - complaints, JSON output and the last look at standard output. */
#include "command.h"

#include "files.h"
#include "xmalloc.h"

#include <errno.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int complain(const char *command, int status, const char *format, ...)
{
    va_list arguments;
    fflush(stdout);
    fprintf(stderr, "tidemark %s: ", command);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return status;
}

int json_write(json_t *json, const char *path, struct error *error)
{
    char *text;
    size_t bytes;
    FILE *out = xmemstream(&text, &bytes);
    if (json_dumpf(json, out, JSON_INDENT(1) | JSON_REAL_PRECISION(9)) != 0)
        die_of("out of memory");
    fputc('\n', out);
    fclose(out);
    json_decref(json);
    int status = file_write(path, text, bytes, error);
    free(text);
    return status;
}

int output_check(const char *path, struct error *error)
{
    if (path == NULL || strcmp(path, "-") == 0)
        return 0;
    struct stat found;
    bool exists = stat(path, &found) == 0;
    char *copy = xstrdup(path);
    char *folder = xasprintf("%s/", dirname(copy));
    int status = 0;
    if (exists && S_ISDIR(found.st_mode))
        status = error_set(error, "%s: it is a folder", path);
    else if (access(exists && !S_ISREG(found.st_mode) ? path : folder, W_OK) != 0)
        status = error_set(error, "%s: cannot write to it: %s", path, strerror(errno));
    free(folder);
    free(copy);
    return status;
}

bool list_next(const char **list, char *item, size_t bytes)
{
    if (**list == '\0')
        return false;
    size_t length = strcspn(*list, ",");
    snprintf(item, bytes, "%.*s", (int)length, *list);
    *list += length + ((*list)[length] == ',');
    return true;
}

int command_end(const char *command, int status)
{
    struct error error;
    if (stdout_flush(&error) == 0)
        return status;
    return complain(command, STATUS_UNDECIDED, "%s", error.text);
}
