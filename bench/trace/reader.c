/* reader.c - what the formats of trace files share: lines, records, ids and times. */
#include "reader.h"

#include "units.h"

#include <stdarg.h>
#include <stdio.h>
#include <xxhash.h>

#define QUOTE_BYTES 40

int reader_refuse(struct reader *reader, const char *format, ...)
{
    struct error reason;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason.text, sizeof reason.text, format, arguments);
    va_end(arguments);
    return error_set(reader->source.error, "%s:%llu: %s", reader->name,
                     (unsigned long long)reader->line, reason.text);
}

int reader_expected(struct reader *reader, const char *what, struct field found)
{
    char quote[QUOTE_BYTES + 1];
    size_t length = 0;
    for (; found.at < found.end && length < QUOTE_BYTES; found.at++)
        quote[length++] = *found.at >= ' ' && *found.at <= '~' ? *found.at : '?';
    quote[length] = '\0';
    if (length == 0)
        return reader_refuse(reader, "expected %s, found nothing", what);
    return reader_refuse(reader, "expected %s, found \"%s\"%s", what, quote,
                         found.at < found.end ? "..." : "");
}

bool reader_fill(struct reader *reader, size_t bytes)
{
    struct input *input = &reader->input;
    while ((size_t)(input->end - input->at) < bytes && input_more(input))
        ;
    return (size_t)(input->end - input->at) >= bytes;
}

size_t reader_records(struct reader *reader, size_t record_bytes, size_t count)
{
    bool found = reader_fill(reader, record_bytes);
    size_t bytes = (size_t)(reader->input.end - reader->input.at), records = bytes / record_bytes;
    if (!found && bytes > 0 && !source_failed(&reader->source)) {
        reader->line++;
        reader_refuse(reader, "expected a record of %zu bytes, found the last %zu: cut short?",
                      record_bytes, bytes);
    }
    return records < count ? records : count;
}

bool reader_more_lines(struct reader *reader)
{
    const char *end = input_lines(&reader->input);
    reader->lines_end = end != NULL ? end : reader->input.at;
    return end != NULL;
}

size_t reader_read_lines(struct reader *reader, struct trace_request *requests, size_t count,
                         int (*parse)(struct reader *, struct field, struct trace_request *))
{
    struct field line;
    size_t got = 0;
    while (got < count && reader_line(reader, &line)) {
        int outcome = parse(reader, line, &requests[got]);
        if (outcome < 0)
            break;
        got += (size_t)outcome;
    }
    return got;
}

static void start_clock(struct reader *reader, uint64_t seconds, uint64_t ns)
{
    reader->clock.started = reader->source.timed = true;
    reader->clock.first_s = seconds;
    reader->clock.first_ns = ns;
}

uint64_t reader_time(struct reader *reader, uint64_t seconds, uint64_t ns)
{
    if (!reader->clock.started)
        start_clock(reader, seconds, ns);
    uint64_t first_s = reader->clock.first_s, first_ns = reader->clock.first_ns;
    if (seconds < first_s || (seconds == first_s && ns < first_ns))
        return reader->clock.last_ns;
    uint64_t passed_s = seconds - first_s, passed_ns;
    if (__builtin_mul_overflow(passed_s, NS_PER_SECOND, &passed_ns) ||
        __builtin_add_overflow(passed_ns, ns, &passed_ns))
        passed_ns = UINT64_MAX;
    passed_ns -= first_ns;
    if (passed_ns > reader->clock.last_ns)
        reader->clock.last_ns = passed_ns;
    return reader->clock.last_ns;
}

/* True: a number that fits 64 bits, written without leading zeros. */
static bool is_plain_number(struct field text, uint64_t *value)
{
    const char *stop = text.at;
    bool padded = text.at == text.end || (*text.at == '0' && text.end - text.at > 1);
    return !padded && field_number(&stop, text.end, value) == 0 && stop == text.end;
}

uint64_t reader_key(struct field key)
{
    uint64_t value;
    return is_plain_number(key, &value) ? value : XXH3_64bits(key.at, (size_t)(key.end - key.at));
}
