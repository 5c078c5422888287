/* micro_output.h - the figures of micro as tables and as JSON. */
#pragma once

#include "micro_results.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Which kinds of figures were asked for. */
struct micro_wanted {
    bool instructions, times, footprints;
};

void micro_tables_print(const struct micro_results *results, const struct micro_wanted *wanted,
                        FILE *out);
/* The array "policies" of the JSON, described in results/README.md. */
json_t *micro_policies_json(const struct micro_results *results, const struct micro_wanted *wanted);
