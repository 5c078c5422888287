/* dump_formats.h - the two formats of a dump, each with a reader that fills an empty dump. */
#ifndef DUMP_FORMATS_H
#define DUMP_FORMATS_H

#include "dump.h"
#include "errors.h"

/* The text begins with '{'; what follows the JSON is ignored. 0, or -1 and in error what is wrong,
 * without the name of the file. */
int dump_read_json(struct dump *dump, const char *text, size_t bytes, struct error *error);
/* Reads what it knows. A text that is cut off leaves a dump that is not complete. */
void dump_read_text(struct dump *dump, const char *text, size_t bytes);

#endif
