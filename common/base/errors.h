/* errors.h - the reason for a failure, as one line of text.
 *
 * A function that can fail takes a `struct error *` as its last parameter. When it fails it sets
 * the text and returns -1 or NULL; otherwise it leaves the text alone. The text has no newline at
 * its end and does not name the program or command, which the caller adds.
 */
#pragma once

#define ERROR_TEXT_BYTES 1024

struct error {
    char text[ERROR_TEXT_BYTES];
};

/* Formats the text and cuts it off after ERROR_TEXT_BYTES - 1 bytes. What text_printable
 * replaces, and tabs and newlines, becomes '?'. Returns -1, so that a function can end with `return
 * error_set(error, "%s: %s", path, strerror(errno))`. The old text may be an argument:
 * `error_set(error, "%s: %s", path, error->text)`. */
__attribute__((format(printf, 2, 3))) int error_set(struct error *error, const char *format, ...);
/* Appends to the text, for lists ("there is no policy 'x'; there are" " lru" " sieve"). Keeps
 * newlines, so that a list may have a line for each item. */
__attribute__((format(printf, 2, 3))) void error_add(struct error *error, const char *format, ...);
