/* chart.h - curves in a terminal, drawn with braille dots.
 *
 * A pure function of its values. The scale begins at 0 unless all that is shown lies far above it;
 * and it never blows a ripple up to a wave. One thread at a time.
 */
#ifndef CHART_H
#define CHART_H

#include "units.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define CHART_WIDTH_MIN  24 /* characters, axis included */
#define CHART_SERIES_MAX 8

/* Formats a value for an axis. */
typedef char *chart_format(char text[UNITS_TEXT_BYTES], double value);

struct chart_series {
    const char *name;
    const double *y; /* as many as the chart's x; what is not finite is left out */
};

struct chart {
    const struct chart_series *series; /* no more than CHART_SERIES_MAX */
    size_t series_count;
    const double *x; /* does not fall */
    size_t count;
    size_t width, height; /* of all, in characters; of the curve, in lines */
    double line;          /* drawn across, such as a limit, if it comes near; 0: none */
    chart_format *format_x, *format_y;
    bool colours;
};

/* Writes `height` + 1 lines, and one more, the names from top to bottom as the curves end, when
 * there are several. Nothing when there is nothing to draw. Returns how many lines it wrote. */
size_t chart_print(const struct chart *chart, FILE *out);

#endif
