/* command.c - complaints, JSON output and the last look at standard output. */
#include "command.h"

#include "files.h"
#include "printable.h"
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
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        die_of("out of memory");
    va_end(arguments);
    fflush(stdout);
    fprintf(stderr, "tidemark %s: %s\n", command, text_printable(text));
    free(text);
    return status;
}

/* Writes control characters that jansson leaves as they are, U+007F to U+009F, as escapes. */
static void json_print(const char *text, FILE *out)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        bool two = at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0;
        if (two || *at == 0x7f)
            fprintf(out, "\\u00%02x", two ? *++at : *at);
        else
            fputc(*at, out);
    }
}

int json_write(json_t *json, const char *path, struct error *error)
{
    char *text;
    size_t bytes;
    FILE *out = xmemstream(&text, &bytes);
    char *dumped = xchecked(json_dumps(json, JSON_INDENT(1) | JSON_REAL_PRECISION(9)));
    json_print(dumped, out);
    free(dumped);
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
