/* http1_parser.c - an incremental parser of HTTP/1 answers: a state, and a step for each state. */
#include "http1_parser.h"

#include <string.h>
#include <strings.h>

#define SIZE_DIGITS_MAX 15 /* hexadecimal digits of a chunk's size: fits in 64 bits */
#define LENGTH_MAX      UINT64_C(1000000000000000000)

/* A stretch of text that belongs to somebody else. */
struct text {
    const char *at;
    size_t bytes;
};

static struct text text_trim(struct text text)
{
    while (text.bytes && (text.at[0] == ' ' || text.at[0] == '\t'))
        text.at++, text.bytes--;
    while (text.bytes && (text.at[text.bytes - 1] == ' ' || text.at[text.bytes - 1] == '\t'))
        text.bytes--;
    return text;
}

static bool text_begins(struct text text, const char *word)
{
    size_t bytes = strlen(word);
    return text.bytes >= bytes && strncasecmp(text.at, word, bytes) == 0;
}

static bool text_is(struct text text, const char *word)
{
    return text.bytes == strlen(word) && text_begins(text, word);
}

/* The comma-separated list's next item, taken off its front. False at the end. */
static bool text_item(struct text *list, struct text *item)
{
    const char *comma;

    if (list->bytes == 0)
        return false;
    comma = memchr(list->at, ',', list->bytes);
    item->at = list->at;
    item->bytes = comma ? (size_t)(comma - list->at) : list->bytes;
    list->at += item->bytes + (comma != NULL);
    list->bytes -= item->bytes + (comma != NULL);
    *item = text_trim(*item);
    return true;
}

static void answer_spoil(struct answer *answer)
{
    answer->state = ANSWER_GARBAGE;
    answer->close = true;
}

/* Headers that matter. */

static void header_length(struct answer *answer, struct text value)
{
    uint64_t length = 0;

    if (value.bytes == 0)
        answer_spoil(answer);
    for (size_t i = 0; i < value.bytes; i++) {
        if (value.at[i] < '0' || value.at[i] > '9' || length >= LENGTH_MAX / 10) {
            answer_spoil(answer);
            return;
        }
        length = length * 10 + (uint64_t)(value.at[i] - '0');
    }
    if (answer->sized && answer->remaining != length)
        answer_spoil(answer);
    answer->sized = true;
    answer->remaining = length;
}

static void header_encoding(struct answer *answer, struct text value)
{
    struct text item = {"", 0};

    while (text_item(&value, &item))
        ;
    answer->chunked = text_is(item, "chunked");
    if (!answer->chunked)
        answer->close = true;
}

static void header_connection(struct answer *answer, struct text value)
{
    struct text item;

    while (text_item(&value, &item)) {
        if (text_is(item, "close"))
            answer->close = true;
        else if (text_is(item, "keep-alive"))
            answer->close = false;
    }
}

static void header_cache(struct answer *answer, struct text value)
{
    if (text_begins(value, "hit"))
        answer->cache = ANSWER_HIT;
    else if (text_begins(value, "miss"))
        answer->cache = ANSWER_MISS;
}

static const struct header {
    const char *name;
    size_t bytes;
    void (*read)(struct answer *answer, struct text value);
} headers[] = {
    {"x-cache", 7, header_cache},
    {"content-length", 14, header_length},
    {"connection", 10, header_connection},
    {"transfer-encoding", 17, header_encoding},
};

#define HEADERS (sizeof headers / sizeof headers[0])

static void header_read(struct answer *answer, struct text name, struct text value)
{
    for (size_t i = 0; i < HEADERS; i++)
        if (headers[i].bytes == name.bytes &&
            strncasecmp(headers[i].name, name.at, name.bytes) == 0) {
            headers[i].read(answer, text_trim(value));
            return;
        }
}

/* Lines. */

static bool digit_is(char c)
{
    return c >= '0' && c <= '9';
}

/* "200" */
static bool status_read(struct answer *answer, const char *at)
{
    if (at[0] < '1' || at[0] > '5' || !digit_is(at[1]) || !digit_is(at[2]))
        return false;
    answer->status = (unsigned)((at[0] - '0') * 100 + (at[1] - '0') * 10 + (at[2] - '0'));
    return true;
}

