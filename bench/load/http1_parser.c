/* http1_parser.c - an incremental parser of HTTP/1 responses: a state machine. */
#include "http1_parser.h"

#include "cache_headers.h"
#include "span.h"

#include <string.h>
#include <strings.h>

#define SIZE_DIGITS_MAX 15 /* hexadecimal digits of a chunk's size, so that it fits 64 bits */
#define LENGTH_MAX      UINT64_C(1000000000000000000)

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct span text_trim(struct span text)
{
    while (text.count && (text.bytes[0] == ' ' || text.bytes[0] == '\t'))
        text.bytes++, text.count--;
    while (text.count && (text.bytes[text.count - 1] == ' ' || text.bytes[text.count - 1] == '\t'))
        text.count--;
    return text;
}

static bool text_begins(struct span text, const char *word)
{
    size_t bytes = strlen(word);
    return text.count >= bytes && strncasecmp(text.bytes, word, bytes) == 0;
}

static bool text_is(struct span text, const char *word)
{
    return text.count == strlen(word) && text_begins(text, word);
}

/* Removes the first item of the comma-separated list. False: the list is empty. */
static bool text_item(struct span *list, struct span *item)
{
    const char *comma;
    if (list->count == 0)
        return false;
    comma = memchr(list->bytes, ',', list->count);
    item->bytes = list->bytes;
    item->count = comma ? (size_t)(comma - list->bytes) : list->count;
    list->bytes += item->count + (comma != NULL);
    list->count -= item->count + (comma != NULL);
    *item = text_trim(*item);
    return true;
}

static void response_malformed(struct response *response)
{
    response->state = RESPONSE_MALFORMED;
    response->close = true;
}

/* Headers. */

static void header_length(struct response *response, struct span value)
{
    uint64_t length = 0;
    if (value.count == 0)
        response_malformed(response);
    for (size_t i = 0; i < value.count; i++) {
        if (!is_digit(value.bytes[i]) || length >= LENGTH_MAX / 10) {
            response_malformed(response);
            return;
        }
        length = length * 10 + (uint64_t)(value.bytes[i] - '0');
    }
    if (response->sized && response->remaining != length)
        response_malformed(response);
    response->sized = true;
    response->remaining = length;
}

static void header_encoding(struct response *response, struct span value)
{
    struct span item = {"", 0};
    while (text_item(&value, &item))
        ;
    response->chunked = text_is(item, "chunked");
    if (!response->chunked)
        response->close = true;
}

static void header_connection(struct response *response, struct span value)
{
    struct span item;
    while (text_item(&value, &item)) {
        if (text_is(item, "close"))
            response->close = true;
        else if (text_is(item, "keep-alive"))
            response->close = false;
    }
}

/* Served by one of several caches is a hit. */
static void cache_note(struct response *response, enum cache_word word)
{
    if (word == CACHE_SERVED)
        response->cache = RESPONSE_HIT;
    else if (word == CACHE_FETCHED && response->cache == RESPONSE_PLAIN)
        response->cache = RESPONSE_MISS;
}

static void header_cache(struct response *response, struct span value)
{
    cache_note(response, cache_words_read(value));
}

static void header_cache_status(struct response *response, struct span value)
{
    cache_note(response, cache_status_read(value));
}

static void header_age(struct response *response, struct span value)
{
    response->aged = cache_age_read(value) == CACHE_SERVED;
}

static const struct header {
    const char *name;
    size_t bytes;
    void (*read)(struct response *response, struct span value);
} headers[] = {
    {"x-cache", 7, header_cache},
    {"x-cache-status", 14, header_cache},
    {"cf-cache-status", 15, header_cache},
    {"x-proxy-cache", 13, header_cache},
    {"x-vercel-cache", 14, header_cache},
    {"cdn-cache", 9, header_cache},
    {"cache-status", 12, header_cache_status},
    {"age", 3, header_age},
    {"content-length", 14, header_length},
    {"connection", 10, header_connection},
    {"transfer-encoding", 17, header_encoding},
};

#define HEADERS (sizeof headers / sizeof headers[0])

