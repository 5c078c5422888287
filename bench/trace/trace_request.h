/* trace_request.h - one request of a trace. */
#pragma once

#include <stdint.h>

#define TRACE_NEVER UINT64_MAX

struct trace_request {
    uint64_t id;      /* of the key; a key that is not a number is hashed to one */
    uint64_t time_ns; /* since the first request; always 0 in a trace without times */
    /* The position of the next request for this id, counted from 0 in the whole trace, whatever the
     * limit. TRACE_NEVER: no further request. 0: the trace does not contain it. Some files count
     * from another number, so only the order of these positions is reliable. */
    uint64_t next;
    uint32_t bytes; /* of the object; 1 in a trace without sizes */
    uint32_t ttl_s; /* time to live; 0: none */
};
