/* format_log.c - access logs of nginx, Apache and others: the common and the combined log format.
 *
 * Requests that a cache could answer count: GET with status 2xx or 304. The key is the request
 * target up to a "?", or, with --format access-log:REGEX, what the expression's first group matches
 * in the target; targets that do not match are skipped. A 304 has no size.
 */
#include "reader.h"

#include "xmalloc.h"

#include <regex.h>
#include <stdlib.h>

#define FORM          "an access log's line"
#define GROUPS        2 /* the whole match, and the first group */
#define TARGET_BYTES  16384
#define NOT_MODIFIED  304
#define DAYS_PER_ERA  INT64_C(146097) /* 400 years */
#define DAYS_TO_EPOCH INT64_C(719468) /* from March 1st of year 0 */
#define S_PER_DAY     INT64_C(86400)
#define YEAR_MAX      9999
#define REASON_BYTES  128

struct log {
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

/* Takes the text up to the character `c`, and moves past it. False: there is none. */
static bool take_until(const char **at, const char *end, char c, struct field *text)
{
    const char *stop = *at < end ? memchr(*at, c, (size_t)(end - *at)) : NULL;
    if (stop == NULL)
        return false;
    *text = (struct field){*at, stop};
    *at = stop + 1;
    return true;
}

/* Takes a text in quotes; \" does not end it. False: there is none. */
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

static const char *const months[] = {"Mar", "Apr", "May", "Jun", "Jul", "Aug",
                                     "Sep", "Oct", "Nov", "Dec", "Jan", "Feb"};

#define MONTHS ((int)(sizeof months / sizeof months[0]))

/* The months since March; -1: it is no month. */
static int month_find(struct field text)
{
    for (int i = 0; i < MONTHS; i++) {
        if (field_is(text, months[i]))
            return i;
    }
    return -1;
}

/* Days since 1970. Years begin in March here, so that a leap day is the last day of its year. */
static int64_t days_since_epoch(int64_t year, int64_t month, int64_t day)
{
    int64_t began = year - (month >= 10), era = began / 400, of_era = began % 400;
    int64_t of_year = (153 * month + 2) / 5 + day - 1;
    return era * DAYS_PER_ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - DAYS_TO_EPOCH;
}

/* Takes a number of exactly `digits` digits, at most `largest`, and the character `behind` after it
 * (0: none). */
static bool take_digits(const char **at, const char *end, int digits, int64_t largest, char behind,
                        int64_t *value)
{
    const char *first = *at;
    uint64_t number;
    if (field_number(at, end, &number) != 0 || *at - first != digits || number > (uint64_t)largest)
        return false;
    *value = (int64_t)number;
    return behind == '\0' || skip(at, end, behind);
}

/* Takes a time zone such as "-0730" at the end of the text. */
static bool take_zone(const char **at, const char *end, int64_t *zone_s)
{
    int64_t number;
    bool west = *at < end && **at == '-';
    if (!west && !(*at < end && **at == '+'))
        return false;
    (*at)++;
    if (!take_digits(at, end, 4, 2359, '\0', &number))
        return false;
    *zone_s = (number / 100 * 60 + number % 100) * 60 * (west ? -1 : 1);
    return *at == end;
}

/* "10/Oct/2000:13:55:36 -0700" */
static bool parse_time(struct field text, uint64_t *seconds)
{
    const char *at = text.at, *end = text.end;
    int64_t day, year, hour, minute, second, zone_s;
    struct field month_name;
    if (!take_digits(&at, end, 2, 31, '/', &day) || !take_until(&at, end, '/', &month_name) ||
        !take_digits(&at, end, 4, YEAR_MAX, ':', &year) ||
        !take_digits(&at, end, 2, 23, ':', &hour) || !take_digits(&at, end, 2, 59, ':', &minute) ||
        !take_digits(&at, end, 2, 60, ' ', &second) || !take_zone(&at, end, &zone_s))
        return false;
    int month = month_find(month_name);
    int64_t unix_s = days_since_epoch(year, month, day) * S_PER_DAY + hour * 3600 + minute * 60 +
                     second - zone_s;
    *seconds = (uint64_t)unix_s;
    return month >= 0 && day > 0 && year > 0 && unix_s >= 0;
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
    uint64_t seconds;
    if (!split(line, &entry))
        return reader_expected(reader, FORM, line);
    if (!parse_time(entry.time, &seconds))
        return reader_expected(reader, "a time like 10/Oct/2000:13:55:36 -0700", entry.time);
    bool modified = entry.status != NOT_MODIFIED;
    if (!field_is(entry.method, "GET") || (modified && entry.status / 100 != 2) ||
        !find_key(reader, &entry.target))
        return 0;
    uint64_t bytes = modified ? entry.bytes : 1;
    *request = (struct trace_request){
        .id = reader_key(entry.target),
        .time_ns = reader_time(reader, seconds, 0),
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
    (void)complete;
    struct entry entry;
    uint64_t seconds;
    const char *end = memchr(bytes, '\n', count);
    struct field line = {bytes, end != NULL ? end : bytes + count};
    return split(line, &entry) && parse_time(entry.time, &seconds);
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
