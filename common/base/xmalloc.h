/* xmalloc.h - allocation functions that never return NULL.
 *
 * They do what the C library's functions of the same names do, but when memory runs out they print
 * "out of memory" to stderr and abort. The caller frees the memory with free.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

void *xmalloc(size_t bytes);
void *xcalloc(size_t count, size_t element_bytes);
/* Also aborts when count * element_bytes overflows. */
void *xreallocarray(void *block, size_t count, size_t element_bytes);
char *xstrdup(const char *text);
/* Returns the formatted text. */
__attribute__((format(printf, 1, 2))) char *xasprintf(const char *format, ...);
/* open_memstream: after fclose, *text is the text and *bytes its length. */
FILE *xmemstream(char **text, size_t *bytes);

/* Returns `memory`, from a library function whose NULL means that memory ran out; aborts then. */
void *xchecked(void *memory);

/* Returns the block, enlarged if *capacity is less than `needed` elements: doubled until it
 * suffices, 64 at least. Example: `list = growable(list, &capacity, count + 1, sizeof *list)`. */
void *growable(void *block, size_t *capacity, size_t needed, size_t element_bytes);

/* Prints the reason and aborts, when memory or another resource has run out. Nothing else in the
 * program calls abort(). */
_Noreturn void die_of(const char *reason);
