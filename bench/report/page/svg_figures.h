/* svg_figures.h - the charts of a report as SVG files, drawn by gnuplot. */
#ifndef SVG_FIGURES_H
#define SVG_FIGURES_H

#include "sources.h"

/* Writes folder/NAME.svg, a file a chart, and makes the folder if need be. Prints their names, and
 * what went wrong. 0 or -1. */
int svg_figures_write(const struct sources *sources, const char *folder);

#endif
