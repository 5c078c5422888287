/* memory_output.h - one run's memory for people and programs: waterfall, curve, verdict. */
#ifndef MEMORY_OUTPUT_H
#define MEMORY_OUTPUT_H

#include "result.h"

#include <stdio.h>

struct curve {
    const struct result *result;
    size_t run; /* from 0; it has samples */
    bool colours;
    size_t width;
};

void curve_print(const struct curve *curve, FILE *out);
/* One JSON object. 0, or -1: it could not be written. */
int curve_json(const struct curve *curve, FILE *out);

/* The three samples that tell most; the peak is that of the RSS. */
enum curve_point { CURVE_START, CURVE_PEAK, CURVE_END, CURVE_POINTS };
const struct result_sample *curve_sample(const struct result_run *run, enum curve_point point);

#endif
