/* svg_figures.h - the charts of a report as SVG files, drawn by gnuplot. */
#pragma once

#include "sources.h"

/* Writes each chart to FOLDER/NAME.svg, creates the folder, and prints the paths. Results that
 * cannot be read are skipped with a message on stderr. 0, or -1 and one line in error. */
int svg_figures_write(const struct sources *sources, const char *folder, struct error *error);
