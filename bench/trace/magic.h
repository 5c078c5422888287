/* magic.h - files that are no traces, known by their first bytes. */
#pragma once

#include <stddef.h>

/* What such a file is and what to do with it, as "a zip archive; unpack it ..."; NULL: the bytes
 * are of no kind that is known here. */
const char *magic_refusal(const char *bytes, size_t count);
