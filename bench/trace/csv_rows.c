/* csv_rows.c - the requests that the rows of a table stand for.
 *
 * A simple row is scanned and converted at once. What is not simple, or not understood, is read
 * again as a line, for the error message.
 */
#include "csv.h"
#include "csv_values.h"

#include "units.h"
#include "xmalloc.h"

#include <ctype.h>
#include <stdlib.h>

/* A time of the year 5138; a larger one has a smaller unit. */
#define SECONDS_MAX  UINT64_C(100000000000)
#define JOINED_BYTES 65536 /* of a row with newlines in quotes */

/* Why a row is no request: it is skipped, or something else was expected. */
struct fault {
    const char *skipped, *expected;
    struct field found;
};

static int skip(struct fault *fault, const char *reason)
{
    *fault = (struct fault){.skipped = reason};
    return 0;
}

static int expect(struct fault *fault, const char *expected, struct field found)
{
    *fault = (struct fault){.expected = expected, .found = found};
    return -1;
}

static int take_id(const struct csv *csv, const struct csv_row *row, const char *limit,
                   struct trace_request *request, struct fault *fault)
{
    struct field offset = row->fields[CSV_OFFSET];
    for (int part = 0; part < csv->id_parts; part++) {
        struct field field = row->fields[CSV_ID + part];
        if (field.at == field.end)
            return expect(fault, "an id", field);
        uint64_t id = csv_to_id(field, limit);
        request->id = part == 0 ? id : expansion_join(request->id, id);
    }
    if (!csv_has(csv, CSV_OFFSET) || csv->block_bytes > 0)
        return 1;
    if (offset.at == offset.end)
        return expect(fault, "an offset", offset);
    uint64_t id;
    if (!csv_to_hex(offset, &id))
        id = csv_to_id(offset, limit);
    request->id = csv->id_parts == 0 ? id : expansion_join(request->id, id);
    return 1;
}

static inline int take_time(struct reader *reader, struct field field, const char *limit,
                            struct trace_request *request, struct fault *fault)
{
    const struct csv *csv = reader->state;
    uint64_t ticks, fraction_ns = 0, ns, ns_per_tick = NS_PER_SECOND / csv->ticks_per_s;
    const char *stop = field.at;
    if (!csv_to_number(field, limit, &ticks) &&
        (field_seconds(&stop, field.end, &ticks, &fraction_ns) != 0 || stop != field.end))
        return expect(fault, "a time", field);
    if (!csv->unit_is_known && ticks > SECONDS_MAX)
        return expect(fault,
                      "a time in seconds (of others name the unit, as csv:time_ms=COLUMN does)",
                      field);
    if (__builtin_mul_overflow(ticks, ns_per_tick, &ns))
        request->time_ns =
            reader_time(reader, ticks / csv->ticks_per_s, ticks % csv->ticks_per_s * ns_per_tick);
    else
        request->time_ns = reader_time(reader, ns / NS_PER_SECOND,
                                       ns % NS_PER_SECOND + fraction_ns / csv->ticks_per_s);
    return 1;
}

/* The size of the object, with its key. In tables with sizes of keys, a get of 0 bytes found
 * nothing, so that the size is not known. */
static inline int take_bytes(const struct csv *csv, const struct csv_row *row, const char *limit,
                             bool is_read, struct trace_request *request, struct fault *fault)
{
    struct field field = row->fields[CSV_BYTES], key = row->fields[CSV_KEY_BYTES];
    uint64_t bytes = 1, key_bytes = 0;
    bool unknown = !csv_has(csv, CSV_BYTES) || field_is_absent(field);
    if (!unknown && (!csv_to_number(field, limit, &bytes) || bytes > UINT32_MAX / csv->bytes_unit))
        return expect(fault, "a size below 4 GiB", field);
    if (csv_has(csv, CSV_KEY_BYTES) &&
        (!csv_to_number(key, limit, &key_bytes) || key_bytes > UINT32_MAX))
        return expect(fault, "a key's size", key);
    unknown |= bytes == 0 && is_read && csv_has(csv, CSV_KEY_BYTES);
    request->bytes =
        unknown ? TRACE_BYTES_UNKNOWN : trace_bytes(bytes * csv->bytes_unit + key_bytes);
    return 1;
}

