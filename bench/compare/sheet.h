/* sheet.h - all that one comparison came to, and the ways to write it down. */
#ifndef SHEET_H
#define SHEET_H

#include "gate.h"
#include "match.h"

#include <stdio.h>

#define SHEET_SCHEMA "tidemark/compare/1"

struct sheet_pair { /* a result and what it was set against */
    const struct book *before, *after;
    bool in_turns;
    char variant[BOOK_NAME_BYTES];
    char refusal[BOOK_REASON_BYTES];     /* why it was not compared; "" */
    char differences[BOOK_REASON_BYTES]; /* in settings that may differ; "" */
};

struct sheet {
    struct memory_zone *zone;
    struct sheet_pair *pairs;
    size_t pair_count;
    char (*notes)[BOOK_REASON_BYTES]; /* what was left out, and why it does not matter */
    size_t note_count;
    struct comparison *comparisons;
    size_t comparison_count;
    size_t tests; /* of them: so many are corrected for */
    struct gate *gates;
    size_t gate_count;
    struct gate_finding *findings;
    size_t finding_count;
};

/* 0: all that was asked for was compared, and every gate passed; 1: a gate failed; 2: something
 * was refused or could not be decided. */
int sheet_status(const struct sheet *sheet);

typedef void sheet_writer(const struct sheet *sheet, bool colours, FILE *out);
sheet_writer sheet_table, sheet_json, sheet_csv, sheet_markdown, sheet_junit;

/* "-1.2 %", of a difference with its unit. */
char *sheet_change_format(char text[UNITS_TEXT_BYTES], const struct comparison *comparison,
                          double change);
/* "zipf lru cpu" */
void sheet_title(const struct comparison *comparison, char title[BOOK_REASON_BYTES]);
const char *sheet_figure_name(const struct comparison *comparison); /* in full */
/* Sentences on the whole, one each; NULL after the last. */
#define SHEET_REMARKS_MAX 8
size_t sheet_remarks(const struct sheet *sheet, char remarks[SHEET_REMARKS_MAX][BOOK_REASON_BYTES]);

#endif
