/* dump_output.h - the facts of one or two dumps as tables and as JSON. */
#pragma once

#include "dump_facts.h"

#include <jansson.h>
#include <stdio.h>

void dump_print(const struct facts *facts, bool colours, FILE *out);
/* Released by the caller. */
json_t *dump_json(const struct facts *facts);
