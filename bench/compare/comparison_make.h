/* comparison_make.h - from books on a inputs to a report: pairs are judged, compared, decided on.
 */
#ifndef COMPARISON_MAKE_H
#define COMPARISON_MAKE_H

#include "inputs.h"

#include <stdbool.h>

#define COMPARISON_FIGURES_MAX 64

struct comparison_request {
    bool figures[COMPARISON_FIGURES_MAX]; /* of the table of figures */
    unsigned allowed;                     /* enum comparable_allowed */
    double floor;                         /* a share, or MEASUREMENTS_FLOOR_NONE */
    struct gate *gates;
    size_t gate_count;
};

/* The default figures and those listed ("all": all). 0, or -1 and one line in error. */
int comparison_figures_choose(struct comparison_request *wish, const char *list,
                              char error[MEASUREMENTS_REASON_BYTES]);
/* Shelf and wish must outlive the report, which is released with comparison_destroy. */
struct comparison_report *comparison_make(struct inputs *inputs,
                                          const struct comparison_request *wish);
void comparison_destroy(struct comparison_report *report);

#endif
