/* memory_layers.h - a sample's layers from the payload to the RSS, and a name for what lies
 * between.
 *
 * A pure function of a sample. Every layer holds the one before it and one gap more; but gaps may
 * be below 0, since the layers are read one after the other and some count pages that were never
 * touched.
 */
#ifndef MEMORY_LAYERS_H
#define MEMORY_LAYERS_H

#include "result.h"

#define MEMORY_LAYERS_ROWS_MAX 16

struct memory_layers_row {
    const char *key;     /* in JSON */
    const char *name;    /* for people */
    const char *meaning; /* what it is, for who never saw it */
    bool layer;          /* a sum of all before it; otherwise a gap */
    double bytes;
};

struct memory_layers {
    struct memory_layers_row rows[MEMORY_LAYERS_ROWS_MAX];
    size_t count;
};

/* Layers that the server's allocator could not tell are left out. */
void memory_layers_make(struct memory_layers *waterfall, const struct result_sample *sample);

#endif
