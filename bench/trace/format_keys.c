/* format_keys.c - streams of big-endian integers, each an id. Any bytes are such a stream, so
 * nothing but --format can mean them. */
#include "reader.h"

#include <endian.h>

static size_t read_be32(struct reader *reader, struct trace_request *requests, size_t count)
{
    size_t got = reader_records(reader, sizeof(uint32_t), count);
    for (size_t i = 0; i < got; i++) {
        uint32_t id;
        memcpy(&id, reader->input.at + i * sizeof(id), sizeof(id));
        requests[i] = (struct trace_request){.id = be32toh(id), .bytes = 1};
    }
    reader->input.at += got * sizeof(uint32_t);
    reader->line += got;
    return got;
}

static size_t read_be64(struct reader *reader, struct trace_request *requests, size_t count)
{
    size_t got = reader_records(reader, sizeof(uint64_t), count);
    for (size_t i = 0; i < got; i++) {
        uint64_t id;
        memcpy(&id, reader->input.at + i * sizeof(id), sizeof(id));
        requests[i] = (struct trace_request){.id = be64toh(id), .bytes = 1};
    }
    reader->input.at += got * sizeof(uint64_t);
    reader->line += got;
    return got;
}

const struct format format_be32 = {
    .name = "be32",
    .summary = "big-endian 32-bit ids (never detected)",
    .read = read_be32,
};

const struct format format_be64 = {
    .name = "be64",
    .summary = "big-endian 64-bit ids (never detected)",
    .read = read_be64,
};
