/* json_text.h - escapes text for a JSON string. */
#pragma once

#include "span.h"

#include <stdbool.h>

/* The maximum size of a text of `count` bytes when escaped, without quotes. */
#define JSON_ROOM(count) (6 * (count))

/* Writes the escaped text to `at`, without quotes, and returns its end. UTF-8 is not escaped. */
char *json_put(char *at, struct span text);
/* Whether the text needs no escaping. */
bool json_verbatim(struct span text);
