/* format_sized.c - lines "time id size": seconds, a number or text, bytes. */
#include "reader.h"

#define FORM "\"time id size\""

static struct field next_column(const char **at, const char *end)
{
    field_skip_blanks(at, end);
    struct field column = {*at, *at};
    while (*at < end && !field_is_blank(**at))
        (*at)++;
    column.end = *at;
    return column;
}

/* Says which part of the line is wrong. */
static int refuse(struct reader *reader, struct field line)
{
    const char *at = line.at;
    struct field time = next_column(&at, line.end), id = next_column(&at, line.end),
                 size = next_column(&at, line.end);
    uint64_t seconds, ns;
    at = time.at;
    if (field_seconds(&at, time.end, &seconds, &ns) != 0 || at != time.end)
        return reader_expected(reader, FORM ": a time in seconds", time);
    if (id.at == id.end)
        return reader_expected(reader, FORM ": an id", id);
    return reader_expected(reader, FORM ": a size", size);
}

static int parse(struct reader *reader, struct field line, struct trace_request *request)
{
    const char *at = line.at;
    uint64_t seconds, ns, bytes;
    field_skip_blanks(&at, line.end);
    if (field_seconds(&at, line.end, &seconds, &ns) != 0 || at == line.end || !field_is_blank(*at))
        return refuse(reader, line);
    struct field id = next_column(&at, line.end);
    field_skip_blanks(&at, line.end);
    const char *size = at;
    if (field_number(&at, line.end, &bytes) != 0 || (at < line.end && !field_is_blank(*at)))
        return refuse(reader, line);
    if (bytes > TRACE_BYTES_MAX)
        return reader_expected(reader, "a size below 4 GiB", (struct field){size, at});
    *request = (struct trace_request){.id = reader_key(id),
                                      .time_ns = reader_time(reader, seconds, ns),
                                      .bytes = (uint32_t)bytes};
    return 1;
}

/* True: the first line is three numbers and nothing else. */
static bool detect(const char *bytes, size_t count, bool complete)
{
    struct field line = field_first_data(bytes, count);
    uint64_t number, ns;
    for (int column = 0; column < 3; column++) {
        field_skip_blanks(&line.at, line.end);
        if (field_seconds(&line.at, line.end, &number, &ns) != 0)
            return false;
    }
    field_skip_blanks(&line.at, line.end);
    return line.at == line.end || *line.at == '\r';
}

const struct format format_sized = {
    .name = "sized",
    .summary = "lines \"time id size\", separated by blanks; further columns are ignored",
    .has_header = true,
    .detect = detect,
    .parse = parse,
};
