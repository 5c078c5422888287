/* trace_file.c - opens a trace file: detects its format and prepares a reader. */
#include "trace_file.h"

#include "formats.h"
#include "reader.h"
#include "xmalloc.h"

#include <stdlib.h>

#define SAMPLE_BYTES 4096 /* that detection looks at */

static const struct format *detect_format(struct reader *reader)
{
    const struct format *format = format_by_suffix(reader->name);
    if (format != NULL)
        return format;
    bool complete = !reader_fill(reader, SAMPLE_BYTES);
    size_t bytes = complete ? (size_t)(reader->input.end - reader->input.at) : SAMPLE_BYTES;
    return format_by_content(reader->input.at, bytes, complete);
}

static int choose_format(struct reader *reader, const char *name)
{
    struct error *error = reader->source.error;
    reader->format = name != NULL ? format_by_name(name) : detect_format(reader);
    if (reader->format != NULL)
        return 0;
    if (name == NULL && source_failed(&reader->source))
        return -1;
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

static int start_format(struct reader *reader, const char *name)
{
    const struct format *format = reader->format;
    const char *colon = name != NULL ? strchr(name, ':') : NULL;
    if (colon != NULL && format->options == NULL)
        return error_set(reader->source.error, "--format %s: %s takes no options", name,
                         format->name);
    reader->lines_end = reader->input.at;
    if (format->state_bytes > 0)
        reader->state = xcalloc(1, format->state_bytes);
    return format->start != NULL ? format->start(reader, colon != NULL ? colon + 1 : NULL) : 0;
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
    return total;
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

static const struct source_kind trace_file_kind = {trace_file_read, trace_file_close};

static struct reader *reader_create(const char *name, struct error *error)
{
    struct reader *reader = xcalloc(1, sizeof *reader);
    reader->name = xstrdup(name);
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

struct source *trace_file_open(const char *name, const char *format, struct error *error)
{
    struct reader *reader = reader_create(name, error);
    return reader_start(reader, input_open(&reader->input, reader->name, error), format);
}

struct source *trace_file_open_memory(const char *name, const char *data, size_t bytes,
                                      size_t piece_bytes, const char *format, struct error *error)
{
    struct reader *reader = reader_create(name, error);
    int opened = input_open_memory(&reader->input, reader->name, data, bytes, piece_bytes, error);
    return reader_start(reader, opened, format);
}
