/* comparison_make.h - compares the pairs of all inputs and applies the gates. */
#pragma once

#include "inputs.h"

#include <stdbool.h>

#define COMPARISON_FIGURES_MAX 64

struct comparison_request {
    bool figures[COMPARISON_FIGURES_MAX]; /* which rows of the table of figures to compare */
    bool named[COMPARISON_FIGURES_MAX];   /* which of them the user asked for by name or with all */
    const struct counters *counters;      /* compared, too; may be NULL */
    unsigned allowed;                     /* enum comparable_allowed */
    double floor;                         /* a share, or MEASUREMENTS_FLOOR_NONE */
    struct gate *gates;
    size_t gate_count;
};

/* Selects the default figures and those listed, as "p90,rss"; "all" selects all, NULL is an empty
 * list. 0, or -1 and one line in error. */
int comparison_figures_choose(struct comparison_request *request, const char *list,
                              struct error *error);
/* Inputs and request must outlive the report. The caller releases it with comparison_destroy. */
struct comparison_report *comparison_make(struct inputs *inputs,
                                          const struct comparison_request *request);
void comparison_destroy(struct comparison_report *report);