/* "HTTP/1.1 200 OK" */
static void line_status(struct answer *answer, struct text line)
{
    const char *at = line.at;

    if (line.bytes < 12 || memcmp(at, "HTTP/1.", 7) != 0 || (at[7] != '0' && at[7] != '1') ||
        at[8] != ' ' || (line.bytes > 12 && at[12] != ' ') || !status_read(answer, at + 9)) {
        answer_spoil(answer);
        return;
    }
    answer->close = at[7] == '0';
    answer->state = ANSWER_HEADER;
}

static bool status_is_interim(unsigned status)
{
    return status < 200;
}

static bool status_has_body(unsigned status)
{
    return status != 204 && status != 304;
}

static void answer_finish(struct answer *answer)
{
    answer->state = ANSWER_WHOLE;
}

/* The head is complete: what follows? */
static void head_end(struct answer *answer)
{
    if (answer->status == 101) {
        answer_spoil(answer);
    } else if (status_is_interim(answer->status)) {
        answer->state = ANSWER_STATUS;
        answer->sized = answer->chunked = false;
    } else if (!status_has_body(answer->status)) {
        answer_finish(answer);
    } else if (answer->chunked) {
        answer->state = ANSWER_CHUNK_SIZE;
    } else if (!answer->sized) {
        answer->close = true;
        answer->state = ANSWER_BODY_UNTIL_CLOSE;
    } else if (answer->remaining == 0) {
        answer_finish(answer);
    } else {
        answer->state = ANSWER_BODY;
    }
}

static void line_header(struct answer *answer, struct text line)
{
    const char *colon;
    struct text name, value;

    if (line.bytes == 0) {
        head_end(answer);
        return;
    }
    colon = memchr(line.at, ':', line.bytes);
    if (colon == NULL || colon == line.at) {
        answer_spoil(answer);
        return;
    }
    name = (struct text){line.at, (size_t)(colon - line.at)};
    value = (struct text){colon + 1, line.bytes - name.bytes - 1};
    header_read(answer, name, value);
}

