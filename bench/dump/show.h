/* show.h - the facts of one or two dumps, for people and as JSON. */
#ifndef SHOW_H
#define SHOW_H

#include "facts.h"

#include <stdio.h>

void show_text(const struct facts *facts, bool colours, FILE *out);
/* 0, or -1 when it could not be written. */
int show_json(const struct facts *facts, FILE *out);

#endif
