/* columns.h - JSON with its long lists of samples taken out of it and kept as columns.
 *
 * A list under the key "samples" whose elements are flat objects of whole numbers, all with the
 * same keys in the same order, is replaced by {"columns":N}; N counts from 0. Its block is
 *   {"keys":["time_ns",...],"deltas":[[first, second - first, ...],...]}
 * which is a tenth of the size and quick to parse. All other text, any other list included, stays
 * as it is: whether it is JSON at all is for a parser of JSON to say.
 */
#ifndef COLUMNS_H
#define COLUMNS_H

#include <stddef.h>

struct columns_text {
    char *text; /* not ended by a 0 */
    size_t bytes;
};

struct columns {
    struct columns_text rest; /* the JSON without its samples */
    struct columns_text *blocks;
    size_t count;
};

/* Released with columns_free. */
struct columns columns_cut(const char *text, size_t bytes);
void columns_free(struct columns *columns);

#endif
