/* choose_output.h - a choice as JSON (results/choose.schema.json), and as text. */
#pragma once

#include "costs.h"
#include "result.h"

#include <stdio.h>

/* costs: NULL if none were measured. */

/* The caller releases the document. */
json_t *choose_json(struct choice *choice, const struct service_costs *costs,
                    const struct result_made_by *made_by);
void choose_table(struct choice *choice, const struct service_costs *costs, FILE *out);
