/* log_entry.h - one line of an access log, in whatever form it came, and the request that it means.
 *
 * Requests that a cache could answer count: GET with status 2xx or 304, as far as the log tells
 * methods and status. The id is the host, if the log has it, the path and the query string, which
 * --ignore-query leaves out; or, with a regular expression, what its first group matches in the
 * path and query. A 304 has no size: it is unknown.
 */
#pragma once

#include "log_time.h"
#include "reader.h"

#include <regex.h>

/* An empty field is unknown. */
struct log_entry {
    struct field method, host, target, query; /* the query apart, or within the target */
    struct field time;                        /* a whole time, or that of the day with a date */
    struct field date;
    uint64_t status, bytes;
    bool has_status, has_bytes;
};

/* What the formats of logs share; the first member of their states. */
struct log {
    regex_t pattern;
    bool has_pattern;
    char *key; /* a buffer for ids that are made of several parts */
    size_t key_capacity;
    char last_text[32]; /* the last time that was parsed: neighbouring lines often have the same */
    size_t last_length;
    struct log_time last;
};

/* expression: NULL, or a regular expression for the id. As `start` of a format. */
int log_start(struct reader *reader, const char *expression);
void log_stop(struct reader *reader);
/* The request, or what is wrong with the entry; as `parse` of a format. */
int log_request(struct reader *reader, const struct log_entry *entry,
                struct trace_request *request);
/* Splits "GET /users/1 HTTP/1.1" into method and target; both are empty if it is no such line. */
void log_split_request(struct field request, struct log_entry *entry);
/* True: most of the lines that these bytes have as a whole are entries. */
bool log_detect(const char *bytes, size_t count, bool complete,
                bool (*is_entry)(struct field line));

/* Takes the text up to the character `c`, and moves past it. False, at *at: there is none. */
static inline bool log_take_until(const char **at, const char *end, char c, struct field *text)
{
    const char *stop = *at < end ? memchr(*at, c, (size_t)(end - *at)) : NULL;
    if (stop == NULL)
        return false;
    *text = (struct field){*at, stop};
    *at = stop + 1;
    return true;
}

/* The end of a text in double quotes that begins at `at`: \" does not end it. NULL: there is none.
 */
static inline const char *log_quote_end(const char *at, const char *end)
{
    for (const char *quote; (quote = memchr(at, '"', (size_t)(end - at))) != NULL; at = quote + 1) {
        const char *slash = quote;
        while (slash > at && slash[-1] == '\\')
            slash--;
        if ((quote - slash) % 2 == 0)
            return quote;
    }
    return NULL;
}
