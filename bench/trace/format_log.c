/* format_log.c - access logs of nginx, Apache, Traefik and others: the common log format, what
 * follows it ignored, and what may precede it.
 *
 * "HOST IDENT USER [TIME] "REQUEST" STATUS BYTES": what comes before the time may have any number
 * of words, and brackets, as that of ingress-nginx has. If its third word is "-" and its second is
 * not, the first is a virtual host, as in Apache's vhost_combined.
 */
#include "log_entry.h"

#define NO_BYTES '-' /* in place of a size: nothing was sent */

/* What is wrong with a line. */
struct flaw {
    const char *expected;
    struct field found;
};

/* The virtual host, if the words before the time say one; else it is empty. */
static struct field find_host(struct field before)
{
    const char *at = before.at;
    struct field first, second, third;
    if (log_take_until(&at, before.end, ' ', &first) &&
        log_take_until(&at, before.end, ' ', &second) &&
        log_take_until(&at, before.end, ' ', &third) && field_is_dash(third) &&
        !field_is_dash(second) && at < before.end)
        return first;
    return (struct field){before.at, before.at};
}

/* Finds the first "[" behind a blank that begins a time, and takes what is before it and the time.
 */
static bool split_time(const char **at, const char *end, struct field *before, struct field *time)
{
    const char *first = *at;
    struct field ignored;
    do {
        if (!log_take_until(at, end, '[', &ignored))
            return false;
    } while (ignored.end == first || ignored.end[-1] != ' ' ||
             !log_time_is_common((struct field){*at, end}));
    *before = (struct field){first, ignored.end - 1};
    return log_take_until(at, end, ']', time);
}

static bool is_flawed(struct flaw *flaw, const char *expected, const char *at, const char *end)
{
    *flaw = (struct flaw){expected, {at, end}};
    return false;
}

static bool split_numbers(const char *at, const char *end, struct log_entry *entry,
                          struct flaw *flaw)
{
    if (!field_skip_char(&at, end, ' ') || field_number(&at, end, &entry->status) != 0)
        return is_flawed(flaw, "a status", at, end);
    if (!field_skip_char(&at, end, ' ') || at == end)
        return is_flawed(flaw, "a size", at, end);
    entry->has_status = entry->has_bytes = true;
    if (*at == NO_BYTES || field_number(&at, end, &entry->bytes) == 0)
        return true;
    return is_flawed(flaw, "a size", at, end);
}

/* False: the line is no entry. */
static bool split(struct field line, struct log_entry *entry, struct flaw *flaw)
{
    const char *at = line.at, *end = line.end;
    struct field before;
    *entry = (struct log_entry){0};
    if (!split_time(&at, end, &before, &entry->time))
        return is_flawed(flaw,
                         "an access log's line, with a time like [10/Oct/2000:13:55:36 -0700]",
                         line.at, end);
    const char *quote;
    if (!field_skip_char(&at, end, ' ') || !field_skip_char(&at, end, '"') ||
        (quote = log_quote_end(at, end)) == NULL)
        return is_flawed(flaw, "a request in quotes", at, end);
    log_split_request((struct field){at, quote}, entry);
    entry->host = find_host(before);
    return split_numbers(quote + 1, end, entry, flaw);
}

static int parse(struct reader *reader, struct field line, struct trace_request *request)
{
    struct log_entry entry;
    struct flaw flaw;
    if (!split(line, &entry, &flaw))
        return reader_expected(reader, flaw.expected, flaw.found);
    return log_request(reader, &entry, request);
}

static bool is_entry(struct field line)
{
    struct log_entry entry;
    struct log_time time;
    struct flaw flaw;
    return split(line, &entry, &flaw) && log_time_parse(entry.time, &time) == 0;
}

static bool detect(const char *bytes, size_t count, bool complete)
{
    return log_detect(bytes, count, complete, is_entry);
}

const struct format format_log = {
    .name = "access-log",
    .summary = "common and combined log of nginx, Apache, Traefik, ..., also with a virtual host: "
               "GET with 2xx or 304, by host, path and query",
    .options = "access-log:REGEX: by what the first group matches in the path and query",
    .state_bytes = sizeof(struct log),
    .has_queries = true,
    .detect = detect,
    .start = log_start,
    .stop = log_stop,
    .parse = parse,
};
