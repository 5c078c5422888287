/* chart.h - curves in a terminal, drawn with braille dots.
 *
 * A pure function of its values. The scale starts at 0 unless the lowest value is above half of the
 * highest, and spans at least 2 % of the highest value. One thread at a time.
 */
#pragma once

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
    const double *y; /* as many as x; values that are not finite are left out */
};

struct chart {
    const struct chart_series *series; /* at most CHART_SERIES_MAX */
    size_t series_count;
    const double *x; /* in ascending order */
    size_t count;
    size_t width, height; /* of the chart, in characters; of the curves, in lines */
    double line; /* a horizontal line, such as a limit, drawn if the curves come near; 0: none */
    chart_format *format_x, *format_y;
    bool colours;
    bool ascii; /* no braille: one dot a character, as where the locale is not UTF-8 */
};

/* Prints `height` + 1 lines, and with several series one more with their names, ordered by their
 * last values. Prints nothing if there is no point. Returns the number of lines. */
size_t chart_print(const struct chart *chart, FILE *out);
