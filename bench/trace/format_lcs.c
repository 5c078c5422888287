/* format_lcs.c - lcs, libCacheSim's own binary format, versions 1 to 8.
 *
 * A header of 8192 bytes: u64 magic, u64 version, statistics, and the magic again at its end. The
 * records are packed and little-endian. Version 1 is oracleGeneral's record. Version 2 has u8
 * operation and u24 tenant behind the size. From version 3 on the size has 64 bits, and a u32 time
 * to live follows the tenant; versions 4 to 8 add 1, 2, 4, 8 and 16 u32 behind the next request.
 */
#include "oracle_record.h"
#include "reader.h"

#define MAGIC        UINT64_C(0x123456789abcdef0)
#define HEADER_BYTES 8192
#define VERSION_AT   8
#define VERSION_MAX  8
#define FIRST_DELETE 7 /* the operations append, prepend, delete, incr and decr are no requests */
#define LAST_DECR    11

static const size_t record_bytes[VERSION_MAX + 1] = {0, 24, 28, 36, 40, 44, 52, 68, 100};

struct lcs {
    uint64_t version;
};

static bool detect(const char *bytes, size_t count, bool complete)
{
    return count >= sizeof(uint64_t) && record_u64(bytes) == MAGIC;
}

static int start(struct reader *reader, const char *options)
{
    struct lcs *lcs = reader->state;
    struct input *input = &reader->input;
    if (!reader_fill(reader, HEADER_BYTES) || record_u64(input->at) != MAGIC)
        return error_set(reader->source.error, "%s: it has no header of lcs", reader->name);
    lcs->version = record_u64(input->at + VERSION_AT);
    if (lcs->version == 0 || lcs->version > VERSION_MAX ||
        record_u64(input->at + HEADER_BYTES - sizeof(uint64_t)) != MAGIC)
        return error_set(
            reader->source.error,
            "%s: lcs with this header is not known (only versions 1 to %d); convert it "
            "with libCacheSim's traceConv to oracleGeneral",
            reader->name, VERSION_MAX);
    input->at += HEADER_BYTES;
    return 0;
}

static struct trace_request unpack(struct reader *reader, uint64_t version, const char *at)
{
    struct oracle_record record = oracle_unpack(at);
    struct trace_request request = {.id = record.id,
                                    .time_ns = reader_time(reader, record.seconds, 0),
                                    .bytes = trace_bytes(record.bytes)};
    if (version == 1)
        request.next = oracle_next(record.next);
    if (version >= 3) {
        request.bytes = trace_bytes(record_u64(at + 12));
        request.ttl_s = record_u32(at + 24);
    }
    return request;
}

/* Whether the operation, which version 1 lacks, makes no request. */
static bool is_no_request(uint64_t version, const char *at)
{
    unsigned char operation = version == 1 ? 0 : (unsigned char)at[version == 2 ? 16 : 20];
    return operation >= FIRST_DELETE && operation <= LAST_DECR;
}

static size_t read_lcs(struct reader *reader, struct trace_request *requests, size_t count)
{
    uint64_t version = ((struct lcs *)reader->state)->version;
    size_t bytes = record_bytes[version], got = 0, records = 1;
    while (got == 0 && records > 0) {
        records = reader_records(reader, bytes, count);
        for (size_t i = 0; i < records; i++, reader->input.at += bytes) {
            reader->line++;
            if (is_no_request(version, reader->input.at))
                reader_skip(reader, "neither read nor stored");
            else
                requests[got++] = unpack(reader, version, reader->input.at);
        }
    }
    return got;
}

const struct format format_lcs = {
    .name = "lcs",
    .summary = "lcs, libCacheSim's binary format with a header, versions 1 to 8",
    .state_bytes = sizeof(struct lcs),
    .binary = true,
    .detect = detect,
    .start = start,
    .read = read_lcs,
};
