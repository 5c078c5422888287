/* generator.h - made-up streams of requests, named like "zipf:1.0:1000000:10000000". */
#ifndef GENERATOR_H
#define GENERATOR_H

#include "errors.h"
#include "source.h"

#include <stdio.h>

/* Does the name mean a generator? Then it is none of a file, which can be had as "./zipf". */
bool generator_is_named(const char *name);
/* NULL: error says why. The source keeps error for later. */
struct source *generator_open(const char *name, uint64_t seed, struct error *error);
/* A line for each. */
void generator_describe(FILE *out);

#endif
