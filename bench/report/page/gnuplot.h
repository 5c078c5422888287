/* gnuplot.h - one figure of lines or bars, drawn by gnuplot as SVG.
 *
 * Names and titles may come from anywhere: they are shown as they are, without what cannot be
 * printed. One thread at a time.
 */
#ifndef GNUPLOT_H
#define GNUPLOT_H

#include "errors.h"

#include <stdbool.h>
#include <stddef.h>

#define PLOT_NAME_BYTES 160

struct plot_series {
    char name[PLOT_NAME_BYTES];
    double *x, *y;      /* of bars x is of no account; what is not finite is left out */
    double *low, *high; /* of bars only: their intervals; NULL: they have none */
    size_t count;
};

enum plot_form {
    PLOT_LINES,       /* over x */
    PLOT_PERCENTILES, /* over x from 1: p50, p90, p99, p99.9, max */
    PLOT_BARS,        /* one for each series, which has one value */
};

struct plot {
    char file[PLOT_NAME_BYTES]; /* without .svg; any text, of which a file's name is made */
    char title[2 * PLOT_NAME_BYTES];
    const char *x_label, *y_label;
    bool thousands_x; /* 20k, not 20000 */
    enum plot_form form;
    bool log_x, log_y;
    struct plot_series *series; /* owned, with their values; may be NULL */
    size_t count;
};

/* Adds a series with room for so many values, all 0. */
struct plot_series *plot_series_add(struct plot *plot, const char *name, size_t count);
void plot_free(struct plot *plot);
/* Writes folder/FILE.svg, whole or not at all, and its path. 0, or -1 and one line in error. */
int plot_write(const struct plot *plot, const char *folder, char path[], size_t path_bytes,
               struct error *error);

#endif
