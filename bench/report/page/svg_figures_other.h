/* svg_figures_other.h - the charts of what is no bench: single operations, starts, and a choice. */
#ifndef SVG_FIGURES_OTHER_H
#define SVG_FIGURES_OTHER_H

#include "gnuplot.h"
#include "sources.h"

/* Draws the plot and releases what it holds. */
typedef void plot_taker(void *context, struct plot *plot);

/* Hands over each chart of the source; none where its kind has none. */
void parts_plot(const struct source *source, plot_taker *take, void *context);

#endif
