/* memory_output.h - the memory of one run as text and as JSON: layers, chart, verdict. */
#pragma once

#include "result.h"

#include <jansson.h>
#include <stdio.h>

struct memory_view {
    const struct result *result;
    size_t run; /* from 0; the run has samples */
    bool colours;
    size_t width; /* of the output, in characters */
};

void memory_print(const struct memory_view *view, FILE *out);
/* Released by the caller. */
json_t *memory_json(const struct memory_view *view);
