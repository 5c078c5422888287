/* dump_paste.h - brings what was copied from logs and consoles back to the lines of a dump. */
#pragma once

#include "span.h"

/* The text of a file, *count bytes long and followed by a NUL, with these undone: a byte-order
 * mark; lines that are JSON objects with a message in them, as Docker and journald write them; a
 * dump that is one string with \n in it, as redis-cli and JSON loggers write it. Freed by the
 * caller. */
char *paste_clean(struct span text, size_t *count);
/* JSON whose lines each begin with a prefix such as the one that stands before its first '{':
 * without the prefixes, *count bytes long. `json` begins at that '{'; `prefix` is what stands
 * before it in its line. Freed by the caller. */
char *paste_unprefix(struct span json, struct span prefix, size_t *count);
