/* format_oracle.c - oracleGeneral, libCacheSim's binary format, read and written.
 *
 * A record is packed and little-endian: u32 time in seconds, u64 id, u32 size, i64 position of the
 * next request for the id, counted from 1; -1: no further request, -2: unknown. (In some files
 * positions are counted from 0; their order is the same.) A size of 2^32 - 1 is an unknown one.
 */
#include "oracle_record.h"
#include "reader.h"

#include "trace.h"
#include "units.h"

#include <endian.h>

#define UNKNOWN  (-2)
#define NEXT_MAX (INT64_C(1) << 40) /* more requests than a trace has */

static size_t read_oracle(struct reader *reader, struct trace_request *requests, size_t count)
{
    size_t got = reader_records(reader, ORACLE_RECORD_BYTES, count);
    const char *at = reader->input.at;
    if (got > 0 && reader->line == 0)
        reader_time(reader, oracle_unpack(at).seconds, 0);
    uint64_t first = reader->clock.first_s, last = reader->clock.last_ns / NS_PER_SECOND + first;
    for (size_t i = 0; i < got; i++, at += ORACLE_RECORD_BYTES) {
        struct oracle_record record = oracle_unpack(at);
        last = record.seconds > last ? record.seconds : last;
        requests[i] = (struct trace_request){.id = record.id,
                                             .time_ns = (last - first) * NS_PER_SECOND,
                                             .next = oracle_next(record.next),
                                             .bytes = record.bytes};
    }
    reader->clock.last_ns = (last - first) * NS_PER_SECOND;
    reader->input.at = at;
    reader->line += got;
    return got;
}

/* True: in all records time does not decrease, and the next request comes later. */
static bool detect(const char *bytes, size_t count, bool complete)
{
    if (count < ORACLE_RECORD_BYTES || (complete && count % ORACLE_RECORD_BYTES != 0))
        return false;
    uint32_t last = 0;
    for (size_t i = 0; i < count / ORACLE_RECORD_BYTES; i++) {
        struct oracle_record record = oracle_unpack(bytes + i * ORACLE_RECORD_BYTES);
        bool later = record.next > (int64_t)i && record.next < NEXT_MAX;
        bool special =
            record.next == ORACLE_NEVER || record.next == UNKNOWN || record.next == INT64_MAX;
        if (record.seconds < last || !(later || special))
            return false;
        last = record.seconds;
    }
    return true;
}

static int64_t next_stored(uint64_t next)
{
    if (next == TRACE_NEVER)
        return ORACLE_NEVER;
    return next > 0 ? (int64_t)(next + 1) : UNKNOWN;
}

int trace_write_oracle(FILE *out, const struct trace_request *requests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char record[ORACLE_RECORD_BYTES];
        uint64_t passed_s = requests[i].time_ns / NS_PER_SECOND;
        uint32_t seconds = htole32((uint32_t)passed_s), bytes = htole32(requests[i].bytes);
        uint64_t id = htole64(requests[i].id),
                 next = htole64((uint64_t)next_stored(requests[i].next));
        memcpy(record, &seconds, 4);
        memcpy(record + 4, &id, 8);
        memcpy(record + 12, &bytes, 4);
        memcpy(record + 16, &next, 8);
        if (passed_s > UINT32_MAX || fwrite(record, sizeof(record), 1, out) != 1)
            return -1;
    }
    return 0;
}

const struct format format_oracle = {
    .name = "oracle",
    .summary = "oracleGeneral: packed little-endian u32 time, u64 id, u32 size, i64 next",
    .suffix = ".oracleGeneral",
    .binary = true,
    .detect = detect,
    .read = read_oracle,
};
