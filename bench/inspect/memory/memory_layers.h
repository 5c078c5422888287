/* memory_layers.h - the layers of a sample from payload to RSS, and a name for each gap between
 * two.
 *
 * A pure function of a sample. Each layer is the one before plus the gaps between them. Gaps may be
 * negative, since the layers are not read at the same instant, and some count untouched pages.
 */
#pragma once

#include "result.h"

#define MEMORY_LAYERS_ROWS_MAX 16

struct memory_layers_row {
    const char *key;     /* in JSON */
    const char *name;    /* in a table: "= cache", "+ metadata" */
    const char *meaning; /* in words */
    bool is_gap;         /* false: a layer, the sum of all gaps before it */
    double bytes;
};

struct memory_layers {
    struct memory_layers_row rows[MEMORY_LAYERS_ROWS_MAX];
    size_t count;
};

/* Leaves out the layers that the server's allocator does not report. */
void memory_layers_make(struct memory_layers *layers, const struct result_sample *sample);
