/* format_log.c - access logs of nginx, Apache and others: the common and the combined log format.
 *
 * Requests that a cache could answer count: GET with status 2xx or 304. The key is the request
 * target up to a "?", or, with --format access-log:REGEX, what the expression's first group matches
 * in the target; targets that do not match are skipped. A 304 has no size.
 */
#include "reader.h"

#include <regex.h>
#include <time.h>

#define FORM         "an access log's line"
#define GROUPS       2 /* the whole match, and the first group */
#define TARGET_BYTES 16384
#define NOT_MODIFIED 304
#define TIME_EXAMPLE "10/Oct/2000:13:55:36 -0700"
#define TIME_CHARS   (sizeof TIME_EXAMPLE - 1)
#define TIME_FORM    "%d/%b/%Y:%H:%M:%S %z"
#define REASON_BYTES 128

struct log {
    char time[TIME_CHARS]; /* the last one parsed: neighbouring lines often have the same */
    uint64_t seconds;
    bool has_pattern; /* false: the path is the key */
    regex_t pattern;
};

/* The parts of a line that matter. */
struct entry {
    struct field time, method, target;
    uint64_t status, bytes;
};

static bool field_is(struct field text, const char *word)
{
    return (size_t)(text.end - text.at) == strlen(word) && memcmp(text.at, word, strlen(word)) == 0;
}

/* Moves past the character `c`. False: there is another one. */
static bool skip(const char **at, const char *end, char c)
{
    return *at < end && *(*at)++ == c;
}

/* Takes the text up to the character `c`, and moves past it. False if there is none. */
static bool take_until(const char **at, const char *end, char c, struct field *text)
{
    const char *stop = *at < end ? memchr(*at, c, (size_t)(end - *at)) : NULL;
    if (stop == NULL)
        return false;
    *text = (struct field){*at, stop};
    *at = stop + 1;
    return true;
}

/* Takes a text in quotes; \" does not end it. False if there is none. */
static bool take_quoted(const char **at, const char *end, struct field *text)
{
    if (!skip(at, end, '"'))
        return false;
    text->at = *at;
    while (*at < end && **at != '"')
        *at += **at == '\\' && *at + 1 < end ? 2 : 1;
    text->end = *at;
    return skip(at, end, '"');
}

/* Splits "GET /users/1 HTTP/1.1"; the method is empty if the text is no such line. */
static void split_request(struct field request, struct entry *entry)
{
    const char *at = request.at;
    entry->method = entry->target = (struct field){at, at};
    struct field method;
    if (!take_until(&at, request.end, ' ', &method) || at == request.end)
        return;
    entry->method = method;
    if (!take_until(&at, request.end, ' ', &entry->target))
        entry->target = (struct field){at, request.end};
}

/* Splits: host ident user [time] "request" status bytes; what follows is ignored. */
static bool split(struct field line, struct entry *entry)
{
    const char *at = line.at, *end = line.end;
    struct field before, request;
    do {
        if (!take_until(&at, end, '[', &before))
            return false;
    } while (before.end == before.at || before.end[-1] != ' ');
    if (!take_until(&at, end, ']', &entry->time) || !skip(&at, end, ' ') ||
        !take_quoted(&at, end, &request) || !skip(&at, end, ' ') ||
        field_number(&at, end, &entry->status) != 0 || !skip(&at, end, ' '))
        return false;
    split_request(request, entry);
    entry->bytes = 0;
    return at < end && (*at == '-' || field_number(&at, end, &entry->bytes) == 0);
}

/* Sets log->seconds from a time such as TIME_EXAMPLE. False if it is not a
 * time, or one before 1970. */
static bool parse_time(struct log *log, struct field text)
{
    char copy[TIME_CHARS + 1] = "";
    struct tm tm = {0};
    if (text.end - text.at != TIME_CHARS)
        return false;
    if (log->time[0] != '\0' && memcmp(text.at, log->time, TIME_CHARS) == 0)
        return true;
    memcpy(copy, text.at, TIME_CHARS);
    const char *end = strptime(copy, TIME_FORM, &tm);
    int64_t zone_s = tm.tm_gmtoff, unix_s = timegm(&tm) - zone_s;
    if (end == NULL || *end != '\0' || unix_s < 0)
        return false;
    memcpy(log->time, copy, TIME_CHARS);
    log->seconds = (uint64_t)unix_s;
    return true;
}

/* Narrows the target to the key. False: it does not match, or is longer than servers accept. */
static bool find_key(const struct reader *reader, struct field *target)
{
    const struct log *log = reader->state;
    if (!log->has_pattern) {
        const char *query = memchr(target->at, '?', (size_t)(target->end - target->at));
        target->end = query != NULL ? query : target->end;
        return target->at < target->end;
    }
    char text[TARGET_BYTES];
    regmatch_t groups[GROUPS];
    size_t length = (size_t)(target->end - target->at);
    if (length >= sizeof text)
        return false;
    memcpy(text, target->at, length);
    text[length] = '\0';
    if (regexec(&log->pattern, text, GROUPS, groups, 0) != 0)
        return false;
    const regmatch_t *found = groups[1].rm_so >= 0 ? &groups[1] : &groups[0];
    *target = (struct field){target->at + found->rm_so, target->at + found->rm_eo};
    return target->at < target->end;
}

static int parse(struct reader *reader, struct field line, struct trace_request *request)
{
    struct entry entry;
    struct log *log = reader->state;
    if (!split(line, &entry))
        return reader_expected(reader, FORM, line);
    if (!parse_time(log, entry.time))
        return reader_expected(reader, "a time like " TIME_EXAMPLE, entry.time);
    bool modified = entry.status != NOT_MODIFIED;
    if (!field_is(entry.method, "GET") || (modified && entry.status / 100 != 2) ||
        !find_key(reader, &entry.target))
        return 0;
    uint64_t bytes = modified ? entry.bytes : 1;
    *request = (struct trace_request){
        .id = reader_key(entry.target),
        .time_ns = reader_time(reader, log->seconds, 0),
        .bytes = bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX,
    };
    return 1;
}

static int start(struct reader *reader, const char *options)
{
    struct log *log = reader->state;
    char reason[REASON_BYTES];
    int wrong = options == NULL ? 0 : regcomp(&log->pattern, options, REG_EXTENDED);
    log->has_pattern = options != NULL && wrong == 0;
    if (wrong == 0)
        return 0;
    regerror(wrong, &log->pattern, reason, sizeof reason);
    return error_set(reader->source.error, "--format access-log:%s: %s", options, reason);
}

static void stop(struct reader *reader)
{
    struct log *log = reader->state;
    if (log->has_pattern)
        regfree(&log->pattern);
}

static bool detect(const char *bytes, size_t count, bool complete)
{
    struct entry entry;
    struct log log = {0};
    return split(field_first_line(bytes, count), &entry) && parse_time(&log, entry.time);
}

const struct format format_log = {
    .name = "access-log",
    .summary = "common and combined log of nginx, Apache, ...: GET with 2xx or 304, by path",
    .options = "access-log:REGEX: by what the first group matches in the path and query",
    .state_bytes = sizeof(struct log),
    .detect = detect,
    .start = start,
    .stop = stop,
    .parse = parse,
};
