/* measurements_read.h - reads a file of measurements, whichever of the known programs wrote it.
 *
 * These are results of tidemark bench, google-benchmark's JSON and hyperfine's.
 */
#ifndef MEASUREMENTS_READ_H
#define MEASUREMENTS_READ_H

#include "measurements.h"

enum measurements_outcome {
    MEASUREMENTS_READ,
    MEASUREMENTS_OTHER,  /* whole, but of a kind that is not compared */
    MEASUREMENTS_BESIDE, /* jemalloc's statistics, which lie beside each result */
    MEASUREMENTS_BAD,
};

/* *book is released with measurements_destroy, and NULL unless MEASUREMENTS_READ; otherwise one
 * line in error. */
enum measurements_outcome measurements_read(struct measurements **measurements, const char *path,
                                            struct error *error);
/* The same of a text that came from `path`. */
enum measurements_outcome measurements_parse(struct measurements **measurements, const char *path,
                                             const char *text, size_t bytes, struct error *error);

#endif
