/* comparison_report.h - all that one comparison came to, and the ways to write it down. */
#ifndef COMPARISON_REPORT_H
#define COMPARISON_REPORT_H

#include "comparable.h"
#include "gate.h"

#include <stdio.h>

#define COMPARISON_SCHEMA "tidemark/compare/1"

struct comparison_pair { /* a result and what it was set against */
    const struct measurements *before, *after;
    bool in_turns;
    char variant[MEASUREMENTS_NAME_BYTES];
    char refusal[MEASUREMENTS_REASON_BYTES];     /* why it was not compared; "" */
    char differences[MEASUREMENTS_REASON_BYTES]; /* in settings that may differ; "" */
};

struct comparison_report {
    struct memory_zone *zone;
    struct comparison_pair *pairs;
    size_t pair_count;
    char (*notes)[MEASUREMENTS_REASON_BYTES]; /* what was left out, and why it does not matter */
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
int comparison_status(const struct comparison_report *report);

typedef void comparison_writer(const struct comparison_report *report, bool colours, FILE *out);
comparison_writer comparison_table, comparison_json, comparison_markdown, comparison_junit;

/* "-1.2 %", of a difference with its unit. */
char *comparison_change_format(char text[UNITS_TEXT_BYTES], const struct comparison *comparison,
                               double change);
/* "zipf lru cpu" */
void comparison_title(const struct comparison *comparison, char title[MEASUREMENTS_REASON_BYTES]);
const char *comparison_figure_name(const struct comparison *comparison); /* in full */
/* Sentences on the whole, one each; NULL after the last. */
#define COMPARISON_REMARKS_MAX 8
size_t comparison_remarks(const struct comparison_report *report,
                          char remarks[COMPARISON_REMARKS_MAX][MEASUREMENTS_REASON_BYTES]);

#endif
