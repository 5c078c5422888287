/* expansion.h - a row of a trace that stands for several requests: repeated, or one for each block.
 */
#pragma once

#include "trace_request.h"

#include <stdbool.h>
#include <stddef.h>

struct expansion {
    struct trace_request request; /* each of them is like this, apart from the ids of blocks */
    uint64_t times;               /* how often all of them are still to be made; 0: none is left */
    uint64_t first, count;        /* the numbers of the blocks; count 0: it has no blocks */
    uint64_t made;                /* of the blocks, in this round */
    bool has_volume;              /* a block's id depends on that of the request, too: a volume's */
};

/* Splits the bytes from `offset` on, as many as request.bytes says (0 or unknown: one), into the
 * blocks that they touch. */
void expansion_split(struct expansion *expansion, uint64_t offset, uint32_t block_bytes);
/* Makes up to `count` of the requests that are left, and returns how many. */
size_t expansion_take(struct expansion *expansion, struct trace_request *requests, size_t count);

/* An id for two of them, such as a volume and a block. */
uint64_t expansion_join(uint64_t first, uint64_t second);
