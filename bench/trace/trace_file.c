/* trace_file.c - opens a trace file: detects its format and prepares a reader. */
#include "trace_file.h"

#include "formats.h"
#include "magic.h"
#include "reader.h"
#include "units.h"
#include "xmalloc.h"

#include <stdlib.h>

#define SAMPLE_BYTES    4096 /* that detection looks at */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define MARK_BYTES      (sizeof BYTE_ORDER_MARK - 1)

/* The length of the byte-order mark at the start of the bytes; 0: there is none. */
static size_t mark_length(const char *bytes, size_t count)
{
    return count >= MARK_BYTES && memcmp(bytes, BYTE_ORDER_MARK, MARK_BYTES) == 0 ? MARK_BYTES : 0;
}

/* The length of the blank lines at the start of the bytes, with a byte-order mark before them. */
static size_t blank_length(const char *bytes, size_t count)
{
    size_t length = mark_length(bytes, count);
    for (size_t at = length; at < count && strchr(" \t\r\n", bytes[at]) != NULL; at++) {
        if (bytes[at] == '\0')
            break;
        if (bytes[at] == '\n')
            length = at + 1;
    }
    return length;
}

static const struct format *detect_format(struct reader *reader, bool complete)
{
    const struct format *format = format_by_suffix(reader->name);
    size_t bytes = (size_t)(reader->input.end - reader->input.at);
    if (format != NULL)
        return format;
    bytes = bytes < SAMPLE_BYTES ? bytes : SAMPLE_BYTES;
    return format_by_content(reader->input.at, bytes, blank_length(reader->input.at, bytes),
                             complete);
}

static int refuse_format(struct reader *reader, const char *name)
{
    struct error *error = reader->source.error;
    if (name == NULL && reader->input.at == reader->input.end)
        return error_set(error, "%s: it is empty", reader->name);
    if (name != NULL)
        error_set(error, "--format %s: there is no such format; there are", name);
    else
        error_set(error,
                  "%s: its format cannot be detected from its content; name it with --format, one "
                  "of",
                  reader->name);
    return formats_add_names(error);
}

/* Known kinds of files come before any guess, and before a format that reads any bytes. */
static int choose_format(struct reader *reader, const char *name)
{
    bool complete = !reader_fill(reader, SAMPLE_BYTES);
    if (source_failed(&reader->source))
        return -1;
    const char *kind =
        magic_refusal(reader->input.at, (size_t)(reader->input.end - reader->input.at));
    if (kind != NULL)
        return error_set(reader->source.error, "%s: it is %s", reader->name, kind);
    reader->format = name != NULL ? format_by_name(name) : detect_format(reader, complete);
    return reader->format != NULL ? 0 : refuse_format(reader, name);
}

static int start_format(struct reader *reader, const char *name)
{
    const struct format *format = reader->format;
    const char *colon = name != NULL ? strchr(name, ':') : NULL;
    if (colon != NULL && format->options == NULL)
        return error_set(reader->source.error, "--format %s: %s takes no options", name,
                         format->name);
    if (reader->ignore_query && !format->has_queries)
        return error_set(reader->source.error, "%s: --ignore-query is for access logs, not for %s",
                         reader->name, format->name);
    reader->source.account.format = format->name;
    if (!format->binary && reader_fill(reader, MARK_BYTES))
        reader->input.at += mark_length(reader->input.at, MARK_BYTES);
    reader->lines_end = reader->input.at;
    if (format->state_bytes > 0)
        reader->state = xcalloc(1, format->state_bytes);
    if (format->start == NULL || format->start(reader, colon != NULL ? colon + 1 : NULL) == 0)
        return 0;
    return source_failed(&reader->source) ? -1 : reader_fail(reader);
}

static size_t trace_file_read(struct source *source, struct trace_request *requests, size_t count)
{
    struct reader *reader = (struct reader *)source;
    const struct format *format = reader->format;
    size_t total = 0, got = 1;
    while (total < count && got > 0 && !source_failed(source)) {
        got = format->read != NULL
                  ? format->read(reader, requests + total, count - total)
                  : reader_read_lines(reader, requests + total, count - total, format->parse);
        total += got;
    }
    source->account.lines = reader->line;
    if (!input_was_truncated(&reader->input))
        return total;
    error_set(source->error, "%s: it was truncated while it was read, as by logrotate",
              reader->name);
    return 0;
}

static void trace_file_judge(struct source *source)
{
    struct reader *reader = (struct reader *)source;
    const struct trace_account *account = &source->account;
    char bad[UNITS_TEXT_BYTES], lines[UNITS_TEXT_BYTES];
    if (reader->skip_bad || !trace_account_is_bad(account))
        return;
    error_set(source->error, "%s:%llu: %s; %s of %s line%s %s not understood; --skip-bad skips %s",
              reader->name, (unsigned long long)account->first_bad, account->why,
              units_format_count(bad, account->bad), units_format_count(lines, account->lines),
              account->lines == 1 ? "" : "s", account->bad == 1 ? "is" : "are",
              account->bad == 1 ? "it" : "them");
}

static void trace_file_close(struct source *source)
{
    struct reader *reader = (struct reader *)source;
    if (reader->format != NULL && reader->format->stop != NULL && reader->state != NULL)
        reader->format->stop(reader);
    input_close(&reader->input);
    free(reader->state);
    free(reader->name);
    free(reader);
}

static const struct source_kind trace_file_kind = {trace_file_read, trace_file_judge,
                                                   trace_file_close};

static struct reader *reader_create(const char *name, const struct trace_setup *setup,
                                    struct error *error)
{
    struct reader *reader = xcalloc(1, sizeof *reader);
    reader->name = xstrdup(name);
    reader->skip_bad = setup->skip_bad;
    reader->ignore_query = setup->ignore_query;
    reader->source.kind = &trace_file_kind;
    reader->source.error = error;
    return reader;
}

/* opened: what input_open returned. */
static struct source *reader_start(struct reader *reader, int opened, const char *format)
{
    if (opened == 0 && choose_format(reader, format) == 0 && start_format(reader, format) == 0 &&
        !source_failed(&reader->source))
        return &reader->source;
    trace_file_close(&reader->source);
    return NULL;
}

struct source *trace_file_open(const char *name, const struct trace_setup *setup,
                               struct error *error)
{
    struct reader *reader = reader_create(name, setup, error);
    return reader_start(reader, input_open(&reader->input, reader->name, error), setup->format);
}

struct source *trace_file_open_memory(const char *name, const char *data, size_t bytes,
                                      size_t piece_bytes, const char *format, struct error *error)
{
    const struct trace_setup setup = {.format = format};
    struct reader *reader = reader_create(name, &setup, error);
    int opened = input_open_memory(&reader->input, reader->name, data, bytes, piece_bytes, error);
    return reader_start(reader, opened, format);
}
