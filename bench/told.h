/* told.h - what a server tells of itself, /stats or a part of an answer, as a sample. */
#ifndef TOLD_H
#define TOLD_H

#include "result.h"

#include <jansson.h>

#define TOLD_ERROR_BYTES 256

/* Fills in what the server knows; the rest is left as it is. 0, or -1 and one line in error. */
int told_read(const char *text, size_t bytes, struct result_sample *sample,
              char error[TOLD_ERROR_BYTES]);
/* How often the allocator of the process was asked so far, from its statistics (/jemalloc); NAN
 * where they do not tell. */
double told_allocations(const char *text, size_t bytes);
int told_read_json(const json_t *stats, struct result_sample *sample, char error[TOLD_ERROR_BYTES]);

#endif
