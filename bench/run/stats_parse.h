/* stats_parse.h - reads a server's statistics (GET /stats) into a sample. */
#pragma once

#include "errors.h"
#include "result.h"

#include <jansson.h>

/* Sets the fields that the server reports and leaves the others. 0, or -1 and one line in error if
 * a field is missing. */
int stats_parse(const char *text, size_t bytes, struct result_sample *sample, struct error *error);
int stats_parse_json(const json_t *stats, struct result_sample *sample, struct error *error);
/* Allocations of the process since its start, from its allocator's statistics (GET /jemalloc); NAN
 * if they do not say. */
double stats_parse_allocations(const char *text, size_t bytes);
