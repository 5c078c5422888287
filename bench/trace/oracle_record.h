/* oracle_record.h - a record of oracleGeneral and of lcs version 1: time, id, size, next request.
 */
#pragma once

#include "record_fields.h"
#include "trace_request.h"

#define ORACLE_RECORD_BYTES 24
#define ORACLE_NEVER        (-1)

struct oracle_record {
    uint32_t seconds, bytes;
    uint64_t id;
    int64_t next;
};

static inline struct oracle_record oracle_unpack(const char *at)
{
    return (struct oracle_record){record_u32(at), record_u32(at + 12), record_u64(at + 4),
                                  (int64_t)record_u64(at + 16)};
}

/* `next` as struct trace_request has it. */
static inline uint64_t oracle_next(int64_t next)
{
    if (next == ORACLE_NEVER || next == INT64_MAX)
        return TRACE_NEVER;
    return next > 0 ? (uint64_t)next - 1 : 0;
}
