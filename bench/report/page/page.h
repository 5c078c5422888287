/* page.h - the report as one file that opens without a network. */
#ifndef PAGE_H
#define PAGE_H

#include "sources.h"

#include <stdio.h>

/* Writes the whole page; whether that went well, `out` knows. `command_line` is what it says made
 * it, `time` when. */
void page_print(const struct sources *sources, const char *command_line, const char *time,
                FILE *out);

#endif
