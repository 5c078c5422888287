/* change_compare.h - two folders of results set against each other, as tidemark compare does it. */
#ifndef CHANGE_COMPARE_H
#define CHANGE_COMPARE_H

#include "columns.h"
#include "errors.h"
#include "result.h"

/* JSON of the schema tidemark/compare/1, released with free. 0, or -1 and one line in error:
 * there is nothing to compare, or a file cannot be read. */
int tested_make(const char *before, const char *after, struct columns_text *json,
                struct error *error);

#endif
