/* format_keys.c - big-endian integers, one id each. Not detected: any bytes are such a trace. */
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
    .summary = "big-endian 32-bit ids (never detected)",
    .binary = true,
    .read = read_be32,
};

const struct format format_be64 = {
    .name = "be64",
    .summary = "big-endian 64-bit ids (never detected)",
    .binary = true,
    .read = read_be64,
};
