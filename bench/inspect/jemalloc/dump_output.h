/* dump_output.h - the facts of one or two dumps, for people and as JSON. */
#ifndef DUMP_OUTPUT_H
#define DUMP_OUTPUT_H

#include "dump_facts.h"

#include <stdio.h>

void show_text(const struct facts *facts, bool colours, FILE *out);
/* 0, or -1 when it could not be written. */
int show_json(const struct facts *facts, FILE *out);

#endif