static inline int take_ttl(struct field field, const char *limit, struct trace_request *request,
                           struct fault *fault)
{
    uint64_t ttl_s = 0;
    if (!field_is_absent(field) && (!csv_to_number(field, limit, &ttl_s) || ttl_s > UINT32_MAX))
        return expect(fault, "a time to live in seconds", field);
    request->ttl_s = (uint32_t)ttl_s;
    return 1;
}

/* How often the request is made, and its blocks. */
static int expand(const struct csv *csv, const struct csv_row *row, const char *limit,
                  struct expansion *expansion, struct fault *fault)
{
    struct field count = row->fields[CSV_COUNT], offset = row->fields[CSV_OFFSET];
    uint64_t first;
    expansion->times = 1;
    if (csv_has(csv, CSV_COUNT) &&
        (!csv_to_number(count, limit, &expansion->times) || expansion->times > UINT32_MAX))
        return expect(fault, "a count of requests", count);
    if (expansion->times == 0)
        return skip(fault, "counted 0 times");
    if (csv->block_bytes == 0)
        return 1;
    if ((!csv_to_hex(offset, &first) && !csv_to_number(offset, limit, &first)) ||
        __builtin_mul_overflow(first, csv->offset_unit, &first))
        return expect(fault, "an offset", offset);
    expansion->has_volume = csv->id_parts > 0;
    expansion_split(expansion, first, csv->block_bytes);
    return 1;
}

/* The time comes last: the first one that is read is that of the first request. */
static int take_expansion(struct reader *reader, const struct csv_row *row, const char *limit,
                          const struct trace_request *request, struct fault *fault)
{
    struct csv *csv = reader->state;
    struct expansion expansion = {.request = *request};
    int outcome = expand(csv, row, limit, &expansion, fault);
    if (outcome == 1 && csv_has(csv, CSV_TIME))
        outcome = take_time(reader, row->fields[CSV_TIME], limit, &expansion.request, fault);
    if (outcome == 1)
        csv->expansion = expansion;
    return outcome;
}

/* 1: the row is a request, or an expansion was made of it. 0, -1: it is not; see fault. */
static inline int take_row(struct reader *reader, const struct csv_row *row, const char *limit,
                           struct trace_request *request, struct fault *fault)
{
    struct csv *csv = reader->state;
    enum csv_operation operation = CSV_WRITE;
    if (csv_has(csv, CSV_OPERATION))
        operation = csv_operation(csv, row->fields[CSV_OPERATION]);
    if (operation == CSV_NO_REQUEST)
        return skip(fault, "neither read nor stored");
    if (operation == CSV_OTHER)
        return skip(fault, "other operations");
    *request = (struct trace_request){.id = 0};
    if (take_id(csv, row, limit, request, fault) < 0 ||
        take_bytes(csv, row, limit, operation == CSV_READ, request, fault) < 0 ||
        (csv_has(csv, CSV_TTL) && take_ttl(row->fields[CSV_TTL], limit, request, fault) < 0))
        return -1;
    if (csv_expands(csv))
        return take_expansion(reader, row, limit, request, fault);
    return csv_has(csv, CSV_TIME) ? take_time(reader, row->fields[CSV_TIME], limit, request, fault)
                                  : 1;
}

/* Joins the line with those that follow until the quote is closed. The line itself is lost when the
 * next one is read: nobody may look whether it is a line of names. */
static int join_lines(struct reader *reader, struct field *line)
{
    struct csv *csv = reader->state;
    struct field next = *line;
    size_t bytes = 0;
    if (csv->joined == NULL)
        csv->joined = xmalloc(JOINED_BYTES);
    reader->began = true;
    for (bool more = true; more; more = reader_line(reader, &next)) {
        size_t length = (size_t)(next.end - next.at);
        if (length + 1 > JOINED_BYTES - bytes)
            return -1;
        memcpy(csv->joined + bytes, next.at, length);
        bytes += length;
        *line = (struct field){csv->joined, csv->joined + bytes};
        csv->joined[bytes++] = '\n';
        if (!csv_is_open(csv, *line))
            return 0;
    }
    return -1;
}

