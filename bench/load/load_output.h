/* load_output.h - the result of a load run as a table and as JSON. */
#pragma once

#include "load.h"

#include <jansson.h>
#include <stdio.h>

struct load_output {
    const char *url, *workload; /* workload: NULL if the path has no {id} */
    const struct load_setup *setup;
    const struct load_result *result;
};

void load_output_table(const struct load_output *output, FILE *out);
/* One object; bench/load/README.md describes its keys. */
json_t *load_output_json(const struct load_output *output);
