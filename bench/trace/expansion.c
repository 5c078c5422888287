/* expansion.c - a row of a trace that stands for several requests: repeated, or one for each block.
 */
#include "expansion.h"

#include <xxhash.h>

void expansion_split(struct expansion *expansion, uint64_t offset, uint32_t block_bytes)
{
    uint64_t bytes = expansion->request.bytes, last;
    if (bytes == 0 || bytes == TRACE_BYTES_UNKNOWN)
        bytes = 1;
    if (__builtin_add_overflow(offset, bytes - 1, &last))
        last = UINT64_MAX;
    expansion->first = offset / block_bytes;
    expansion->count = last / block_bytes - expansion->first + 1;
    expansion->made = 0;
    expansion->request.bytes = block_bytes;
}

uint64_t expansion_join(uint64_t first, uint64_t second)
{
    const uint64_t both[] = {first, second};
    return XXH3_64bits(both, sizeof both);
}

static uint64_t block_id(const struct expansion *expansion)
{
    uint64_t number = expansion->first + expansion->made;
    return expansion->has_volume ? expansion_join(expansion->request.id, number) : number;
}

size_t expansion_take(struct expansion *expansion, struct trace_request *requests, size_t count)
{
    size_t got = 0;
    for (; got < count && expansion->times > 0; got++) {
        requests[got] = expansion->request;
        if (expansion->count > 0)
            requests[got].id = block_id(expansion);
        if (++expansion->made >= expansion->count) {
            expansion->made = 0;
            expansion->times--;
        }
    }
    return got;
}