/* True: the row has names where numbers are expected, so that it is the line of names. */
static bool is_names(const struct csv *csv, struct field line, const struct csv_row *row)
{
    static const enum csv_role numbers[] = {CSV_TIME, CSV_BYTES, CSV_KEY_BYTES, CSV_TTL, CSV_COUNT};
    bool found = false;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct field field = row->fields[numbers[i]];
        if (!csv_has(csv, numbers[i]))
            continue;
        if (field.at == field.end || !isalpha((unsigned char)*field.at))
            return false;
        found = true;
    }
    return found || csv_has_names(line.at, (size_t)(line.end - line.at), true);
}

static int parse(struct reader *reader, struct field line, struct trace_request *request)
{
    struct csv *csv = reader->state;
    struct csv_row row;
    struct fault fault;
    bool first = csv->by_number;
    csv->by_number = false;
    if (csv->delimiter == '\0')
        csv->delimiter = csv_delimiter(line);
    if (csv_is_open(csv, line) && join_lines(reader, &line) != 0)
        return reader_expected(reader, "a quote that is closed within 64 KiB", line);
    if (csv_split(csv, line, &row) != 0)
        return reader_expected(reader, "a delimiter behind a closing quote", line);
    if (first && is_names(csv, line, &row))
        return reader_skip(reader, "header");
    bool skipped = csv_has(csv, CSV_OPERATION) && row.fields[CSV_OPERATION].at != NULL &&
                   csv_operation(csv, row.fields[CSV_OPERATION]) >= CSV_NO_REQUEST;
    if (!skipped && csv_is_short(csv, &row))
        return reader_expected(reader, "more columns", line);
    int outcome = take_row(reader, &row, line.end, request, &fault);
    if (outcome < 0)
        return reader_expected(reader, fault.expected, fault.found);
    if (outcome == 0)
        reader_skip(reader, fault.skipped);
    return outcome;
}

/* Reads rows as long as they are simple. */
static size_t read_simple(struct reader *reader, struct trace_request *requests, size_t count)
{
    struct csv *csv = reader->state;
    struct csv_scan *scan = &csv->scan;
    struct csv_row row;
    struct fault fault;
    size_t got = 0;
    if (csv->by_number || reader->line == 0)
        return 0;
    scan->at = reader->input.at;
    scan->end = reader->lines_end;
    while (got < count && csv_scan(scan, csv, &row)) {
        int outcome = take_row(reader, &row, scan->end, &requests[got], &fault);
        if (outcome < 0)
            break;
        reader->input.at = scan->at;
        reader->line++;
        reader->began = reader->understood = true;
        got += (size_t)outcome;
        if (outcome == 0)
            reader_skip(reader, fault.skipped);
    }
    return got;
}

static size_t read_rows(struct reader *reader, struct trace_request *requests, size_t count)
{
    struct csv *csv = reader->state;
    size_t got = 0, other = 1;
    while (got < count && other > 0) {
        got += read_simple(reader, requests + got, count - got);
        if (got == count)
            break;
        other = reader_read_lines(reader, requests + got, 1, parse);
        csv->scan.block = NULL;
        got += other;
    }
    return got;
}

size_t csv_read(struct reader *reader, struct trace_request *requests, size_t count)
{
    struct csv *csv = reader->state;
    struct trace_request row;
    if (!csv_expands(csv))
        return read_rows(reader, requests, count);
    size_t got = expansion_take(&csv->expansion, requests, count);
    while (got < count && read_rows(reader, &row, 1) == 1)
        got += expansion_take(&csv->expansion, requests + got, count - got);
    return got;
}

void csv_stop(struct reader *reader)
{
    struct csv *csv = reader->state;
    free(csv->joined);
}
