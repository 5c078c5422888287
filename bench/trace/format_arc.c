/* format_arc.c - blocks of ids, as in the traces of the ARC paper (Megiddo & Modha 2003).
 *
 * The line "10 3 0 0" means requests for the ids 10, 11 and 12; the last two columns are ignored.
 */
#include "reader.h"

#define COLUMNS 4

struct block {
    uint64_t next, left; /* the requests of the last line that have not been read */
};

static int parse_block(struct reader *reader, struct field line)
{
    struct block *block = reader->state;
    uint64_t columns[COLUMNS];
    const char *at = line.at;
    for (int i = 0; i < COLUMNS; i++) {
        field_skip_blanks(&at, line.end);
        if (field_number(&at, line.end, &columns[i]) != 0)
            return reader_expected(reader, "\"start count ignored ignored\"", line);
    }
    field_skip_blanks(&at, line.end);
    if (at != line.end)
        return reader_expected(reader, "four whole numbers", line);
    if (columns[0] > UINT64_MAX - columns[1])
        return reader_expected(reader, "ids below 2^64", line);
    *block = (struct block){columns[0], columns[1]};
    return 0;
}

static size_t take_block(struct block *block, struct trace_request *requests, size_t count)
{
    if (count > block->left)
        count = (size_t)block->left;
    for (size_t i = 0; i < count; i++)
        requests[i] = (struct trace_request){.id = block->next + i, .bytes = 1};
    block->next += count;
    block->left -= count;
    return count;
}

static size_t read_arc(struct reader *reader, struct trace_request *requests, size_t count)
{
    struct field line;
    size_t got = take_block(reader->state, requests, count);
    while (got < count && reader_line(reader, &line) && parse_block(reader, line) == 0)
        got += take_block(reader->state, requests + got, count - got);
    return got;
}

/* Not detected from content: any four numbers would match. */
const struct format format_arc = {
    .name = "arc",
    .summary = "lines \"start count ignored ignored\": count ids from start on (.lis)",
    .suffix = ".lis",
    .state_bytes = sizeof(struct block),
    .read = read_arc,
};
