/* format_json_log.c - access logs of one JSON object a line: nginx, Caddy, Traefik, Cloudflare.
 *
 * Their keys are known; those of other logs are named: "json-log:url=KEY,time=KEY,method=KEY,
 * status=KEY,size=KEY,host=KEY,query=KEY". A key in an object within the object is "request.uri".
 * Objects without a URL are other events, and are skipped.
 */
#include "json_scan.h"
#include "log_entry.h"

#include <stdio.h>

#define OPTIONS_BYTES 512
#define PLACES        64 /* of values in a line for which the part is remembered */
#define PLACE_BYTES   40

enum part {
    PART_TIME,
    PART_METHOD,
    PART_HOST,
    PART_URL,
    PART_QUERY,
    PART_REQUEST,
    PART_STATUS,
    PART_SIZE,
    PARTS
};

/* The known keys. Where a log has several for one part, the first in this table counts. */
static const struct key {
    const char *path;
    enum part part;
} known[] = {
    {"time_iso8601", PART_TIME},
    {"ts", PART_TIME},
    {"StartUTC", PART_TIME},
    {"EdgeStartTimestamp", PART_TIME},
    {"@timestamp", PART_TIME},
    {"timestamp", PART_TIME},
    {"time_local", PART_TIME},
    {"msec", PART_TIME},
    {"time", PART_TIME},
    {"request.method", PART_METHOD},
    {"RequestMethod", PART_METHOD},
    {"ClientRequestMethod", PART_METHOD},
    {"request_method", PART_METHOD},
    {"method", PART_METHOD},
    {"http_method", PART_METHOD},
    {"verb", PART_METHOD},
    {"request.host", PART_HOST},
    {"RequestHost", PART_HOST},
    {"ClientRequestHost", PART_HOST},
    {"http_host", PART_HOST},
    {"host", PART_HOST},
    {"server_name", PART_HOST},
    {"vhost", PART_HOST},
    {"request.uri", PART_URL},
    {"RequestPath", PART_URL},
    {"ClientRequestURI", PART_URL},
    {"request_uri", PART_URL},
    {"uri", PART_URL},
    {"url", PART_URL},
    {"path", PART_URL},
    {"request_path", PART_URL},
    {"args", PART_QUERY},
    {"query_string", PART_QUERY},
    {"query", PART_QUERY},
    {"request", PART_REQUEST},
    {"DownstreamStatus", PART_STATUS},
    {"EdgeResponseStatus", PART_STATUS},
    {"status", PART_STATUS},
    {"status_code", PART_STATUS},
    {"response_status", PART_STATUS},
    {"code", PART_STATUS},
    {"size", PART_SIZE},
    {"DownstreamContentSize", PART_SIZE},
    {"EdgeResponseBytes", PART_SIZE},
    {"body_bytes_sent", PART_SIZE},
    {"bytes_sent", PART_SIZE},
    {"bytes", PART_SIZE},
    {"response_size", PART_SIZE},
};

#define KNOWN (sizeof known / sizeof known[0])

static const char *const part_names[PARTS] = {
    [PART_TIME] = "time",     [PART_METHOD] = "method", [PART_HOST] = "host",
    [PART_URL] = "url",       [PART_QUERY] = "query",   [PART_REQUEST] = "request",
    [PART_STATUS] = "status", [PART_SIZE] = "size",
};

/* The rank of the key of the nth value in the last line: the next one probably has the same. */
struct place {
    char path[PLACE_BYTES];
    size_t length;
    size_t rank; /* as find_rank returns it */
};

/* The log must be the first member. */
struct json_log {
    struct log log;
    char text[OPTIONS_BYTES]; /* of the options, which `own` points into */
    const char *own[PARTS];   /* the keys that were named; NULL: none */
    bool has_own;
    struct place places[PLACES];
};

/* What was found in a line. */
struct found {
    struct json_log *log;
    size_t values;
    size_t rank[PARTS]; /* of the key that the part was taken from */
    struct json_value parts[PARTS];
};

static bool has(const struct found *found, enum part part)
{
    return found->parts[part].text.at != NULL;
}

/* The number of the key, its part in *part; KNOWN if it has none. */
static size_t find_rank(const struct json_log *log, struct field path)
{
    for (size_t i = 0; log->has_own && i < PARTS; i++)
        if (log->own[i] != NULL && field_is(path, log->own[i]))
            return i;
    for (size_t i = 0; !log->has_own && i < KNOWN; i++)
        if (field_is(path, known[i].path))
            return i;
    return KNOWN;
}

static enum part part_of(const struct json_log *log, size_t rank)
{
    return log->has_own ? (enum part)rank : known[rank].part;
}

