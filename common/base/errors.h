/* errors.h - why something failed, as one line for people.
 *
 * A function that can fail takes a `struct error *` last and returns -1 or NULL when it fails; the
 * line is written then, and left alone otherwise. A line has no newline at its end and does not
 * name the program or command, which is for the caller to add.
 */
#ifndef ERRORS_H
#define ERRORS_H

#define ERROR_TEXT_BYTES 1024

struct error {
    char text[ERROR_TEXT_BYTES];
};

/* Formats the line; what is longer than ERROR_TEXT_BYTES - 1 is cut off. Control characters, which
 * may come from a user's file, become '?'. Always -1, so that a function can end
 * with `return error_set(error, "%s: %s", path, strerror(errno))`. `error` itself may be among the
 * arguments: `error_set(error, "%s: %s", path, error->text)`. */
__attribute__((format(printf, 2, 3))) int error_set(struct error *error, const char *format, ...);
/* Appends to the line: for lists ("there is no policy 'x'; there are" " lru" " sieve"), which may
 * have a line for each item: newlines are kept here. */
__attribute__((format(printf, 2, 3))) void error_add(struct error *error, const char *format, ...);

#endif
