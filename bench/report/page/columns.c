/* columns.c - finds lists of samples in JSON and makes each a block of columns of differences. */
#include "columns.h"

#include "xmalloc.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_MAX   64
#define DIGITS_MAX 15 /* a double, which a browser uses, represents such numbers exactly */

/* A piece of the text, quotes included. */
struct piece {
    const char *at;
    size_t bytes;
};

struct cursor {
    const char *at, *end;
};

/* The samples of one list, row by row. */
struct rows {
    struct piece keys[KEYS_MAX];
    size_t width;
    int64_t *values;
    size_t count, capacity; /* of values */
};

static void space_skip(struct cursor *cursor)
{
    while (cursor->at < cursor->end && memchr(" \t\r\n", *cursor->at, 4) != NULL)
        cursor->at++;
}

/* Passes space and then `mark`, if that comes next. */
static bool mark_pass(struct cursor *cursor, char mark)
{
    space_skip(cursor);
    if (cursor->at == cursor->end || *cursor->at != mark)
        return false;
    cursor->at++;
    return true;
}

/* Passes the string that begins here. False: it does not end. */
static bool string_pass(struct cursor *cursor, struct piece *piece)
{
    piece->at = cursor->at++;
    for (; cursor->at < cursor->end; cursor->at++) {
        if (*cursor->at == '\\' && cursor->at + 1 < cursor->end)
            cursor->at++;
        else if (*cursor->at == '"') {
            piece->bytes = (size_t)(++cursor->at - piece->at);
            return true;
        }
    }
    return false;
}

static bool piece_is(const struct piece *piece, const struct piece *other)
{
    return piece->bytes == other->bytes && memcmp(piece->at, other->at, piece->bytes) == 0;
}

/* Passes a key and the colon. False also for a key with escapes. */
static bool key_pass(struct cursor *cursor, struct piece *key)
{
    space_skip(cursor);
    if (cursor->at == cursor->end || *cursor->at != '"' || !string_pass(cursor, key))
        return false;
    for (size_t i = 1; i + 1 < key->bytes; i++)
        if (key->at[i] < ' ' || key->at[i] > '~' || key->at[i] == '\\')
            return false;
    return mark_pass(cursor, ':');
}

/* Passes a whole number; false for a fraction or exponent. */
static bool number_pass(struct cursor *cursor, int64_t *value)
{
    space_skip(cursor);
    bool negative = cursor->at < cursor->end && *cursor->at == '-';
    cursor->at += negative;
    const char *first = cursor->at;
    *value = 0;
    while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9' &&
           cursor->at - first <= DIGITS_MAX)
        *value = 10 * *value + (*cursor->at++ - '0');
    size_t digits = (size_t)(cursor->at - first);
    if (digits == 0 || digits > DIGITS_MAX || (*first == '0' && digits > 1))
        return false;
    *value = negative ? -*value : *value;
    return cursor->at < cursor->end && memchr(".eE", *cursor->at, 3) == NULL;
}

static void value_add(struct rows *rows, int64_t value)
{
    rows->values = growable(rows->values, &rows->capacity, rows->count + 1, sizeof *rows->values);
    rows->values[rows->count++] = value;
}

/* Passes one object. All must have the keys of the first, in its order. */
static bool row_pass(struct cursor *cursor, struct rows *rows)
{
    bool first = rows->width == 0;
    size_t column = 0;
    struct piece key;
    int64_t value;
    if (!mark_pass(cursor, '{'))
        return false;
    do {
        if (column == (first ? KEYS_MAX : rows->width) || !key_pass(cursor, &key) ||
            !number_pass(cursor, &value))
            return false;
        if (first)
            rows->keys[column] = key;
        else if (!piece_is(&key, &rows->keys[column]))
            return false;
        value_add(rows, value);
        column++;
    } while (mark_pass(cursor, ','));
    if (first)
        rows->width = column;
    return column == rows->width && mark_pass(cursor, '}');
}

