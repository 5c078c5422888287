/* json_scan.c - a scanner for JSON (RFC 8259) that calls back for each value of an object. */
#include "json_scan.h"

#define DEPTH_MAX 32

struct scan {
    const char *at, *end;
    char path[JSON_PATH_BYTES];
    size_t length;
    int depth;
    void (*take)(void *context, const struct json_value *);
    void *context;
};

static bool scan_value(struct scan *scan, bool told);

static void skip_space(struct scan *scan)
{
    while (scan->at < scan->end && (field_is_blank(*scan->at) || *scan->at == '\r'))
        scan->at++;
}

/* The next character that is no blank; '\0' at the end. */
static char peek(struct scan *scan)
{
    skip_space(scan);
    return scan->at < scan->end ? *scan->at : '\0';
}

static bool accept(struct scan *scan, char c)
{
    if (peek(scan) != c)
        return false;
    scan->at++;
    return true;
}

static bool scan_string(struct scan *scan, struct field *text)
{
    if (!accept(scan, '"'))
        return false;
    const char *at = scan->at;
    while (at < scan->end && *at != '"')
        at += *at == '\\' && at + 1 < scan->end ? 2 : 1;
    if (at >= scan->end)
        return false;
    *text = (struct field){scan->at, at};
    scan->at = at + 1;
    return true;
}

static bool ends_word(char c)
{
    return c == ',' || c == '}' || c == ']' || c == ':' || (unsigned char)c <= ' ';
}

/* A number, or one of the words true, false and null. */
static bool scan_word(struct scan *scan, struct field *text, enum json_kind *kind)
{
    const char *first = scan->at;
    *kind =
        *first == '-' || (unsigned char)(*first - '0') < 10 ? JSON_SCAN_NUMBER : JSON_SCAN_OTHER;
    while (scan->at < scan->end && !ends_word(*scan->at))
        scan->at++;
    *text = (struct field){first, scan->at};
    return *kind == JSON_SCAN_NUMBER || field_is(*text, "true") || field_is(*text, "false") ||
           field_is(*text, "null");
}

/* Appends ".KEY" to the path; returns its length before. */
static size_t path_push(struct scan *scan, struct field key)
{
    size_t before = scan->length, bytes = (size_t)(key.end - key.at);
    size_t room = JSON_PATH_BYTES - before - (before > 0);
    if (before == JSON_PATH_BYTES)
        return before;
    if (before > 0)
        scan->path[scan->length++] = '.';
    memcpy(scan->path + scan->length, key.at, bytes < room ? bytes : room);
    scan->length += bytes < room ? bytes : room;
    return before;
}

static bool scan_object(struct scan *scan, bool told)
{
    struct field key;
    scan->at++;
    if (accept(scan, '}'))
        return true;
    do {
        if (!scan_string(scan, &key) || !accept(scan, ':'))
            return false;
        size_t before = told ? path_push(scan, key) : 0;
        if (!scan_value(scan, told))
            return false;
        if (told)
            scan->length = before;
    } while (accept(scan, ','));
    return accept(scan, '}');
}

static bool scan_array(struct scan *scan)
{
    scan->at++;
    if (accept(scan, ']'))
        return true;
    do {
        if (!scan_value(scan, false))
            return false;
    } while (accept(scan, ','));
    return accept(scan, ']');
}

static bool scan_nested(struct scan *scan, char c, bool told)
{
    if (scan->depth == DEPTH_MAX)
        return false;
    scan->depth++;
    bool good = c == '{' ? scan_object(scan, told) : scan_array(scan);
    scan->depth--;
    return good;
}

/* told: the values are passed on. */
static bool scan_value(struct scan *scan, bool told)
{
    struct json_value value = {.kind = JSON_SCAN_TEXT};
    char c = peek(scan);
    if (c == '{' || c == '[')
        return scan_nested(scan, c, told && c == '{');
    if (c == '\0' ||
        !(c == '"' ? scan_string(scan, &value.text) : scan_word(scan, &value.text, &value.kind)))
        return false;
    value.path = (struct field){scan->path, scan->path + scan->length};
    if (told)
        scan->take(scan->context, &value);
    return true;
}

const char *json_scan(struct field line, void (*take)(void *context, const struct json_value *),
                      void *context)
{
    struct scan scan = {.at = line.at, .end = line.end, .take = take, .context = context};
    if (peek(&scan) != '{' || !scan_nested(&scan, '{', true) || peek(&scan) != '\0')
        return scan.at;
    return scan.at < scan.end ? scan.at : NULL;
}