static void header_read(struct response *response, struct span name, struct span value)
{
    for (size_t i = 0; i < HEADERS; i++)
        if (headers[i].bytes == name.count &&
            strncasecmp(headers[i].name, name.bytes, name.count) == 0) {
            headers[i].read(response, text_trim(value));
            return;
        }
}

/* Lines. */

/* "200" */
static bool status_read(struct response *response, const char *at)
{
    if (at[0] < '1' || at[0] > '5' || !is_digit(at[1]) || !is_digit(at[2]))
        return false;
    response->status = (unsigned)((at[0] - '0') * 100 + (at[1] - '0') * 10 + (at[2] - '0'));
    return true;
}

/* "HTTP/1.1 200 OK" */
static void line_status(struct response *response, struct span line)
{
    const char *at = line.bytes;
    if (line.count < 12 || memcmp(at, "HTTP/1.", 7) != 0 || (at[7] != '0' && at[7] != '1') ||
        at[8] != ' ' || (line.count > 12 && at[12] != ' ') || !status_read(response, at + 9)) {
        response_malformed(response);
        return;
    }
    response->close = at[7] == '0';
    response->state = RESPONSE_HEADER;
}

/* The headers are complete: decides what follows. */
static void headers_end(struct response *response)
{
    if (response->status == 101) {
        response_malformed(response);
    } else if (response->status < 200) {
        response->state = RESPONSE_STATUS;
        response->sized = response->chunked = false;
    } else if (response->status == 204 || response->status == 304) {
        response->state = RESPONSE_COMPLETE;
    } else if (response->chunked) {
        response->state = RESPONSE_CHUNK_SIZE;
    } else if (!response->sized) {
        response->close = true;
        response->state = RESPONSE_BODY_UNTIL_CLOSE;
    } else if (response->remaining == 0) {
        response->state = RESPONSE_COMPLETE;
    } else {
        response->state = RESPONSE_BODY;
    }
}

static void line_header(struct response *response, struct span line)
{
    const char *colon;
    struct span name, value;
    if (line.count == 0) {
        headers_end(response);
        return;
    }
    colon = memchr(line.bytes, ':', line.count);
    if (colon == NULL || colon == line.bytes) {
        response_malformed(response);
        return;
    }
    name = (struct span){line.bytes, (size_t)(colon - line.bytes)};
    value = (struct span){colon + 1, line.count - name.count - 1};
    header_read(response, name, value);
}