static bool list_pass(struct cursor *cursor, struct rows *rows)
{
    if (!mark_pass(cursor, '['))
        return false;
    do {
        if (!row_pass(cursor, rows))
            return false;
    } while (mark_pass(cursor, ','));
    return mark_pass(cursor, ']');
}

static void column_print(const struct rows *rows, size_t column, FILE *out)
{
    int64_t before = 0;
    for (size_t i = column; i < rows->count; i += rows->width) {
        fprintf(out, i == column ? "%" PRId64 : ",%" PRId64, rows->values[i] - before);
        before = rows->values[i];
    }
}

static struct columns_text block_make(const struct rows *rows)
{
    struct columns_text block;
    FILE *out = xmemstream(&block.text, &block.bytes);
    for (size_t i = 0; i < rows->width; i++)
        fprintf(out, "%s%.*s", i == 0 ? "{\"keys\":[" : ",", (int)rows->keys[i].bytes,
                rows->keys[i].at);
    for (size_t i = 0; i < rows->width; i++) {
        fputs(i == 0 ? "],\"deltas\":[[" : "],[", out);
        column_print(rows, i, out);
    }
    fputs("]]}", out);
    fclose(out);
    return block;
}

/* The list with its last row only. */
static void last_print(const struct rows *rows, FILE *out)
{
    const int64_t *last = rows->values + rows->count - rows->width;
    for (size_t i = 0; i < rows->width; i++)
        fprintf(out, "%s%.*s:%" PRId64, i == 0 ? ":[{" : ",", (int)rows->keys[i].bytes,
                rows->keys[i].at, last[i]);
    fputs("}]", out);
}

/* Passes the list after a key "samples", adds its block and prints what takes its place. Otherwise
 * the list has another shape, and the cursor stays. */
static void samples_cut(struct cursor *cursor, struct columns *columns, FILE *rest, FILE *brief)
{
    struct cursor ahead = *cursor;
    struct rows rows = {.width = 0};
    bool cut = mark_pass(&ahead, ':') && list_pass(&ahead, &rows);
    if (cut) {
        columns->blocks =
            xreallocarray(columns->blocks, columns->count + 1, sizeof *columns->blocks);
        fprintf(rest, ":{\"columns\":%zu}", columns->count);
        last_print(&rows, brief);
        columns->blocks[columns->count++] = block_make(&rows);
        *cursor = ahead;
    }
    free(rows.values);
}

struct columns columns_cut(const char *text, size_t bytes)
{
    static const struct piece samples = {"\"samples\"", sizeof "\"samples\"" - 1};
    struct columns columns = {.count = 0};
    struct cursor cursor = {text, text + bytes};
    FILE *rest = xmemstream(&columns.rest.text, &columns.rest.bytes);
    FILE *brief = xmemstream(&columns.brief.text, &columns.brief.bytes);
    while (cursor.at < cursor.end) {
        const char *quote = memchr(cursor.at, '"', (size_t)(cursor.end - cursor.at));
        const char *until = quote != NULL ? quote : cursor.end;
        fwrite(cursor.at, 1, (size_t)(until - cursor.at), rest);
        fwrite(cursor.at, 1, (size_t)(until - cursor.at), brief);
        cursor.at = until;
        struct piece string = {.bytes = 0};
        if (quote == NULL)
            break;
        if (!string_pass(&cursor, &string))
            string.bytes = (size_t)(cursor.end - string.at);
        fwrite(string.at, 1, string.bytes, rest);
        fwrite(string.at, 1, string.bytes, brief);
        if (piece_is(&string, &samples))
            samples_cut(&cursor, &columns, rest, brief);
    }
    fclose(rest);
    fclose(brief);
    return columns;
}

void columns_free(struct columns *columns)
{
    for (size_t i = 0; i < columns->count; i++)
        free(columns->blocks[i].text);
    free(columns->blocks);
    free(columns->rest.text);
    free(columns->brief.text);
}
