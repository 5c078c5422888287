/* stats_parse.h - what a server tells of itself, /stats or a part of an answer, as a sample. */
#ifndef STATS_PARSE_H
#define STATS_PARSE_H

#include "errors.h"
#include "result.h"

#include <jansson.h>

/* Fills in what the server knows; the rest is left as it is. 0, or -1 and one line in error. */
int stats_parse(const char *text, size_t bytes, struct result_sample *sample, struct error *error);
/* How often the allocator of the process was asked so far, from its statistics (/jemalloc); NAN
 * where they do not tell. */
double stats_parse_allocations(const char *text, size_t bytes);
int stats_parse_json(const json_t *stats, struct result_sample *sample, struct error *error);

#endif
