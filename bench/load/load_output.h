/* load_output.h - a load run's result, for people and for programs. */
#ifndef LOAD_OUTPUT_H
#define LOAD_OUTPUT_H

#include "load.h"

#include <stdio.h>

struct load_shown {
    const char *url, *workload; /* workload: NULL where the path takes no id */
    const struct load_setup *setup;
    const struct load_result *result;
};

void load_show_table(const struct load_shown *shown, FILE *out);
/* One JSON object on one line; keys as in results/README.md. */
void load_show_json(const struct load_shown *shown, FILE *out);

#endif
