/* command.h - what all commands of the program share: exit status, complaints, JSON output.
 *
 * A command parses its options with options_take and returns one of the statuses below; main adds
 * the check that standard output could be written. Only commands print to stderr; what they call
 * returns a struct error.
 */
#pragma once

#include "errors.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* The exit status of every command. Say it in words in --help only where a command has a gate. */
enum {
    STATUS_OK = 0,
    STATUS_BAD = 1,   /* a gate, a run, a request, a statement failed, or a leak with --fail-on */
    STATUS_USAGE = 2, /* a wrong option, or input that cannot be read or understood */
    STATUS_UNDECIDED = 3, /* it could not run, could not decide, or could not write its output */
    STATUS_INTERRUPTED = 130,
};

/* One row of the table in tidemark.c. */
struct command {
    const char *name, *summary;
    int (*run)(int argc, char **argv); /* returns the exit status */
};

/* Lets Ctrl-C end the program at once with STATUS_INTERRUPTED. A command that has servers to stop
 * or figures to print waits for the signal itself. */
void command_obey_interrupts(void);

/* Prints "tidemark COMMAND: TEXT" to stderr and returns the status:
 * `return complain("load", STATUS_USAGE, "%s: %s", path, strerror(errno));` */
__attribute__((format(printf, 3, 4))) int complain(const char *command, int status,
                                                   const char *format, ...);

/* Writes the JSON, indented and with a newline at its end, to `path` as file_write does ("-" is
 * standard output), and releases it. 0, or -1 and one line in error. */
int json_write(json_t *json, const char *path, struct error *error);

/* Copies the next item of a list such as "lru,ttl" and moves *list behind it and its comma. False:
 * the list is at its end. */
bool list_next(const char **list, char *item, size_t bytes);

/* The status, or STATUS_UNDECIDED and a complaint if what was printed could not be written. */
int command_end(const char *command, int status);
