/* format_text.c - one id per line: a number, or any text, which is hashed. */
#include "decimal.h"
#include "reader.h"

#define LIRS_MARK "*" /* a line of the traces of LIRS, between two parts of one */

static inline struct trace_request request_for(uint64_t id)
{
    return (struct trace_request){.id = id, .bytes = TRACE_BYTES_UNKNOWN};
}

static bool is_control(char c)
{
    return (unsigned char)c < ' ' && c != '\t';
}

/* Whether the line is the name of a column of ids. */
static bool is_header(struct field line)
{
    static const char *const names[] = {"id", "key", "obj_id", "object_id", "item", "lbn"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (field_is(line, names[i]))
            return true;
    return false;
}

static int parse(struct reader *reader, struct field line, struct trace_request *request)
{
    while (field_is_blank(line.end[-1]))
        line.end--;
    if (field_is(line, LIRS_MARK))
        return reader_skip(reader, "marked *");
    if (!reader->began && is_header(line))
        return reader_skip(reader, "header");
    for (const char *at = line.at; at < line.end; at++) {
        if (is_control(*at))
            return reader_refuse(
                reader, "expected text, found a byte with the value %d: is the file binary?", *at);
    }
    *request = request_for(reader_key(line));
    return 1;
}

/* Reads lines that are plain numbers, which most are, without a call for each. Stops before any
 * other line. */
static size_t read_numbers(struct reader *reader, struct trace_request *requests, size_t count)
{
    const char *at = reader->input.at, *end = reader->lines_end;
    size_t got = 0;
    while (got < count && at < end) {
        uint64_t id;
        const char *next = number_scan(at, end, &id);
        size_t digits = (size_t)(next - at);
        next += *next == '\r';
        if (*next != '\n' || digits - 1 >= NUMBER_DIGITS_SAFE || (*at == '0' && digits > 1))
            break;
        requests[got++] = request_for(id);
        at = next + 1;
    }
    reader->input.at = at;
    reader->line += got;
    reader->began |= got > 0;
    return got;
}

static size_t read_text(struct reader *reader, struct trace_request *requests, size_t count)
{
    size_t got = 0, other = 1;
    while (got < count && other > 0) {
        got += read_numbers(reader, requests + got, count - got);
        other = got < count ? reader_read_lines(reader, requests + got, 1, parse) : 0;
        got += other;
    }
    return got;
}

/* True: text without blanks and commas in its first line, which is therefore not a table. */
static bool detect(const char *bytes, size_t count, bool complete)
{
    struct field line = field_first_data(bytes, count);
    for (const char *at = bytes; at < bytes + count; at++)
        if (is_control(*at) && *at != '\n' && *at != '\r')
            return false;
    for (; line.at < line.end; line.at++)
        if (field_is_blank(*line.at) || *line.at == ',')
            return false;
    return true;
}

const struct format format_text = {
    .name = "text",
    .summary = "one id per line: a number, or any text, which is hashed (XXH3)",
    .detect = detect,
    .read = read_text,
};