static int digit_value(char c)
{
    if (is_digit(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "1a4" or "1a4;extension" */
static void line_chunk_size(struct response *response, struct span line)
{
    uint64_t size = 0;
    size_t digits = 0;
    while (digits < line.count && digit_value(line.bytes[digits]) >= 0 && digits <= SIZE_DIGITS_MAX)
        size = size * 16 + (uint64_t)digit_value(line.bytes[digits++]);
    if (digits == 0 || digits > SIZE_DIGITS_MAX ||
        (digits < line.count && memchr("; \t", line.bytes[digits], 3) == NULL)) {
        response_malformed(response);
        return;
    }
    response->remaining = size;
    if (size)
        response->head_bytes = 0;
    response->state = size ? RESPONSE_CHUNK : RESPONSE_TRAILER;
}

static void line_chunk_end(struct response *response, struct span line)
{
    if (line.count == 0)
        response->state = RESPONSE_CHUNK_SIZE;
    else
        response_malformed(response);
}

static void line_trailer(struct response *response, struct span line)
{
    if (line.count == 0)
        response->state = RESPONSE_COMPLETE;
}

static void (*const line_reads[])(struct response *response, struct span line) = {
    [RESPONSE_STATUS] = line_status,         [RESPONSE_HEADER] = line_header,
    [RESPONSE_CHUNK_SIZE] = line_chunk_size, [RESPONSE_CHUNK_END] = line_chunk_end,
    [RESPONSE_TRAILER] = line_trailer,
};

/* Keeps the beginning of an incomplete line for the next read, RESPONSE_LINE_BYTES at most. */
static void line_keep(struct response *response, const char *data, size_t bytes)
{
    size_t capacity = RESPONSE_LINE_BYTES - response->line_bytes;
    size_t kept = bytes < capacity ? bytes : capacity;
    memcpy(response->line + response->line_bytes, data, kept);
    response->line_bytes += (uint32_t)kept;
}

/* Whether an incomplete line can still become a status line: refuses other protocols early. */
static bool line_is_plausible(const struct response *response)
{
    const char opening[] = "HTTP/1.";
    size_t known =
        response->line_bytes < sizeof opening - 1 ? response->line_bytes : sizeof opening - 1;
    return response->state != RESPONSE_STATUS || memcmp(response->line, opening, known) == 0;
}

static void line_read(struct response *response, struct span line)
{
    if (line.count && line.bytes[line.count - 1] == '\r')
        line.count--;
    line_reads[response->state](response, line);
}

static size_t step_line(struct response *response, const char *data, size_t bytes)
{
    const char *end = memchr(data, '\n', bytes);
    size_t taken = end ? (size_t)(end - data) : bytes;
    response->head_bytes += (uint32_t)taken + 1;
    if (response->head_bytes > RESPONSE_HEAD_BYTES) {
        response_malformed(response);
    } else if (end == NULL) {
        line_keep(response, data, taken);
        if (!line_is_plausible(response))
            response_malformed(response);
        return taken;
    } else if (response->line_bytes == 0) {
        line_read(response, (struct span){data, taken});
    } else {
        line_keep(response, data, taken);
        line_read(response, (struct span){response->line, response->line_bytes});
        response->line_bytes = 0;
    }
    return taken + (end != NULL);
}

/* Bodies. */

void response_body(struct response *response, const char *data, size_t bytes)
{
    if (response->body_bytes < RESPONSE_PREFIX_BYTES) {
        size_t capacity = RESPONSE_PREFIX_BYTES - (size_t)response->body_bytes;
        memcpy(response->prefix + response->body_bytes, data, bytes < capacity ? bytes : capacity);
    }
    response->body_bytes += bytes;
}

static size_t step_body(struct response *response, const char *data, size_t bytes)
{
    size_t taken = bytes < response->remaining ? bytes : (size_t)response->remaining;
    response_body(response, data, taken);
    response->remaining -= taken;
    if (response->remaining)
        return taken;
    if (response->state == RESPONSE_CHUNK)
        response->state = RESPONSE_CHUNK_END;
    else
        response->state = RESPONSE_COMPLETE;
    return taken;
}

static size_t step_until_close(struct response *response, const char *data, size_t bytes)
{
    response_body(response, data, bytes);
    return bytes;
}

static size_t (*const steps[])(struct response *response, const char *data, size_t bytes) = {
    [RESPONSE_STATUS] = step_line,     [RESPONSE_HEADER] = step_line,
    [RESPONSE_BODY] = step_body,       [RESPONSE_BODY_UNTIL_CLOSE] = step_until_close,
    [RESPONSE_CHUNK_SIZE] = step_line, [RESPONSE_CHUNK] = step_body,
    [RESPONSE_CHUNK_END] = step_line,  [RESPONSE_TRAILER] = step_line,
};

void response_status(struct response *response, const char *text, size_t bytes)
{
    if (bytes != RESPONSE_STATUS_DIGITS || !status_read(response, text))
        response_malformed(response);
}

void response_header(struct response *response, const char *name, size_t name_bytes,
                     const char *value, size_t value_bytes)
{
    header_read(response, (struct span){name, name_bytes}, (struct span){value, value_bytes});
}

enum response_cache response_cache(const struct response *response)
{
    return response->cache == RESPONSE_PLAIN && response->aged ? RESPONSE_HIT : response->cache;
}

void response_begin(struct response *response)
{
    memset(response, 0, offsetof(struct response, line));
}

size_t response_read(struct response *response, const char *data, size_t bytes)
{
    size_t used = 0;
    response->begun |= bytes > 0;
    while (used < bytes && !response_over(response))
        used += steps[response->state](response, data + used, bytes - used);
    return used;
}

void response_end(struct response *response, bool orderly)
{
    response->close = true;
    if (response_over(response))
        return;
    if (response->state == RESPONSE_BODY_UNTIL_CLOSE && orderly)
        response->state = RESPONSE_COMPLETE;
    else
        response->state = response->begun ? RESPONSE_TRUNCATED : RESPONSE_EMPTY;
}
