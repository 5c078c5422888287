/* printable.h - makes text from elsewhere safe for a terminal. */
#pragma once

#include <stddef.h>
#include <stdio.h>

/* Replaces by '?' each byte that a terminal could obey, or that no terminal can show: control
 * characters but newline and tab (below 0x20, 0x7f, U+0080 to U+009F), and what is not UTF-8
 * (RFC 3629). The text keeps its length. Returns it. */
char *text_printable(char *text);
/* The same for bytes, among them '\0'. */
void bytes_printable(char *bytes, size_t count);

/* fprintf, of text that was made printable. Returns the number of bytes. For lines that contain
 * names, ids or texts that were not made here; not for lines with colours of our own. */
__attribute__((format(printf, 2, 3))) int printable_print(FILE *out, const char *format, ...);
