/* format_log_pattern.c - access logs that a pattern describes: Squid's, HAProxy's, those of AWS,
 * and any other by a pattern of one's own. */
#include "log_pattern.h"

#define SQUID   "%x %~%^ %h %C/%s %b %m %U "
#define HAPROXY "%^ [%t] %^ %^ %^ %s %b %^ \"%r\""
#define ALB     "%^ %x %^ %h %^ %^ %^ %^ %s %^ %^ %b \"%r\""
#define S3      "%^ %v [%t] %h %^ %^ %^ %^ \"%r\" %s %^ %^ %b"

/* The log must be the first member. */
struct pattern_log {
    struct log log;
    struct log_pattern pattern;
};

static int parse(struct reader *reader, struct field line, struct trace_request *request)
{
    const struct pattern_log *state = reader->state;
    struct log_entry entry;
    const char *expected;
    struct field found;
    if (!log_pattern_match(&state->pattern, line, &entry, &expected, &found))
        return reader_expected(reader, expected, found);
    return log_request(reader, &entry, request);
}

static int compile(struct reader *reader, const char *text)
{
    struct pattern_log *state = reader->state;
    return log_pattern_compile(&state->pattern, reader->format->name, text, reader->source.error);
}

static void stop(struct reader *reader)
{
    struct pattern_log *state = reader->state;
    log_pattern_free(&state->pattern);
    log_stop(reader);
}

static int start_own(struct reader *reader, const char *options)
{
    if (options == NULL || *options == '\0')
        return error_set(reader->source.error,
                         "--format log: needs a pattern, such as 'log:%%h %%^ [%%t] \"%%r\" %%s "
                         "%%b'; there are %s",
                         LOG_PATTERN_HELP);
    return compile(reader, options);
}

/* Whether the line fits the pattern, and its time is one. */
static bool fits(const char *text, struct field line)
{
    struct log_pattern pattern;
    struct log_entry entry;
    struct log_time time;
    struct error error;
    const char *expected;
    struct field found;
    bool good = log_pattern_compile(&pattern, "", text, &error) == 0 &&
                log_pattern_match(&pattern, line, &entry, &expected, &found) &&
                log_time_parse(entry.time, &time) == 0;
    log_pattern_free(&pattern);
    return good;
}

/* Defines the format `id`, which is called NAME and described by PATTERN. */
#define PATTERN_FORMAT(id, title, text, pattern_text)                                              \
    static int start_##id(struct reader *reader, const char *options)                              \
    {                                                                                              \
        return log_start(reader, options) == 0 ? compile(reader, pattern_text) : -1;               \
    }                                                                                              \
    static bool is_##id(struct field line)                                                         \
    {                                                                                              \
        return fits(pattern_text, line);                                                           \
    }                                                                                              \
    static bool detect_##id(const char *bytes, size_t count, bool complete)                        \
    {                                                                                              \
        return log_detect(bytes, count, complete, is_##id);                                        \
    }                                                                                              \
    const struct format format_##id = {                                                            \
        .name = title,                                                                             \
        .summary = text,                                                                           \
        .options = title ":REGEX: by what the first group matches in the URL",                     \
        .state_bytes = sizeof(struct pattern_log),                                                 \
        .has_queries = true,                                                                       \
        .detect = detect_##id,                                                                     \
        .start = start_##id,                                                                       \
        .stop = stop,                                                                              \
        .parse = parse,                                                                            \
    }

PATTERN_FORMAT(squid, "squid", "Squid's native access log", SQUID);
PATTERN_FORMAT(haproxy, "haproxy", "HAProxy's HTTP log (option httplog)", HAPROXY);
PATTERN_FORMAT(alb, "alb", "access log of an AWS application load balancer", ALB);
PATTERN_FORMAT(s3, "s3", "server access log of AWS S3, with the sizes of objects", S3);

const struct format format_log_own = {
    .name = "log",
    .summary = "access log of any form, by a pattern in goaccess's letters",
    .options = "log:PATTERN, such as 'log:%h %^ [%t] \"%m %U %^\" %s %b': " LOG_PATTERN_HELP,
    .state_bytes = sizeof(struct pattern_log),
    .has_queries = true,
    .start = start_own,
    .stop = stop,
    .parse = parse,
};
