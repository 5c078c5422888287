/* xmalloc.h - memory from malloc that is always there: without any left, the program ends.
 *
 * These return what the C library's functions of the same names return, but never NULL. When memory
 * runs out they print "out of memory" to stderr and abort. The caller frees the memory with free.
 */
#ifndef XMALLOC_H
#define XMALLOC_H

#include <stddef.h>
#include <stdio.h>

void *xmalloc(size_t bytes);
void *xcalloc(size_t count, size_t element_bytes);
/* Also fails where count * element_bytes overflows. */
void *xreallocarray(void *block, size_t count, size_t element_bytes);
char *xstrdup(const char *text);
/* vasprintf's text. */
__attribute__((format(printf, 1, 2))) char *xasprintf(const char *format, ...);
/* open_memstream: the text is in *text, *bytes long, after fclose. */
FILE *xmemstream(char **text, size_t *bytes);

/* The memory that another library's function returned, where NULL means there was none left. */
void *xchecked(void *memory);

/* The block, grown where `*capacity` elements are fewer than `needed`: to twice as many as often as
 * it takes, and to 64 at least. Example: `list = growable(list, &room, count + 1, sizeof *list)`.
 */
void *growable(void *block, size_t *capacity, size_t needed, size_t element_bytes);

/* For what cannot go on for lack of memory or another resource: prints the reason and aborts.
 * The one place in the program that calls abort(). */
_Noreturn void die_of(const char *reason);

#endif
