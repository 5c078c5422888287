/* page.h - the report as one HTML file that needs no network. */
#pragma once

#include "sources.h"

#include <stdio.h>

/* Writes the whole page. `command_line` and `time` (UTC) are shown at its end. The caller checks
 * `out` for errors. */
void page_print(const struct sources *sources, const char *command_line, const char *time,
                FILE *out);
