/* errors.c - formats error texts and replaces control characters. */
#include "errors.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Replaces control characters by '?', except `kept`; '\0': all of them. */
static void text_make_printable(char *text, char kept)
{
    for (; *text; text++)
        if (((unsigned char)*text < ' ' && *text != kept) || *text == 0x7f)
            *text = '?';
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
