/* unknown_sizes.c - copies known sizes along the requests for an id, forwards and then backwards.
 */
#include "unknown_sizes.h"

#include "trace_request.h"

static void copy_forwards(uint32_t *bytes, const uint64_t *nexts, uint64_t requests)
{
    for (uint64_t at = 0; at < requests; at++)
        if (nexts[at] != TRACE_NEVER && bytes[nexts[at]] == TRACE_BYTES_UNKNOWN)
            bytes[nexts[at]] = bytes[at];
}

static void copy_backwards(uint32_t *bytes, const uint64_t *nexts, uint64_t requests)
{
    for (uint64_t at = requests; at-- > 0;)
        if (nexts[at] != TRACE_NEVER && bytes[at] == TRACE_BYTES_UNKNOWN)
            bytes[at] = bytes[nexts[at]];
}

static uint64_t unknown_count(const uint32_t *bytes, uint64_t requests)
{
    uint64_t count = 0;
    for (uint64_t at = 0; at < requests; at++)
        count += bytes[at] == TRACE_BYTES_UNKNOWN;
    return count;
}

/* 0 if no size is known. */
static uint32_t known_mean(const uint32_t *bytes, uint64_t requests)
{
    double sum = 0;
    uint64_t known = 0;
    for (uint64_t at = 0; at < requests; at++)
        if (bytes[at] != TRACE_BYTES_UNKNOWN) {
            sum += bytes[at];
            known++;
        }
    return known > 0 ? (uint32_t)(sum / (double)known + 0.5) : 0;
}

struct unknown_sizes unknown_sizes_fill(uint32_t *bytes, const uint64_t *nexts, uint64_t requests)
{
    struct unknown_sizes sizes = {.unknown = unknown_count(bytes, requests)};
    copy_forwards(bytes, nexts, requests);
    copy_backwards(bytes, nexts, requests);
    sizes.assumed = unknown_count(bytes, requests);
    sizes.assumed_bytes = known_mean(bytes, requests);
    for (uint64_t at = 0; at < requests; at++)
        if (bytes[at] == TRACE_BYTES_UNKNOWN)
            bytes[at] = sizes.assumed_bytes;
    return sizes;
}
