/* log_entry.c - which lines of an access log are requests, and for what. */
#include "log_entry.h"

#include "xmalloc.h"

#include <stdlib.h>

#define GROUPS       2     /* of an expression: the whole match, and the first group */
#define TARGET_BYTES 16384 /* longer ones do not match an expression: servers refuse them, too */
#define NOT_MODIFIED 304
#define REASON_BYTES 128
#define METHOD       "GET"

int log_start(struct reader *reader, const char *expression)
{
    struct log *log = reader->state;
    char reason[REASON_BYTES];
    int wrong = expression == NULL ? 0 : regcomp(&log->pattern, expression, REG_EXTENDED);
    log->has_pattern = expression != NULL && wrong == 0;
    if (wrong == 0)
        return 0;
    regerror(wrong, &log->pattern, reason, sizeof reason);
    return error_set(reader->source.error, "--format %s:%s: %s", reader->format->name, expression,
                     reason);
}

void log_stop(struct reader *reader)
{
    struct log *log = reader->state;
    if (log->has_pattern)
        regfree(&log->pattern);
    free(log->key);
}

void log_split_request(struct field request, struct log_entry *entry)
{
    const char *at = request.at;
    struct field method;
    entry->method = entry->target = (struct field){at, at};
    if (!log_take_until(&at, request.end, ' ', &method) || at == request.end)
        return;
    entry->method = method;
    if (!log_take_until(&at, request.end, ' ', &entry->target))
        entry->target = (struct field){at, request.end};
}

bool log_detect(const char *bytes, size_t count, bool complete, bool (*is_entry)(struct field line))
{
    const char *end = bytes + count;
    size_t lines = 0, entries = 0;
    while (bytes < end) {
        struct field line = field_first_line(bytes, (size_t)(end - bytes));
        bool whole = line.end < end || complete || lines == 0;
        bytes = line.end < end ? line.end + 1 : end;
        while (line.end > line.at && (line.end[-1] == '\r' || line.end[-1] == ' '))
            line.end--;
        if (!whole || line.at == line.end || *line.at == '#')
            continue;
        lines++;
        entries += is_entry(line);
    }
    return entries * 2 > lines;
}

static bool is_empty(struct field text)
{
    return text.at == text.end;
}

static size_t length_of(struct field text)
{
    return (size_t)(text.end - text.at);
}

/* Narrows the target to what the expression matches. False: it does not match. */
static bool match(const struct log *log, struct field *target)
{
    char text[TARGET_BYTES];
    regmatch_t groups[GROUPS];
    size_t length = length_of(*target);
    if (length >= sizeof text)
        return false;
    memcpy(text, target->at, length);
    text[length] = '\0';
    if (regexec(&log->pattern, text, GROUPS, groups, 0) != 0)
        return false;
    const regmatch_t *found = groups[1].rm_so >= 0 ? &groups[1] : &groups[0];
    *target = (struct field){target->at + found->rm_so, target->at + found->rm_eo};
    return !is_empty(*target);
}

static void key_add(struct log *log, size_t *length, struct field part)
{
    size_t bytes = length_of(part);
    if (bytes == 0)
        return;
    log->key = growable(log->key, &log->key_capacity, *length + bytes + 1, 1);
    memcpy(log->key + *length, part.at, bytes);
    *length += bytes;
}

/* The host without a port, path and query in one text. */
static struct field join(struct log *log, struct field host, struct field target,
                         struct field query)
{
    static const char mark[] = "?";
    size_t length = 0;
    const char *colon = is_empty(host) ? NULL : memrchr(host.at, ':', length_of(host));
    if (colon != NULL && strspn(colon + 1, "0123456789") >= (size_t)(host.end - colon - 1))
        host.end = colon;
    key_add(log, &length, host);
    key_add(log, &length, target);
    if (!is_empty(query)) {
        key_add(log, &length, (struct field){mark, mark + 1});
        key_add(log, &length, query);
    }
    return (struct field){log->key, log->key + length};
}

/* False: the target does not match the expression. */
static bool find_key(const struct reader *reader, const struct log_entry *entry, struct field *key)
{
    struct log *log = reader->state;
    struct field host = entry->host, query = entry->query;
    *key = entry->target;
    if (reader->ignore_query) {
        const char *mark = memchr(key->at, '?', length_of(*key));
        key->end = mark != NULL ? mark : key->end;
        query.end = query.at;
    }
    if (log->has_pattern)
        host.end = host.at;
    if (!is_empty(host) || !is_empty(query))
        *key = join(log, host, *key, query);
    return !log->has_pattern || match(log, key);
}

/* The last time that was parsed is kept: logs have many requests in a second. */
static int parse_time(struct log *log, const struct log_entry *entry)
{
    size_t length = length_of(entry->time);
    if (!is_empty(entry->date))
        return log_time_join(entry->date, entry->time, &log->last);
    if (length == log->last_length && memcmp(entry->time.at, log->last_text, length) == 0)
        return 0;
    log->last_length = 0;
    if (log_time_parse(entry->time, &log->last) != 0)
        return -1;
    if (length <= sizeof log->last_text) {
        memcpy(log->last_text, entry->time.at, length);
        log->last_length = length;
    }
    return 0;
}

static bool is_method(struct field method)
{
    return length_of(method) == sizeof METHOD - 1 &&
           memcmp(method.at, METHOD, sizeof METHOD - 1) == 0;
}

int log_request(struct reader *reader, const struct log_entry *entry, struct trace_request *request)
{
    struct log *log = reader->state;
    struct field key;
    bool timed = !is_empty(entry->time);
    if (timed && parse_time(log, entry) != 0)
        return reader_expected(reader, "a time such as " LOG_TIME_EXAMPLES, entry->time);
    if (entry->method.at != NULL && !is_method(entry->method))
        return reader_skip(reader, "not GET");
    if (entry->has_status && entry->status != NOT_MODIFIED && entry->status / 100 != 2)
        return reader_skip(reader, "neither 2xx nor 304");
    if (is_empty(entry->target))
        return reader_skip(reader, "without a URL");
    if (!find_key(reader, entry, &key))
        return reader_skip(reader, "with other paths");
    bool sized = entry->has_bytes && !(entry->has_status && entry->status == NOT_MODIFIED);
    *request = (struct trace_request){
        .id = reader_key(key),
        .time_ns =
            timed ? reader_time(reader, log->last.seconds, log->last.ns) : reader->clock.last_ns,
        .bytes = sized ? trace_bytes(entry->bytes) : TRACE_BYTES_UNKNOWN,
    };
    return 1;
}
