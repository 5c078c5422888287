/* format_log.c - access logs of nginx, Apache and others: the common and the combined log format.
 *
 * Only what a cache could answer counts: GET with a status of 2xx or 304. The key is the target up
 * to a "?", or what a regular expression's first group finds in it; targets in which it finds
 * nothing are passed over. A 304 tells no size.
 */
#include "line_fields.h"
#include "reader.h"

#include <regex.h>
#include <stdlib.h>

#define FORM          "an access log's line"
#define GROUPS        2 /* the whole match, and the first group */
#define TARGET_BYTES  16384
#define NOT_MODIFIED  304
#define DAYS_PER_ERA  INT64_C(146097) /* 400 years */
#define DAYS_TO_EPOCH INT64_C(719468) /* from the 1st of March of year 0 */
#define S_PER_DAY     INT64_C(86400)
#define YEAR_MAX      9999

/* What of a line matters. */
struct entry {
    struct line time, method, target;
    uint64_t status, bytes;
};

static bool line_is(struct line text, const char *word)
{
    return (size_t)(text.end - text.at) == strlen(word) && memcmp(text.at, word, strlen(word)) == 0;
}

/* Moves past the character, which must be there. */
static bool skip(const char **at, const char *end, char c)
{
    return *at < end && *(*at)++ == c;
}

/* Up to the character, and past it. */
static bool take_until(const char **at, const char *end, char c, struct line *text)
{
    const char *stop = *at < end ? memchr(*at, c, (size_t)(end - *at)) : NULL;
    if (stop == NULL)
        return false;
    *text = (struct line){*at, stop};
    *at = stop + 1;
    return true;
}

/* Past a quoted text, in which a backslash takes a quote's meaning away. */
static bool take_quoted(const char **at, const char *end, struct line *text)
{
    if (!skip(at, end, '"'))
        return false;
    text->at = *at;
    while (*at < end && **at != '"')
        *at += **at == '\\' && *at + 1 < end ? 2 : 1;
    text->end = *at;
    return skip(at, end, '"');
}

/* "GET /users/1 HTTP/1.1": what is none leaves an empty method, which no request has. */
static void split_request(struct line request, struct entry *entry)
{
    const char *at = request.at;
    entry->method = entry->target = (struct line){at, at};
    struct line method;
    if (!take_until(&at, request.end, ' ', &method) || at == request.end)
        return;
    entry->method = method;
    if (!take_until(&at, request.end, ' ', &entry->target))
        entry->target = (struct line){at, request.end};
}

/* host ident user [time] "request" status bytes, and whatever follows. */
static bool split(struct line line, struct entry *entry)
{
    const char *at = line.at, *end = line.end;
    struct line before, request;
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

/* Time. */

static const char *const months[] = {"Mar", "Apr", "May", "Jun", "Jul", "Aug",
                                     "Sep", "Oct", "Nov", "Dec", "Jan", "Feb"};

#define MONTHS ((int)(sizeof months / sizeof months[0]))

/* Which month, from March on; -1: none. */
static int month_find(struct line text)
{
    for (int i = 0; i < MONTHS; i++) {
        if (line_is(text, months[i]))
            return i;
    }
    return -1;
}

/* Days since 1970. A year begins in March, so that the leap day is its last. */
static int64_t days_since_epoch(int64_t year, int64_t month, int64_t day)
{
    int64_t began = year - (month >= 10), era = began / 400, of_era = began % 400;
    int64_t of_year = (153 * month + 2) / 5 + day - 1;
    return era * DAYS_PER_ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - DAYS_TO_EPOCH;
}

/* Digits, of which there must be so many, up to a largest number, and the character behind them. */
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

/* "-0730", in seconds. */
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
static bool parse_time(struct line text, uint64_t *seconds)
{
    const char *at = text.at, *end = text.end;
    int64_t day, year, hour, minute, second, zone_s;
    struct line month_name;
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

/* The key. */

/* False: the request is not one of those asked for, or longer than servers take it. */
static bool find_key(const struct reader *reader, struct line *target)
{
    if (reader->log.pattern == NULL) {
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
    if (regexec(reader->log.pattern, text, GROUPS, groups, 0) != 0)
        return false;
    const regmatch_t *found = groups[1].rm_so >= 0 ? &groups[1] : &groups[0];
    *target = (struct line){target->at + found->rm_so, target->at + found->rm_eo};
    return target->at < target->end;
}

static int parse(struct reader *reader, struct line line, struct trace_request *request)
{
    struct entry entry;
    uint64_t seconds;
    if (!split(line, &entry))
        return reader_expected(reader, FORM, line.at, line.end);
    if (!parse_time(entry.time, &seconds))
        return reader_expected(reader, "a time like 10/Oct/2000:13:55:36 -0700", entry.time.at,
                               entry.time.end);
    bool modified = entry.status != NOT_MODIFIED;
    if (!line_is(entry.method, "GET") || (modified && entry.status / 100 != 2) ||
        !find_key(reader, &entry.target))
        return 0;
    uint64_t bytes = modified ? entry.bytes : 1;
    *request = (struct trace_request){
        .id = reader_key(entry.target.at, entry.target.end),
        .time_ns = reader_time(reader, seconds, 0),
        .bytes = bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX,
    };
    return 1;
}

static size_t read_log(struct reader *reader, struct trace_request *requests, size_t count)
{
    return reader_read_lines(reader, requests, count, parse);
}

static int start(struct reader *reader, const char *options)
{
    struct error reason;
    if (options == NULL)
        return 0;
    reader->log.pattern = calloc(1, sizeof *reader->log.pattern);
    if (reader->log.pattern == NULL)
        return reader_refuse(reader, "out of memory");
    int wrong = regcomp(reader->log.pattern, options, REG_EXTENDED);
    if (wrong == 0)
        return 0;
    regerror(wrong, reader->log.pattern, reason.text, sizeof reason.text);
    free(reader->log.pattern);
    reader->log.pattern = NULL;
    return error_set(reader->source.error, "--format access-log:%.80s: %s", options, reason.text);
}

static bool is_meant(const char *bytes, size_t count, bool whole)
{
    (void)whole;
    struct entry entry;
    uint64_t seconds;
    const char *end = memchr(bytes, '\n', count);
    struct line line = {bytes, end != NULL ? end : bytes + count};
    return split(line, &entry) && parse_time(entry.time, &seconds);
}

const struct format format_log = {
    .name = "access-log",
    .summary = "nginx's and Apache's common and combined log: GET with 2xx or 304, by path; or\n"
               "             access-log:REGEX, by what its first group finds in the target",
    .is_meant = is_meant,
    .start = start,
    .read = read_log,
};
