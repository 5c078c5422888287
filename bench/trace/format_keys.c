/* format_keys.c - big-endian integers, one id each. Not detected from content: any bytes are such
 * a trace. */
#include "reader.h"

#include <endian.h>

static inline size_t read_keys(struct reader *reader, struct trace_request *requests, size_t count,
                               size_t id_bytes)
{
    size_t got = reader_records(reader, id_bytes, count);
    const char *at = reader->input.at;
    for (size_t i = 0; i < got; i++, at += id_bytes) {
        uint64_t id = 0;
        memcpy((char *)&id + sizeof id - id_bytes, at, id_bytes);
        requests[i] = (struct trace_request){.id = be64toh(id), .bytes = TRACE_BYTES_UNKNOWN};
    }
    reader->input.at = at;
    reader->line += got;
    return got;
}

static size_t read_be32(struct reader *reader, struct trace_request *requests, size_t count)
{
    return read_keys(reader, requests, count, sizeof(uint32_t));
}

static size_t read_be64(struct reader *reader, struct trace_request *requests, size_t count)
{
    return read_keys(reader, requests, count, sizeof(uint64_t));
}

const struct format format_be32 = {
    .name = "be32",
    .binary = true,
    .summary = "big-endian 32-bit ids: cache2k's and Caffeine's (.trc.bin)",
    .suffix = ".trc.bin",
    .read = read_be32,
};

const struct format format_be64 = {
    .name = "be64",
    .binary = true,
    .summary = "big-endian 64-bit ids: Corda's and Scarab's in Caffeine's simulator",
    .read = read_be64,
};
