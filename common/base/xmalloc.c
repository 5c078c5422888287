/* xmalloc.c - calls the allocation functions of the C library and aborts when they fail. */
#include "xmalloc.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define GROWABLE_FIRST 64

_Noreturn void die_of(const char *reason)
{
    fprintf(stderr, "fatal: %s\n", reason);
    abort();
}

void *xchecked(void *memory)
{
    if (memory == NULL)
        die_of("out of memory");
    return memory;
}

void *xmalloc(size_t bytes)
{
    return xchecked(malloc(bytes > 0 ? bytes : 1));
}

void *xcalloc(size_t count, size_t element_bytes)
{
    return xchecked(calloc(count > 0 ? count : 1, element_bytes));
}

void *xreallocarray(void *block, size_t count, size_t element_bytes)
{
    return xchecked(reallocarray(block, count > 0 ? count : 1, element_bytes));
}

char *xstrdup(const char *text)
{
    return xchecked(strdup(text));
}

char *xasprintf(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    return xchecked(text);
}

FILE *xmemstream(char **text, size_t *bytes)
{
    return xchecked(open_memstream(text, bytes));
}

void *growable(void *block, size_t *capacity, size_t needed, size_t element_bytes)
{
    size_t grown = *capacity > 0 ? *capacity : GROWABLE_FIRST;
    while (grown < needed)
        grown *= 2;
    if (grown == *capacity)
        return block;
    *capacity = grown;
    return xreallocarray(block, grown, element_bytes);
}
