/* errors.c - formats error texts and replaces control characters. */
#include "errors.h"

#include "printable.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Replaces what text_printable replaces, and tabs, and newlines except `kept`. */
static void text_make_printable(char *text, char kept)
{
    for (char *at = text_printable(text); *at; at++)
        if ((unsigned char)*at < ' ' && *at != kept)
            *at = '?';
}

void error_add(struct error *error, const char *format, ...)
{
    size_t length = strlen(error->text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text + length, sizeof error->text - length, format, arguments);
    va_end(arguments);
    text_make_printable(error->text + length, '\n');
}

int error_set(struct error *error, const char *format, ...)
{
    struct error made;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(made.text, sizeof made.text, format, arguments);
    va_end(arguments);
    text_make_printable(made.text, '\0');
    strcpy(error->text, made.text);
    return -1;
}
