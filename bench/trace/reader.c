/* reader.c - a trace in a file: finds out its format, and keeps count of lines and time. */
#include "reader.h"

#include "codec.h"
#include "line_fields.h"

#include <stdarg.h>
#include <stdlib.h>
#include <xxhash.h>

#define SAMPLE_BYTES 4096
#define QUOTE_BYTES  40
#define NS_PER_S     UINT64_C(1000000000)

/* In the order in which they are tried. */
static const struct format *const formats[] = {
    &format_recorded, &format_log,   &format_oracle, &format_twitter, &format_csv,
    &format_arc,      &format_sized, &format_text,   &format_be32,    &format_be64,
};

#define FORMATS (sizeof(formats) / sizeof(formats[0]))

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

int reader_expected(struct reader *reader, const char *what, const char *at, const char *end)
{
    char quote[QUOTE_BYTES + 1];
    size_t length = 0;
    for (; at < end && length < QUOTE_BYTES; at++)
        quote[length++] = *at >= ' ' && *at <= '~' ? *at : '?';
    quote[length] = '\0';
    if (length == 0)
        return reader_refuse(reader, "expected %s, found nothing", what);
    return reader_refuse(reader, "expected %s, found \"%s\"%s", what, quote, at < end ? "..." : "");
}

bool reader_more_lines(struct reader *reader)
{
    const char *end = input_lines(&reader->input);
    reader->lines_end = end != NULL ? end : reader->input.at;
    return end != NULL;
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
    uint64_t passed_s = seconds - first_s, passed;
    if (__builtin_mul_overflow(passed_s, NS_PER_S, &passed) ||
        __builtin_add_overflow(passed, ns, &passed))
        passed = UINT64_MAX;
    passed -= first_ns;
    if (passed > reader->clock.last_ns)
        reader->clock.last_ns = passed;
    return reader->clock.last_ns;
}

/* Is it a number that 64 bits hold, written with no more digits than it needs? */
static bool is_plain_number(const char *at, const char *end, uint64_t *value)
{
    const char *stop = at;
    bool is_padded = at == end || (*at == '0' && end - at > 1);
    return !is_padded && field_number(&stop, end, value) == 0 && stop == end;
}

uint64_t reader_key(const char *at, const char *end)
{
    uint64_t value;
    if (is_plain_number(at, end, &value))
        return value;
    return XXH3_64bits(at, (size_t)(end - at));
}

size_t reader_read_lines(struct reader *reader, struct trace_request *requests, size_t count,
                         int (*parse)(struct reader *, struct line, struct trace_request *))
{
    struct line line;
    size_t got = 0;
    while (got < count && reader_line(reader, &line)) {
        int outcome = parse(reader, line, &requests[got]);
        if (outcome < 0)
            break;
        got += (size_t)outcome;
    }
    return got;
}

size_t reader_records(struct reader *reader, size_t record_bytes, size_t count)
{
    struct input *input = &reader->input;
    while ((size_t)(input->end - input->at) < record_bytes && input_more(input))
        ;
    size_t bytes = (size_t)(input->end - input->at), records = bytes / record_bytes;
    if (records == 0 && bytes > 0 && reader->source.error->text[0] == '\0') {
        reader->line++;
        reader_refuse(reader, "expected a record of %zu bytes, found the last %zu: cut short?",
                      record_bytes, bytes);
    }
    return records < count ? records : count;
}

static const struct format *find_by_name(const char *name)
{
    size_t length = strcspn(name, ":");
    for (size_t i = 0; i < FORMATS; i++) {
        if (strlen(formats[i]->name) == length && memcmp(formats[i]->name, name, length) == 0)
            return formats[i];
    }
    return NULL;
}

static const struct format *find_by_suffix(const char *name)
{
    size_t stem = codec_stem(name);
    for (size_t i = 0; i < FORMATS; i++) {
        size_t length = formats[i]->suffix != NULL ? strlen(formats[i]->suffix) : SIZE_MAX;
        if (stem > length && memcmp(name + stem - length, formats[i]->suffix, length) == 0)
            return formats[i];
    }
    return NULL;
}

