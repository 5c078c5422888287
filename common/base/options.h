/* options.h - parses command lines by a table, which also gives the errors and --help.
 *
 * `--name VALUE` and `--name=VALUE` are the same; `--` ends the options. `--help` and
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
    OPTION_HEADING,  /* not an option: `help` is the title of the rows below it */
    OPTION_FLAG,     /* bool; takes no value */
    OPTION_TEXT,     /* const char *, pointing into argv */
    OPTION_COUNT,    /* uint64_t; 10k */
    OPTION_SIZE,     /* uint64_t bytes; 64MiB */
    OPTION_DURATION, /* uint64_t ns; 2ms, 1.5min; a bare number is seconds */
    OPTION_REAL,     /* double, finite and not negative */
    OPTION_SHARE,    /* double from 0 to 1; 2% or 0.02 */
    OPTION_OUTPUT,   /* const char *, a path as in file_write: --json is "-", --json=FILE is FILE */
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
    const char *name; /* without the dashes; NULL for a heading */
    enum option_kind kind;
    size_t offset;     /* of the field in the settings */
    const char *value; /* the name of the value in --help; NULL for a flag */
    const char *help;
};

struct option_table {
    const char *usage;   /* "tidemark load [OPTIONS] URL" */
    const char *summary; /* what it does: paragraphs without hard line breaks */
    const char *details; /* after the options: examples. May be NULL */
    const struct option *options;
    size_t count;
    /* Settings with the defaults, for --help, which shows those that are not 0, NULL or false.
     * NULL: it shows none. */
    const void *defaults;
};

enum options_outcome { OPTIONS_OK, OPTIONS_HELP, OPTIONS_VERSION, OPTIONS_WRONG };

/* Reads argv[1..] into *settings, which the caller has filled with the defaults. Moves positional
 * arguments to the front of argv[1..] and sets *positional to their number. OPTIONS_WRONG: see
 * error. */
enum options_outcome options_parse(const struct option_table *table, int argc, char **argv,
                                   void *settings, int *positional, struct error *error);
/* The same for a program or command: prints --help and --version to stdout, and an error to stderr
 * after "PROGRAM: ". Returns OPTIONS_GO_ON, or the exit status (0 or 2). positional NULL:
 * positional arguments are an error. */
#define OPTIONS_GO_ON (-1)
int options_take(const struct option_table *table, const char *program, int argc, char **argv,
                 void *settings, int *positional);

/* Prints --help, wrapped to the width of the terminal, but at least OPTIONS_WIDTH_MIN and at most
 * OPTIONS_WIDTH_MAX columns; to 100 columns if `out` is not a terminal. */
#define OPTIONS_WIDTH_MIN 80
#define OPTIONS_WIDTH_MAX 120
void options_help(const struct option_table *table, FILE *out);
/* Row i of --help: the rows of the table, then --help and --version, then NULL. */
const struct option *options_row(const struct option_table *table, size_t i);

/* Prints the text in columns `indent` to `width`, wrapped at words; the first line starts at column
 * `at`. Keeps newlines in the text, and ends with one. */
void text_wrap(const char *text, int at, int indent, int width, FILE *out);
/* The width that options_help uses. */
int text_width(FILE *out);

#endif
