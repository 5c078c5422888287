/* json_text.h - text as a JSON string. */
#ifndef JSON_TEXT_H
#define JSON_TEXT_H

#include "span.h"

#include <stdbool.h>

/* What a text of so many bytes takes at most, without its quotes. */
#define JSON_ROOM(count) (6 * (count))

/* Writes the escaped text, without quotes, and returns its end. UTF-8 stays as it is. */
char *json_put(char *at, struct span text);
/* True: the text stands in JSON as it is. */
bool json_verbatim(struct span text);

#endif
