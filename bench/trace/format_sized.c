/* format_sized.c - text of three columns: time in seconds, id, size in bytes. */
#include "line_fields.h"
#include "reader.h"

#define FORM "\"time id size\""

static int parse(struct reader *reader, struct line line, struct trace_request *request)
{
    const char *at = line.at;
    uint64_t seconds, ns, bytes;
    field_skip_blanks(&at, line.end);
    if (field_seconds(&at, line.end, &seconds, &ns) != 0 || at == line.end || !field_is_blank(*at))
        return reader_expected(reader, FORM, line.at, line.end);
    field_skip_blanks(&at, line.end);
    const char *id = at;
    while (at < line.end && !field_is_blank(*at))
        at++;
    const char *id_end = at;
    field_skip_blanks(&at, line.end);
    const char *size = at;
    if (field_number(&at, line.end, &bytes) != 0 || (at < line.end && !field_is_blank(*at)))
        return reader_expected(reader, FORM, line.at, line.end);
    if (bytes > UINT32_MAX)
        return reader_expected(reader, "a size below 4 GiB", size, at);
    *request = (struct trace_request){.id = reader_key(id, id_end),
                                      .time_ns = reader_time(reader, seconds, ns),
                                      .bytes = (uint32_t)bytes};
    return 1;
}

static size_t read_sized(struct reader *reader, struct trace_request *requests, size_t count)
{
    return reader_read_lines(reader, requests, count, parse);
}

/* Is the line three numbers and no more? */
static bool is_triple(const char *at, const char *end)
{
    uint64_t number, ns;
    for (int column = 0; column < 3; column++) {
        field_skip_blanks(&at, end);
        if (field_seconds(&at, end, &number, &ns) != 0)
            return false;
    }
    field_skip_blanks(&at, end);
    return at == end || *at == '\r';
}

static bool is_meant(const char *bytes, size_t count, bool whole)
{
    (void)whole;
    const char *end = memchr(bytes, '\n', count);
    return is_triple(bytes, end != NULL ? end : bytes + count);
}

const struct format format_sized = {
    .name = "sized",
    .summary = "\"time id size\" a line, blanks between; more columns are passed over",
    .is_meant = is_meant,
    .read = read_sized,
};
