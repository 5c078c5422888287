/* options.h - parses command lines by a table, which also gives the errors and --help.
 *
 * `--name VALUE` and `--name=VALUE` are the same; `--` ends the options. `--help` and
 * `--version` need no row.
 */
#pragma once

#include "errors.h"
#include "option_table.h"

enum options_outcome { OPTIONS_OK, OPTIONS_HELP, OPTIONS_VERSION, OPTIONS_WRONG };

/* Reads argv[1..] into *settings, which the caller has filled with the defaults. Moves positional
 * arguments to the front of argv[1..] and sets *positional to their number. OPTIONS_WRONG: see
 * error. */
enum options_outcome options_parse(const struct option_table *table, int argc, char **argv,
                                   void *settings, int *positional, struct error *error);
/* The same for a program or command: prints --help and --version to stdout, and an error to stderr
 * after "PROGRAM: ". Returns OPTIONS_GO_ON, or the exit status (0, 2, or 3 if it cannot print).
 * positional NULL: positional arguments are an error. */
#define OPTIONS_GO_ON (-1)
int options_take(const struct option_table *table, const char *program, int argc, char **argv,
                 void *settings, int *positional);
