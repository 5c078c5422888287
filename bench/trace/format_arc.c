/* format_arc.c - blocks of ids, as in the traces of the ARC paper (Megiddo & Modha 2003).
 *
 * The line "10 3 0 0" means requests for the ids 10, 11 and 12; the last two columns are ignored.
 */
#include "expansion.h"
#include "reader.h"

#define COLUMNS   4
#define BLOCK_MAX (UINT64_C(1) << 24) /* ids in one line: 8 GiB in blocks of 512 bytes */

static int parse(struct reader *reader, struct field line, struct trace_request *request)
{
    uint64_t columns[COLUMNS];
    const char *at = line.at;
    for (int i = 0; i < COLUMNS; i++) {
        field_skip_blanks(&at, line.end);
        if (field_number(&at, line.end, &columns[i]) != 0)
            return reader_expected(reader, "\"start count ignored ignored\"",
                                   (struct field){at, line.end});
    }
    field_skip_blanks(&at, line.end);
    if (at != line.end)
        return reader_expected(reader, "four whole numbers", (struct field){at, line.end});
    if (columns[1] > BLOCK_MAX)
        return reader_refuse(reader, "expected at most %llu ids in one line, found %llu",
                             (unsigned long long)BLOCK_MAX, (unsigned long long)columns[1]);
    if (columns[0] > UINT64_MAX - columns[1])
        return reader_expected(reader, "ids below 2^64", line);
    if (columns[1] == 0)
        return reader_skip(reader, "of no ids");
    *(struct expansion *)reader->state =
        (struct expansion){.request = {.bytes = TRACE_BYTES_UNKNOWN},
                           .times = 1,
                           .first = columns[0],
                           .count = columns[1]};
    return 1;
}

static size_t read_lines(struct reader *reader, struct trace_request *requests, size_t count)
{
    struct trace_request line;
    size_t got = expansion_take(reader->state, requests, count);
    while (got < count && reader_read_lines(reader, &line, 1, parse) == 1)
        got += expansion_take(reader->state, requests + got, count - got);
    return got;
}

/* Not detected from content: any four numbers would match. */
const struct format format_arc = {
    .name = "arc",
    .summary = "lines \"start count ignored ignored\": count ids from start on (.lis)",
    .suffix = ".lis",
    .has_header = true,
    .state_bytes = sizeof(struct expansion),
    .read = read_lines,
};
