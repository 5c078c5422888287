/* gnuplot.h - one chart of lines or bars, drawn by gnuplot as an SVG file.
 *
 * Names and titles may hold any text; control characters become spaces. One thread at a time.
 */
#pragma once

#include "errors.h"

#include <stdbool.h>
#include <stddef.h>

#define PLOT_NAME_BYTES 160

struct plot_point {
    double x, y; /* the point is left out if one is not finite */
};

struct plot_series {
    char name[PLOT_NAME_BYTES];
    struct plot_point *points;
    size_t count, capacity;
    double low, high; /* of a bar: its interval */
};

enum plot_form {
    PLOT_LINES,       /* y over x */
    PLOT_PERCENTILES, /* x is 1 for p50, 2 for p90, 3 for p99, 4 for p99.9, 5 for max */
    PLOT_BARS,        /* one bar for each series, which has one point; x is ignored */
};

struct plot {
    enum plot_form form;
    char *file, *title; /* owned; characters that a file name should not have become '-' */
    const char *x_label, *y_label;
    bool thousands_x; /* 20k, not 20000 */
    bool log_x, log_y;
    struct plot_series *series;
    size_t count, capacity;
};

/* Valid until the next series is added. */
struct plot_series *plot_series_add(struct plot *plot, const char *name);
void plot_point_add(struct plot_series *series, double x, double y);
/* Adds nothing if a number is not finite. */
void plot_bar_add(struct plot *plot, const char *name, double value, double low, double high);
void plot_clear(struct plot *plot);
/* Writes FOLDER/FILE.svg and returns its path, to be freed by the caller; NULL: see error. */
char *plot_write(const struct plot *plot, const char *folder, struct error *error);
