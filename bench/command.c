/* command.c - complaints, JSON output and the last look at standard output. */
#include "command.h"

#include "files.h"
#include "printable.h"
#include "xmalloc.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void interrupt_obey(int number)
{
    (void)number;
    _exit(STATUS_INTERRUPTED);
}

void command_obey_interrupts(void)
{
    if (signal(SIGINT, interrupt_obey) == SIG_IGN) /* started in the background */
        signal(SIGINT, SIG_IGN);
}

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