static const struct format *find_by_content(struct reader *reader)
{
    struct input *input = &reader->input;
    bool whole = false;
    while (!whole && input->end - input->at < SAMPLE_BYTES)
        whole = !input_more(input);
    size_t bytes = (size_t)(input->end - input->at);
    whole = bytes < SAMPLE_BYTES;
    if (bytes == 0)
        return NULL;
    for (size_t i = 0; i < FORMATS; i++) {
        if (formats[i]->is_meant != NULL &&
            formats[i]->is_meant(input->at, whole ? bytes : SAMPLE_BYTES, whole))
            return formats[i];
    }
    return NULL;
}

/* One line that names them all, after what is wrong. */
static void suggest_formats(struct reader *reader, const char *problem)
{
    struct error *error = reader->source.error;
    error_set(error, "%s: %s; name it with --format, one of", reader->name, problem);
    for (size_t i = 0; i < FORMATS; i++)
        error_add(error, "%s %s", i > 0 ? "," : "", formats[i]->name);
}

static int choose_format(struct reader *reader, const char *wanted)
{
    if (wanted != NULL) {
        reader->format = find_by_name(wanted);
        if (reader->format == NULL)
            suggest_formats(reader, "there is no such format");
        return reader->format != NULL ? 0 : -1;
    }
    reader->format = find_by_suffix(reader->name);
    if (reader->format == NULL)
        reader->format = find_by_content(reader);
    if (reader->format != NULL || reader->source.error->text[0] != '\0')
        return reader->format != NULL ? 0 : -1;
    if (reader->input.at == reader->input.end)
        error_set(reader->source.error, "%s: it is empty", reader->name);
    else
        suggest_formats(reader, "its format cannot be told from its content");
    return -1;
}

static int start_format(struct reader *reader, const char *wanted)
{
    const char *options = wanted != NULL ? strchr(wanted, ':') : NULL;
    if (reader->format->start != NULL)
        return reader->format->start(reader, options != NULL ? options + 1 : NULL);
    if (options == NULL)
        return 0;
    error_set(reader->source.error, "--format %s: %s takes no options", wanted,
              reader->format->name);
    return -1;
}

static size_t reader_read(struct source *source, struct trace_request *requests, size_t count)
{
    struct reader *reader = (struct reader *)source;
    size_t total = 0, got = 1;
    while (total < count && got > 0 && source->error->text[0] == '\0') {
        got = reader->format->read(reader, requests + total, count - total);
        total += got;
    }
    return total;
}

static void reader_free(struct reader *reader)
{
    if (reader == NULL)
        return;
    if (reader->log.pattern != NULL)
        regfree(reader->log.pattern);
    free(reader->log.pattern);
    free(reader->recorded);
    free(reader->name);
    free(reader);
}

static void reader_close(struct source *source)
{
    struct reader *reader = (struct reader *)source;
    input_close(&reader->input);
    reader_free(reader);
}

static const struct source_kind source_kind = {reader_read, reader_close};

static struct reader *reader_create(const char *name, struct error *error)
{
    struct reader *reader = calloc(1, sizeof(*reader));
    if (reader != NULL)
        reader->name = strdup(name);
    if (reader == NULL || reader->name == NULL) {
        error_set(error, "%s: out of memory", name);
        reader_free(reader);
        return NULL;
    }
    reader->source.kind = &source_kind;
    reader->source.error = error;
    return reader;
}

static struct source *reader_start(struct reader *reader, const char *format)
{
    if (choose_format(reader, format) == 0) {
        reader->lines_end = reader->input.at;
        if (start_format(reader, format) == 0 && reader->source.error->text[0] == '\0')
            return &reader->source;
    }
    reader_close(&reader->source);
    return NULL;
}

struct source *reader_open(const char *name, const char *format, struct error *error)
{
    struct reader *reader = reader_create(name, error);
    if (reader == NULL)
        return NULL;
    if (input_open(&reader->input, reader->name, error) != 0) {
        reader_free(reader);
        return NULL;
    }
    return reader_start(reader, format);
}

struct source *reader_open_memory(const char *name, const char *data, size_t bytes,
                                  size_t piece_bytes, const char *format, struct error *error)
{
    struct reader *reader = reader_create(name, error);
    if (reader == NULL)
        return NULL;
    if (input_open_memory(&reader->input, reader->name, data, bytes, piece_bytes, error) != 0) {
        reader_free(reader);
        return NULL;
    }
    return reader_start(reader, format);
}

void reader_describe(FILE *out)
{
    for (size_t i = 0; i < FORMATS; i++)
        fprintf(out, "  %-10s %s\n", formats[i]->name, formats[i]->summary);
}
