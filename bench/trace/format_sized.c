/* format_sized.c - lines "time id size": seconds, a number or text, bytes. */
#include "reader.h"

#define FORM "\"time id size\""

static int parse(struct reader *reader, struct field line, struct trace_request *request)
{
    const char *at = line.at;
    uint64_t seconds, ns, bytes;
    field_skip_blanks(&at, line.end);
    if (field_seconds(&at, line.end, &seconds, &ns) != 0 || at == line.end || !field_is_blank(*at))
        return reader_expected(reader, FORM, line);
    field_skip_blanks(&at, line.end);
    struct field id = {at, at};
    while (id.end < line.end && !field_is_blank(*id.end))
        id.end++;
    at = id.end;
    field_skip_blanks(&at, line.end);
    const char *size = at;
    if (field_number(&at, line.end, &bytes) != 0 || (at < line.end && !field_is_blank(*at)))
        return reader_expected(reader, FORM, line);
    if (bytes > UINT32_MAX)
        return reader_expected(reader, "a size below 4 GiB", (struct field){size, at});
    *request = (struct trace_request){.id = reader_key(id),
                                      .time_ns = reader_time(reader, seconds, ns),
                                      .bytes = (uint32_t)bytes};
    return 1;
}

/* True: the first line is three numbers and nothing else. */
static bool detect(const char *bytes, size_t count, bool complete)
{
    struct field line = field_first_line(bytes, count);
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
    .detect = detect,
    .parse = parse,
};
