/* command.c - complaints, JSON output and the last look at standard output. */
#include "command.h"

#include "files.h"
#include "xmalloc.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

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
    char *text = xchecked(json_dumps(json, JSON_INDENT(1) | JSON_REAL_PRECISION(9)));
    json_decref(json);
    char *lines = xasprintf("%s\n", text);
    int status = file_write(path, lines, strlen(lines), error);
    free(lines);
    free(text);
    return status;
}

int command_end(const char *command, int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    return complain(command, STATUS_UNDECIDED, "standard output: %s",
                    errno != 0 ? strerror(errno) : "not all could be written");
}