/* find_rank, which it calls only if the last line had another key at this place. */
static size_t rank_at(struct json_log *log, size_t place, struct field path)
{
    size_t length = (size_t)(path.end - path.at);
    if (place >= PLACES || length > PLACE_BYTES)
        return find_rank(log, path);
    struct place *last = &log->places[place];
    if (last->length == length && memcmp(last->path, path.at, length) == 0)
        return last->rank;
    memcpy(last->path, path.at, length);
    last->length = length;
    return last->rank = find_rank(log, path);
}

static void take(void *context, const struct json_value *value)
{
    struct found *found = context;
    size_t rank = rank_at(found->log, found->values++, value->path);
    if (rank == KNOWN || value->kind == JSON_SCAN_OTHER)
        return;
    enum part part = part_of(found->log, rank);
    if (has(found, part) && found->rank[part] <= rank)
        return;
    found->rank[part] = rank;
    found->parts[part] = *value;
}

/* A number that may be written as a text, or "-". */
static int take_number(struct reader *reader, const char *what, const struct json_value *value,
                       uint64_t *number, bool *is_known)
{
    const char *at = value->text.at;
    if (at == NULL || field_is_absent(value->text))
        return 0;
    *is_known = field_number(&at, value->text.end, number) == 0;
    return *is_known && (at == value->text.end || *at == '.')
               ? 0
               : reader_expected(reader, what, value->text);
}

static void fill(const struct found *found, struct log_entry *entry)
{
    *entry = (struct log_entry){.time = found->parts[PART_TIME].text,
                                .method = found->parts[PART_METHOD].text,
                                .host = found->parts[PART_HOST].text,
                                .target = found->parts[PART_URL].text};
    if (!has(found, PART_URL) && has(found, PART_REQUEST))
        log_split_request(found->parts[PART_REQUEST].text, entry);
    else if (!has(found, PART_METHOD) && has(found, PART_REQUEST)) {
        struct log_entry line;
        log_split_request(found->parts[PART_REQUEST].text, &line);
        entry->method = line.method;
    }
    struct field target = entry->target;
    if (has(found, PART_QUERY) && target.at != NULL &&
        !field_is(found->parts[PART_QUERY].text, "-") &&
        memchr(target.at, '?', (size_t)(target.end - target.at)) == NULL)
        entry->query = found->parts[PART_QUERY].text;
}

static int parse(struct reader *reader, struct field line, struct trace_request *request)
{
    struct found found = {.log = reader->state};
    struct log_entry entry;
    const char *wrong = json_scan(line, take, &found);
    if (wrong != NULL)
        return reader_expected(reader, "one JSON object", (struct field){wrong, line.end});
    if (!has(&found, PART_URL) && !has(&found, PART_REQUEST))
        return reader_skip(reader, "without a URL (json-log:url=KEY names its key)");
    fill(&found, &entry);
    if (take_number(reader, "a status", &found.parts[PART_STATUS], &entry.status,
                    &entry.has_status) != 0 ||
        take_number(reader, "a size", &found.parts[PART_SIZE], &entry.bytes, &entry.has_bytes) != 0)
        return -1;
    return log_request(reader, &entry, request);
}

static int refuse(struct reader *reader, const char *what)
{
    return error_set(
        reader->source.error,
        "--format json-log: cannot use \"%s\"; write, for example, "
        "json-log:url=request.uri,time=ts,status=status,size=size,method=request.method",
        what);
}

static int start(struct reader *reader, const char *options)
{
    struct json_log *log = reader->state;
    if (options == NULL)
        return log_start(reader, NULL);
    if (snprintf(log->text, sizeof log->text, "%s", options) >= (int)sizeof log->text)
        return refuse(reader, "so long a text");
    char *rest = log->text, *key;
    log->has_own = true;
    while ((key = strsep(&rest, ",")) != NULL) {
        char *name = strsep(&key, "=");
        size_t part = 0;
        while (part < PARTS && strcmp(part_names[part], name) != 0)
            part++;
        if (part == PARTS || key == NULL || *key == '\0')
            return refuse(reader, name);
        log->own[part] = key;
    }
    return log->own[PART_URL] != NULL || log->own[PART_REQUEST] != NULL ? 0
                                                                        : refuse(reader, options);
}

static void ignore(void *context, const struct json_value *value)
{
}

static bool is_entry(struct field line)
{
    return json_scan(line, ignore, NULL) == NULL;
}

static bool detect(const char *bytes, size_t count, bool complete)
{
    return log_detect(bytes, count, complete, is_entry);
}

const struct format format_json_log = {
    .name = "json-log",
    .summary = "access log of one JSON object a line, with the keys of nginx, Caddy, Traefik or "
               "Cloudflare",
    .options = "json-log:url=KEY,time=KEY,method=KEY,status=KEY,size=KEY,host=KEY,query=KEY: other "
               "keys, such as request.uri",
    .state_bytes = sizeof(struct json_log),
    .has_queries = true,
    .detect = detect,
    .start = start,
    .stop = log_stop,
    .parse = parse,
};
