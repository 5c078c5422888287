/* reader.c - what the formats of trace files share: lines, records, ids, times, and the account. */
#include "reader.h"

#include "units.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <xxhash.h>

#define QUOTE_BYTES 40
#define CUT_OFF     "cut off at the end"
#define COMMENT     '#'

int reader_skip(struct reader *reader, const char *reason)
{
    trace_account_skip(&reader->source.account, reason);
    return 0;
}

/* Only the first refusal is shown: the words of the others are not made. */
int reader_refuse(struct reader *reader, const char *format, ...)
{
    char text[ERROR_TEXT_BYTES];
    va_list arguments;
    if (reader->source.account.bad > 0)
        return -1;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return error_set(&reader->refusal, "%s", text);
}

/* The number of the column at which the part of the line begins; 0: it is no part of it. */
static size_t column_of(const struct reader *reader, struct field found)
{
    bool inside =
        reader->line_at != NULL && found.at > reader->line_at && found.at <= reader->input.at;
    return inside ? (size_t)(found.at - reader->line_at) + 1 : 0;
}

int reader_expected(struct reader *reader, const char *what, struct field found)
{
    char quote[QUOTE_BYTES + 1], place[UNITS_TEXT_BYTES] = "";
    size_t length = 0, column = column_of(reader, found);
    for (; found.at < found.end && length < QUOTE_BYTES; found.at++)
        quote[length++] = *found.at >= ' ' && *found.at <= '~' ? *found.at : '?';
    quote[length] = '\0';
    if (column > 0)
        snprintf(place, sizeof place, " at column %zu", column);
    if (length == 0)
        return reader_refuse(reader, "expected %s, found nothing%s", what, place);
    return reader_refuse(reader, "expected %s, found \"%s\"%s%s", what, quote,
                         found.at < found.end ? "..." : "", place);
}

int reader_fail(struct reader *reader)
{
    return error_set(reader->source.error, "%s:%llu: %s", reader->name,
                     (unsigned long long)reader->line, reader->refusal.text);
}

/* Whether the line may name columns: it begins with a letter and has no digit. */
static bool names_columns(struct field line)
{
    if (line.at == line.end || !isalpha((unsigned char)*line.at))
        return false;
    for (; line.at < line.end; line.at++)
        if (isdigit((unsigned char)*line.at))
            return false;
    return true;
}

static void count_bad(struct reader *reader)
{
    struct trace_account *account = &reader->source.account;
    account->lines = reader->line;
    if (account->bad++ == 0) {
        account->first_bad = reader->line;
        snprintf(account->why, sizeof account->why, "%.*s", TRACE_WHY_BYTES - 1,
                 reader->refusal.text);
    }
    if (!reader->skip_bad && trace_account_is_hopeless(account))
        reader->source.kind->judge(&reader->source);
}

void reader_count_refused(struct reader *reader, struct field line)
{
    bool first = !reader->began;
    reader->began = true;
    if (first && reader->format->has_header && names_columns(line))
        reader_skip(reader, "header");
    else if (reader->understood && input_is_cut(&reader->input) &&
             reader->input.at == reader->input.end)
        reader_skip(reader, CUT_OFF);
    else
        count_bad(reader);
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
        reader->input.at = reader->input.end;
        reader_refuse(reader, "expected a record of %zu bytes, found the last %zu: cut short?",
                      record_bytes, bytes);
        count_bad(reader);
    }
    return records < count ? records : count;
}

bool reader_more_lines(struct reader *reader)
{
    const char *end = input_lines(&reader->input);
    reader->lines_end = end != NULL ? end : reader->input.at;
    return end != NULL;
}

/* The next line that is neither blank nor a comment. */
static inline bool data_line(struct reader *reader, struct field *line)
{
    while (reader_line(reader, line)) {
        if (*line->at != COMMENT)
            return true;
        if (reader->format->directive == NULL)
            reader_skip(reader, "commented");
        else if (reader->format->directive(reader, *line) < 0)
            reader_count_refused(reader, *line);
    }
    return false;
}

size_t reader_read_lines(struct reader *reader, struct trace_request *requests, size_t count,
                         int (*parse)(struct reader *, struct field, struct trace_request *))
{
    struct field line;
    size_t got = 0;
    while (got < count && !source_failed(&reader->source) && data_line(reader, &line)) {
        int outcome = parse(reader, line, &requests[got]);
        if (outcome < 0) {
            reader_count_refused(reader, line);
            continue;
        }
        reader->began = reader->understood = true;
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
