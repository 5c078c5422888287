/* columns.h - takes the long lists of samples out of JSON and stores them as columns.
 *
 * A list under the key "samples" whose elements are flat objects of whole numbers, all with the
 * same keys in the same order, is replaced by {"columns":N}, N counting from 0. Its block is
 *   {"keys":["time_ns",...],"deltas":[[first, second - first, ...],...]}
 * which is a tenth of the size and parses fast. All other text stays as it is. Whether the text is
 * valid JSON is not checked.
 */
#pragma once

#include <stddef.h>

struct columns_text {
    char *text; /* not NUL-terminated */
    size_t bytes;
};

struct columns {
    struct columns_text rest;  /* the JSON without its samples */
    struct columns_text brief; /* the JSON with the last of each list of samples only */
    struct columns_text *blocks;
    size_t count;
};

/* The caller releases it with columns_free. */
struct columns columns_cut(const char *text, size_t bytes);
void columns_free(struct columns *columns);
