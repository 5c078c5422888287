/* svg_figures_other.h - the charts of all files but bench results: replays, choices,
 * micro-benchmarks and start times. */
#pragma once

#include "gnuplot.h"
#include "sources.h"

/* Where the charts go. */
struct svg_output {
    const char *folder;
    int status; /* -1: a chart could not be written, and the error says why */
    struct error *error;
};

/* Writes the plot unless it is empty or an earlier one failed, prints its path, and clears it. */
void svg_output_add(struct svg_output *output, struct plot *plot);
/* Writes the charts of the source, if its kind has any here. */
void svg_figures_other(struct svg_output *output, const struct source *source);
