/* options_help.h - prints a table of options as --help: grouped, wrapped, with defaults. */
#pragma once

#include "option_table.h"

#include <stdbool.h>
#include <stdio.h>

/* Prints --help, wrapped to the width of the terminal, but at least OPTIONS_WIDTH_MIN and at most
 * OPTIONS_WIDTH_MAX columns; to 100 columns if `out` is not a terminal. */
#define OPTIONS_WIDTH_MIN 80
#define OPTIONS_WIDTH_MAX 120
void options_help(const struct option_table *table, FILE *out);
extern const struct option options_help_row, options_version_row;
/* Row i of --help: the rows of the table, then --help and --version, then NULL. */
const struct option *options_row(const struct option_table *table, size_t i);

/* Prints the text in columns `indent` to `width`, wrapped at words; the first line starts at column
 * `at`. Keeps newlines in the text, and ends with one. */
void text_wrap(const char *text, int at, int indent, int width, FILE *out);
/* The width that options_help uses. */
int text_width(FILE *out);
/* Whether the locale in LC_ALL, LC_CTYPE or LANG has UTF-8; otherwise print ASCII. */
bool text_is_utf8(void);
