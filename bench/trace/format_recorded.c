/* format_recorded.c - the requests that a server recorded with --record (recording.h).
 *
 * If the server is still recording, or was killed, the trace ends with the last whole block.
 */
#include "recording.h"

#include "reader.h"
#include "units.h"

#define US_PER_SECOND (NS_PER_SECOND / NS_PER_US)

struct block {
    size_t at, count; /* requests[at] is the next one */
    struct recording_request requests[RECORDING_BLOCK_MAX];
};

static bool is_magic(const char *at)
{
    return memcmp(at, RECORDING_MAGIC, RECORDING_MAGIC_BYTES) == 0;
}

/* Ends the trace with an error. Always false. */
static bool refuse(struct reader *reader, const char *problem)
{
    reader_refuse(reader, "this block is damaged: %s", problem);
    return reader_fail(reader) == 0;
}

/* False at the end, or after an error. */
static bool next_block(struct reader *reader, struct block *block)
{
    struct input *input = &reader->input;
    struct recording_head head;
    while (reader_fill(reader, RECORDING_MAGIC_BYTES) && is_magic(input->at))
        input->at += RECORDING_MAGIC_BYTES;
    if (!reader_fill(reader, RECORDING_HEAD_BYTES))
        return false;
    reader->line++;
    if (!recording_read_head(input->at, &head))
        return refuse(reader, "it has no valid header");
    if (!reader_fill(reader, RECORDING_HEAD_BYTES + head.stored_bytes))
        return false;
    const char *problem = recording_unpack(input->at, block->requests);
    if (problem != NULL)
        return refuse(reader, problem);
    input->at += RECORDING_HEAD_BYTES + head.stored_bytes;
    block->at = 0;
    block->count = head.requests;
    return true;
}

static size_t read_recorded(struct reader *reader, struct trace_request *requests, size_t count)
{
    struct block *block = reader->state;
    if (block->at == block->count && !next_block(reader, block))
        return 0;
    size_t got = 0;
    for (; got < count && block->at < block->count; got++) {
        const struct recording_request *request = &block->requests[block->at++];
        requests[got] = (struct trace_request){
            .id = request->id,
            .time_ns = reader_time(reader, request->time_us / US_PER_SECOND,
                                   request->time_us % US_PER_SECOND * NS_PER_US),
            .bytes = trace_bytes(request->bytes),
        };
    }
    return got;
}

static bool detect(const char *bytes, size_t count, bool complete)
{
    return count >= RECORDING_MAGIC_BYTES && is_magic(bytes);
}

const struct format format_recorded = {
    .name = "recorded",
    .summary = "the requests that a server recorded with --record; also while it still records",
    .state_bytes = sizeof(struct block),
    .binary = true,
    .detect = detect,
    .read = read_recorded,
};
