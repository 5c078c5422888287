/* change_compare.h - compares two folders of results, as tidemark compare does. */
#pragma once

#include "errors.h"

#include <jansson.h>

/* JSON of the schema tidemark/compare/1, which the caller releases. NULL and one line in error:
 * there is nothing to compare, or a file cannot be read. */
json_t *change_compare(const char *before, const char *after, struct error *error);
