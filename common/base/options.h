/* options.h - command lines from a table: parsing, errors and --help come from the same rows.
 *
 * Both `--name VALUE` and `--name=VALUE` are taken; `--` ends the options. `--help` and
 * `--version` need no row.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "errors.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum option_kind {
    OPTION_FLAG,     /* bool; takes no value */
    OPTION_TEXT,     /* const char *, pointing into argv */
    OPTION_COUNT,    /* uint64_t; 10k */
    OPTION_SIZE,     /* uint64_t bytes; 64MiB */
    OPTION_DURATION, /* uint64_t ns; 2ms */
    OPTION_SECONDS,  /* uint64_t ns; 30, 0.5, or as a duration */
    OPTION_REAL,     /* double, finite and not negative */
    OPTION_SHARE,    /* double from 0 to 1; 2% or 0.02 */
    OPTION_CAPACITY, /* struct option_capacity: entries or bytes */
    OPTION_TEXTS,    /* struct option_texts: may be given several times */
};

#define OPTION_TEXTS_MAX 32
struct option_texts {
    const char *texts[OPTION_TEXTS_MAX]; /* pointing into argv */
    size_t count;
};

struct option_capacity {
    uint64_t entries; /* 0: no such limit */
    uint64_t bytes;   /* 0: no such limit */
};

struct option {
    const char *name; /* without the dashes */
    enum option_kind kind;
    size_t offset;     /* of the field in the settings */
    const char *value; /* what the value is called in --help, NULL for a flag */
    const char *help;
};

struct option_table {
    const char *usage;   /* "tidemark load [OPTIONS] URL" */
    const char *summary; /* what it does, one or more lines */
    const char *details; /* after the options: examples. May be NULL */
    const struct option *options;
    size_t count;
};

enum options_outcome { OPTIONS_OK, OPTIONS_HELP, OPTIONS_VERSION, OPTIONS_WRONG };

/* Reads argv[1..] into *settings, whose fields hold the defaults. Positional arguments are moved
 * to the front of argv[1..] and counted in *positional. OPTIONS_WRONG leaves one line in error. */
enum options_outcome options_parse(const struct option_table *table, int argc, char **argv,
                                   void *settings, int *positional, struct error *error);
/* The same for a whole command: prints --help and --version to stdout, or the error after
 * "PROGRAM: " to stderr. OPTIONS_GO_ON, or the status to exit with. positional NULL: the command
 * takes no such arguments, and one is an error. */
#define OPTIONS_GO_ON (-1)
int options_take(const struct option_table *table, const char *program, int argc, char **argv,
                 void *settings, int *positional);
void options_help(const struct option_table *table, FILE *out);

#endif
