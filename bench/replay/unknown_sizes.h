/* unknown_sizes.h - sizes of requests for which the trace has none, though it has some. */
#pragma once

#include <stdint.h>

struct unknown_sizes {
    uint64_t unknown;       /* requests for which the trace has no size */
    uint64_t assumed;       /* those of them whose id has none either: they count assumed_bytes */
    uint32_t assumed_bytes; /* the mean of the known sizes */
};

/* Gives each request of unknown size (TRACE_BYTES_UNKNOWN) that of the same id, which the trace
 * said last or, before the first one, says next. Ids whose size it never says have the mean of the
 * other requests. nexts[i] is the position of the next request for the same id, or TRACE_NEVER. */
struct unknown_sizes unknown_sizes_fill(uint32_t *bytes, const uint64_t *nexts, uint64_t requests);
