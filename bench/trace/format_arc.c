/* format_arc.c - blocks, as in the traces of the ARC paper (Megiddo & Modha 2003): a line
 * "start count ignored ignored" asks for the ids start, start + 1, ..., count of them. */
#include "line_fields.h"
#include "reader.h"

#define COLUMNS 4

static int parse_block(struct reader *reader, struct line line)
{
    uint64_t columns[COLUMNS];
    const char *at = line.at;
    for (int i = 0; i < COLUMNS; i++) {
        field_skip_blanks(&at, line.end);
        if (field_number(&at, line.end, &columns[i]) != 0)
            return reader_expected(reader, "\"start count ignored ignored\"", line.at, line.end);
    }
    field_skip_blanks(&at, line.end);
    if (at != line.end)
        return reader_expected(reader, "four whole numbers", line.at, line.end);
    if (columns[0] > UINT64_MAX - columns[1])
        return reader_expected(reader, "ids below 2^64", line.at, line.end);
    reader->block.next = columns[0];
    reader->block.left = columns[1];
    return 0;
}

static size_t take_block(struct reader *reader, struct trace_request *requests, size_t count)
{
    if (count > reader->block.left)
        count = (size_t)reader->block.left;
    for (size_t i = 0; i < count; i++)
        requests[i] = (struct trace_request){.id = reader->block.next + i, .bytes = 1};
    reader->block.next += count;
    reader->block.left -= count;
    return count;
}

static size_t read_arc(struct reader *reader, struct trace_request *requests, size_t count)
{
    struct line line;
    size_t got = take_block(reader, requests, count);
    while (got < count && reader_line(reader, &line) && parse_block(reader, line) == 0)
        got += take_block(reader, requests + got, count - got);
    return got;
}

/* Four numbers may be anything: its content does not tell. */
const struct format format_arc = {
    .name = "arc",
    .summary = "\"start count ignored ignored\" a line: count ids from start on (.lis)",
    .suffix = ".lis",
    .read = read_arc,
};
