/* generator.h - generated traces, with names such as "zipf:1.0:1000000:10000000". */
#pragma once

#include "errors.h"
#include "source.h"

#include <stdio.h>

/* True: the name is that of a generator. A file with such a name must be given as "./zipf". */
bool generator_is_named(const char *name);
/* NULL, with one line in error, if the name is not of the form that its generator takes. The source
 * keeps the pointer `error`. */
struct source *generator_open(const char *name, uint64_t seed, struct error *error);
/* Prints a line for each generator, for --help. */
void generator_describe(FILE *out);
