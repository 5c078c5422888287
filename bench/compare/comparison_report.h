/* comparison_report.h - the result of a comparison, and its four output formats. */
#pragma once

#include "comparable.h"
#include "gate.h"

#include <jansson.h>

#include <stdio.h>

#define COMPARISON_SCHEMA "tidemark/compare/2"

struct comparison_pair {
    const struct measurements *before, *after;
    bool interleaved;
    char variant[MEASUREMENTS_NAME_BYTES];
    struct error refusal; /* why the two were not compared; "": they were */
    char *differences;    /* the settings that differ, as in comparable.h; NULL: not compared */
};

struct comparison_report {
    struct comparison_pair *pairs;
    size_t pair_count;
    char *const *notes; /* what was left out of the inputs */
    size_t note_count;
    struct comparison *comparisons;
    size_t comparison_count;
    size_t tests; /* how many of them rest on a test */
    struct gate *gates;
    size_t gate_count;
    struct gate_finding *findings;
    size_t finding_count;
};

/* STATUS_OK; STATUS_BAD: a gate failed; STATUS_UNDECIDED: a pair was refused, or a gate could not
 * be decided. */
int comparison_status(const struct comparison_report *report);

/* Prints the report; with `by_variant` a line for each variant instead of each figure. */
void comparison_table(const struct comparison_report *report, bool by_variant, bool colours,
                      FILE *out);
/* Prints the table of comparison_table with `by_variant`. */
void comparison_variants(const struct comparison_report *report, bool colours, FILE *out);
void comparison_markdown(const struct comparison_report *report, FILE *out);
void comparison_junit(const struct comparison_report *report, FILE *out);
/* COMPARISON_SCHEMA; the caller releases it. */
json_t *comparison_json(const struct comparison_report *report);

/* A change with its unit: "1.052" for a ratio, "+1.2 MiB" for a difference. */
char *comparison_change_format(char text[UNITS_TEXT_BYTES], const struct comparison *comparison,
                               double change);
/* "zipf lru cpu"; NULL makes "". */
void comparison_title(const struct comparison *comparison, char title[MEASUREMENTS_REASON_BYTES]);
const char *comparison_figure_name(const struct comparison *comparison);  /* as in the files */
const char *comparison_figure_brief(const struct comparison *comparison); /* as in tables */
/* Whether it is unknown because there are too few repetitions, which the remarks say once. */
bool comparison_is_too_small(const struct comparison_report *report,
                             const struct comparison *comparison);
/* Sentences about the whole comparison, each ended by a newline; the caller frees them. */
char *comparison_remarks(const struct comparison_report *report);
