/* measurements_read.h - reads a file of measurements, whichever known program wrote it: tidemark
 * bench, google-benchmark (JSON) or hyperfine (JSON). The content decides, not the name.
 */
#pragma once

#include "counters.h"
#include "measurements.h"

enum measurements_outcome {
    MEASUREMENTS_READ,
    MEASUREMENTS_OTHER, /* valid JSON, or lines of JSON, of a kind that cannot be compared */
    MEASUREMENTS_BAD,   /* unreadable or malformed */
};

/* The caller releases *measurements with measurements_destroy. It is NULL, and one line is in
 * error, unless MEASUREMENTS_READ is returned. `counters` (may be NULL) must outlive them. */
enum measurements_outcome measurements_read(struct measurements **measurements, const char *path,
                                            const struct counters *counters, struct error *error);
