/* unknown_sizes.c - copies known sizes along the requests for an id, forwards and then backwards.
 */
#include "unknown_sizes.h"

static bool is_unknown(const struct corpus *corpus, uint64_t at)
{
    return corpus->bytes[at] == TRACE_BYTES_UNKNOWN;
}

static void copy_forwards(struct corpus *corpus)
{
    for (uint64_t at = 0; at < corpus->requests; at++) {
        uint64_t next = corpus->nexts[at];
        if (next != TRACE_NEVER && is_unknown(corpus, next))
            corpus->bytes[next] = corpus->bytes[at];
    }
}

static void copy_backwards(struct corpus *corpus)
{
    for (uint64_t at = corpus->requests; at-- > 0;) {
        uint64_t next = corpus->nexts[at];
        if (next != TRACE_NEVER && is_unknown(corpus, at))
            corpus->bytes[at] = corpus->bytes[next];
    }
}

/* 0 if no size is known. */
static uint32_t known_mean(const struct corpus *corpus)
{
    double sum = 0;
    uint64_t known = 0;
    for (uint64_t at = 0; at < corpus->requests; at++)
        if (!is_unknown(corpus, at)) {
            sum += corpus->bytes[at];
            known++;
        }
    return known > 0 ? (uint32_t)(sum / (double)known + 0.5) : 0;
}

void unknown_sizes_fill(struct corpus *corpus)
{
    for (uint64_t at = 0; at < corpus->requests; at++)
        corpus->unknown_sizes += is_unknown(corpus, at);
    copy_forwards(corpus);
    copy_backwards(corpus);
    corpus->assumed_bytes = known_mean(corpus);
    for (uint64_t at = 0; at < corpus->requests; at++)
        if (is_unknown(corpus, at)) {
            corpus->bytes[at] = corpus->assumed_bytes;
            corpus->assumed_sizes++;
        }
}
