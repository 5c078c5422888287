/* dump_line.h - one line of a dump as text: its words, and the numbers in them. */
#pragma once

#include "dump.h"

#define LINE_WORDS_MAX 96

struct dump_line {
    char *words[LINE_WORDS_MAX]; /* those after the label, or all of them */
    size_t count;                /* 0 also for a line with more words */
};

/* Splits the text in place. */
void dump_line_split(struct dump_line *line, char *text);
/* A number, a comma may follow; DUMP_UNTOLD: it is none, or there is no such word. */
uint64_t dump_line_number(const struct dump_line *line, size_t place);
/* The number after the word; DUMP_UNTOLD: there is none. */
uint64_t dump_line_number_after(const struct dump_line *line, const char *word);
/* The place of the word, or LINE_WORDS_MAX. */
size_t dump_line_find(const struct dump_line *line, const char *word);
/* A time or ratio, -1 for N/A; DUMP_UNKNOWN: there is none. */
int64_t dump_line_setting(const struct dump_line *line, size_t place);
