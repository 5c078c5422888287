/* counters.h - google-benchmark's user counters that are compared on request, as figures. */
#pragma once

#include "errors.h"
#include "figure.h"

#define COUNTERS_MAX 16

struct counters {
    struct figure figures[COUNTERS_MAX];
    char names[COUNTERS_MAX][RESULT_NAME_BYTES];
    size_t count;
};

/* Adds `NAME`, `NAME:more` or `NAME:less`, which says what is better; without it, more is better of
 * what counts per second, and less of anything else. Rates are compared as speeds, others as
 * counts. 0, or -1 and one line in error. */
int counters_add(struct counters *counters, const char *text, struct error *error);