static int digit_value(char c)
{
    if (digit_is(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "1a4" or "1a4;extension" */
static void line_chunk_size(struct answer *answer, struct text line)
{
    uint64_t size = 0;
    size_t digits = 0;

    while (digits < line.bytes && digit_value(line.at[digits]) >= 0 && digits <= SIZE_DIGITS_MAX)
        size = size * 16 + (uint64_t)digit_value(line.at[digits++]);
    if (digits == 0 || digits > SIZE_DIGITS_MAX ||
        (digits < line.bytes && memchr("; \t", line.at[digits], 3) == NULL)) {
        answer_spoil(answer);
        return;
    }
    answer->remaining = size;
    if (size)
        answer->head_bytes = 0;
    answer->state = size ? ANSWER_CHUNK : ANSWER_TRAILER;
}

static void line_chunk_end(struct answer *answer, struct text line)
{
    if (line.bytes == 0)
        answer->state = ANSWER_CHUNK_SIZE;
    else
        answer_spoil(answer);
}

static void line_trailer(struct answer *answer, struct text line)
{
    if (line.bytes == 0)
        answer_finish(answer);
}

static void (*const line_reads[])(struct answer *answer, struct text line) = {
    [ANSWER_STATUS] = line_status,         [ANSWER_HEADER] = line_header,
    [ANSWER_CHUNK_SIZE] = line_chunk_size, [ANSWER_CHUNK_END] = line_chunk_end,
    [ANSWER_TRAILER] = line_trailer,
};

/* Keeps what there is of a line for the next read; what is too long to matter is dropped. */
static void line_keep(struct answer *answer, const char *data, size_t bytes)
{
    size_t room = ANSWER_LINE_BYTES - answer->line_bytes;
    size_t kept = bytes < room ? bytes : room;

    memcpy(answer->line + answer->line_bytes, data, kept);
    answer->line_bytes += (uint32_t)kept;
}

/* Tells garbage from the beginning of a status line before the line is complete. */
static bool status_may_follow(const struct answer *answer)
{
    const char opening[] = "HTTP/1.";
    size_t known =
        answer->line_bytes < sizeof opening - 1 ? answer->line_bytes : sizeof opening - 1;

    return answer->state != ANSWER_STATUS || memcmp(answer->line, opening, known) == 0;
}

static void line_read(struct answer *answer, struct text line)
{
    if (line.bytes && line.at[line.bytes - 1] == '\r')
        line.bytes--;
    line_reads[answer->state](answer, line);
}

static size_t step_line(struct answer *answer, const char *data, size_t bytes)
{
    const char *end = memchr(data, '\n', bytes);
    size_t taken = end ? (size_t)(end - data) : bytes;

    answer->head_bytes += (uint32_t)taken + 1;
    if (answer->head_bytes > ANSWER_HEAD_BYTES) {
        answer_spoil(answer);
    } else if (end == NULL) {
        line_keep(answer, data, taken);
        if (!status_may_follow(answer))
            answer_spoil(answer);
        return taken;
    } else if (answer->line_bytes == 0) {
        line_read(answer, (struct text){data, taken});
    } else {
        line_keep(answer, data, taken);
        line_read(answer, (struct text){answer->line, answer->line_bytes});
        answer->line_bytes = 0;
    }
    return taken + (end != NULL);
}

/* Bodies. */

void answer_body(struct answer *answer, const char *data, size_t bytes)
{
    if (answer->body_bytes < ANSWER_PREFIX_BYTES) {
        size_t room = ANSWER_PREFIX_BYTES - (size_t)answer->body_bytes;
        memcpy(answer->prefix + answer->body_bytes, data, bytes < room ? bytes : room);
    }
    answer->body_bytes += bytes;
}

static size_t step_body(struct answer *answer, const char *data, size_t bytes)
{
    size_t taken = bytes < answer->remaining ? bytes : (size_t)answer->remaining;

    answer_body(answer, data, taken);
    answer->remaining -= taken;
    if (answer->remaining)
        return taken;
    if (answer->state == ANSWER_CHUNK)
        answer->state = ANSWER_CHUNK_END;
    else
        answer_finish(answer);
    return taken;
}

static size_t step_until_close(struct answer *answer, const char *data, size_t bytes)
{
    answer_body(answer, data, bytes);
    return bytes;
}

static size_t (*const steps[])(struct answer *answer, const char *data, size_t bytes) = {
    [ANSWER_STATUS] = step_line,     [ANSWER_HEADER] = step_line,
    [ANSWER_BODY] = step_body,       [ANSWER_BODY_UNTIL_CLOSE] = step_until_close,
    [ANSWER_CHUNK_SIZE] = step_line, [ANSWER_CHUNK] = step_body,
    [ANSWER_CHUNK_END] = step_line,  [ANSWER_TRAILER] = step_line,
};

void answer_status(struct answer *answer, const char *text, size_t bytes)
{
    if (bytes != ANSWER_STATUS_DIGITS || !status_read(answer, text))
        answer_spoil(answer);
}

void answer_header(struct answer *answer, const char *name, size_t name_bytes, const char *value,
                   size_t value_bytes)
{
    header_read(answer, (struct text){name, name_bytes}, (struct text){value, value_bytes});
}

void answer_begin(struct answer *answer)
{
    memset(answer, 0, offsetof(struct answer, line));
}

size_t answer_read(struct answer *answer, const char *data, size_t bytes)
{
    size_t used = 0;

    answer->begun |= bytes > 0;
    while (used < bytes && !answer_over(answer))
        used += steps[answer->state](answer, data + used, bytes - used);
    return used;
}

void answer_end(struct answer *answer, bool orderly)
{
    answer->close = true;
    if (answer_over(answer))
        return;
    if (answer->state == ANSWER_BODY_UNTIL_CLOSE && orderly)
        answer_finish(answer);
    else
        answer->state = answer->begun ? ANSWER_TRUNCATED : ANSWER_ABSENT;
}
