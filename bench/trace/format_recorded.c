/* format_recorded.c - what our servers record of their own traffic (recording.h).
 *
 * A recording in progress, or one whose server was killed, ends with its last whole block.
 */
#include "recording.h"

#include "reader.h"

#include <stdlib.h>

#define US_PER_S  UINT64_C(1000000)
#define NS_PER_US UINT64_C(1000)

/* Requests of one block that were not yet asked for. */
struct recorded {
    size_t at, count;
    struct recording_request requests[RECORDING_BLOCK_MAX];
};

static bool in_sight(struct reader *reader, size_t bytes)
{
    struct input *input = &reader->input;
    while ((size_t)(input->end - input->at) < bytes && input_more(input))
        ;
    return (size_t)(input->end - input->at) >= bytes;
}

static int start(struct reader *reader, const char *options)
{
    if (options != NULL)
        return reader_refuse(reader, "format recorded takes no options");
    reader->recorded = calloc(1, sizeof *reader->recorded);
    return reader->recorded != NULL ? 0 : reader_refuse(reader, "out of memory");
}

static bool is_magic(const char *at)
{
    return memcmp(at, RECORDING_MAGIC, RECORDING_MAGIC_BYTES) == 0;
}

/* False at the end, or after an error. */
static bool next_block(struct reader *reader)
{
    struct input *input = &reader->input;
    struct recording_head head;
    while (in_sight(reader, RECORDING_MAGIC_BYTES) && is_magic(input->at))
        input->at += RECORDING_MAGIC_BYTES;
    if (!in_sight(reader, RECORDING_HEAD_BYTES))
        return false;
    reader->line++;
    if (!recording_read_head(input->at, &head))
        return reader_refuse(reader, "expected a block of a recording") == 0;
    if (!in_sight(reader, RECORDING_HEAD_BYTES + head.stored_bytes))
        return false;
    const char *problem = recording_unpack(input->at, reader->recorded->requests);
    if (problem != NULL)
        return reader_refuse(reader, "this block is damaged: %s", problem) == 0;
    input->at += RECORDING_HEAD_BYTES + head.stored_bytes;
    reader->recorded->at = 0;
    reader->recorded->count = head.requests;
    return true;
}

static size_t read_recorded(struct reader *reader, struct trace_request *requests, size_t count)
{
    struct recorded *block = reader->recorded;
    if (block->at == block->count && !next_block(reader))
        return 0;
    size_t got = 0;
    for (; got < count && block->at < block->count; got++) {
        const struct recording_request *request = &block->requests[block->at++];
        requests[got] = (struct trace_request){
            .id = request->id,
            .time_ns = reader_time(reader, request->time_us / US_PER_S,
                                   request->time_us % US_PER_S * NS_PER_US),
            .bytes = request->bytes,
        };
    }
    return got;
}

static bool is_meant(const char *bytes, size_t count, bool whole)
{
    (void)whole;
    return count >= RECORDING_MAGIC_BYTES && is_magic(bytes);
}

const struct format format_recorded = {
    .name = "recorded",
    .summary = "what a server wrote with --record; of one in progress all whole blocks",
    .is_meant = is_meant,
    .start = start,
    .read = read_recorded,
};
