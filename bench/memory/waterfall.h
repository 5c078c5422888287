/* waterfall.h - a sample's layers from the payload to the RSS, and a name for what lies between.
 *
 * A pure function of a sample. Every layer holds the one before it and one gap more; but gaps may
 * be below 0, since the layers are read one after the other and some count pages that were never
 * touched.
 */
#ifndef WATERFALL_H
#define WATERFALL_H

#include "result.h"

#define WATERFALL_ROWS_MAX 16

struct waterfall_row {
    const char *key;     /* in JSON */
    const char *name;    /* for people */
    const char *meaning; /* what it is, for who never saw it */
    bool layer;          /* a sum of all before it; otherwise a gap */
    double bytes;
};

struct waterfall {
    struct waterfall_row rows[WATERFALL_ROWS_MAX];
    size_t count;
};

/* Layers that the server's allocator could not tell are left out. */
void waterfall_make(struct waterfall *waterfall, const struct result_sample *sample);

#endif
