/* errors.c - formats a line and keeps it printable. */
#include "errors.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Control characters become '?', but for the one that may stay; '\0': none may. */
static void text_tidy(char *text, char stays)
{
    for (; *text; text++)
        if (((unsigned char)*text < ' ' && *text != stays) || *text == 0x7f)
            *text = '?';
}

void error_add(struct error *error, const char *format, ...)
{
    size_t length = strlen(error->text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text + length, sizeof error->text - length, format, arguments);
    va_end(arguments);
    text_tidy(error->text + length, '\n');
}

int error_set(struct error *error, const char *format, ...)
{
    struct error made;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(made.text, sizeof made.text, format, arguments);
    va_end(arguments);
    text_tidy(made.text, '\0');
    strcpy(error->text, made.text);
    return -1;
}
