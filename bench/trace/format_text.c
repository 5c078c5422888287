/* format_text.c - plain text, an id a line: a number, or any text, which is hashed. */
#include "decimal.h"
#include "reader.h"

static inline void ask(struct trace_request *request, uint64_t id)
{
    *request = (struct trace_request){.id = id, .bytes = 1};
}

static bool is_control(char c)
{
    return (unsigned char)c < ' ' && c != '\t';
}

static int parse(struct reader *reader, struct line line, struct trace_request *request)
{
    if (line.at == line.end)
        return reader_expected(reader, "an id", line.at, line.end);
    for (const char *at = line.at; at < line.end; at++) {
        if (is_control(*at))
            return reader_refuse(reader, "expected text, found a byte of value %d: is it binary?",
                                 *at);
    }
    ask(request, reader_key(line.at, line.end));
    return 1;
}

/* The usual line, a plain number, without calls; stops before any other. */
static size_t read_numbers(struct reader *reader, struct trace_request *requests, size_t count)
{
    const char *at = reader->input.at, *end = reader->lines_end;
    size_t got = 0;
    while (got < count && at < end) {
        uint64_t id;
        const char *next = number_scan(at, end, &id);
        size_t digits = (size_t)(next - at);
        if (*next != '\n' || digits - 1 >= NUMBER_DIGITS_SAFE || (*at == '0' && digits > 1))
            break;
        ask(&requests[got++], id);
        at = next + 1;
    }
    reader->input.at = at;
    reader->line += got;
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

/* Text that does not look like a table: no blanks and no commas in its first line. */
static bool is_meant(const char *bytes, size_t count, bool whole)
{
    (void)whole;
    const char *end = bytes + count;
    for (const char *at = bytes; at < end; at++) {
        if (is_control(*at) && *at != '\n' && *at != '\r')
            return false;
    }
    const char *line_end = memchr(bytes, '\n', count);
    for (const char *at = bytes; at < (line_end != NULL ? line_end : end); at++) {
        if (*at == ' ' || *at == '\t' || *at == ',')
            return false;
    }
    return *bytes != '\n' && *bytes != '\r';
}

const struct format format_text = {
    .name = "text",
    .summary = "an id a line: a number, or any text (hashed by XXH3)",
    .is_meant = is_meant,
    .read = read_text,
};
