/* option_table.h - the options of a program or command: a row each, for parsing and for --help. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
/* The help of an option that is accepted, but neither shown in --help nor suggested. */
#define OPTION_HIDDEN NULL

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
