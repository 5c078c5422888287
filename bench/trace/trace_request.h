/* trace_request.h - one request of a trace. */
#pragma once

#include <stdint.h>

#define TRACE_NEVER UINT64_MAX

/* The size of an object is below 4 GiB - 1: larger ones count as TRACE_BYTES_MAX. Where the trace
 * does not say it, it is unknown, which is no size at all: neither 0 nor 1 byte. */
#define TRACE_BYTES_UNKNOWN UINT32_MAX
#define TRACE_BYTES_MAX     (UINT32_MAX - 1)

struct trace_request {
    uint64_t id;      /* of the key; a key that is not a number is hashed to one */
    uint64_t time_ns; /* since the first request; always 0 in a trace without times */
    /* The position of the next request for this id, counted from 0 in the whole trace, whatever the
     * limit. TRACE_NEVER: no further request. 0: the trace does not contain it. Some files count
     * from another number, so only the order of these positions is reliable. */
    uint64_t next;
    uint32_t bytes; /* of the object, or TRACE_BYTES_UNKNOWN */
    uint32_t ttl_s; /* time to live; 0: none */
};

static inline uint32_t trace_bytes(uint64_t bytes)
{
    return bytes < TRACE_BYTES_MAX ? (uint32_t)bytes : TRACE_BYTES_MAX;
}
