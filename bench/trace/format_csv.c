/* format_csv.c - tables whose columns are named by the first line, or by --format.
 *
 * "csv:id=COLUMN,time=COLUMN,size=COLUMN,ttl=COLUMN,op=COLUMN"; all but id may be left out. COLUMN
 * is a name in the first line, or a number from 1: then the file has no line of names. The first
 * line's first comma, semicolon, tab or bar (in this order) is the delimiter. A field may be in
 * double quotes. In a table with operations, only lines that get or store an object count.
 *
 * Twitter's traces (Yang, Yue & Rashmi, OSDI 2020) are such tables without a line of names.
 */
#include "reader.h"

#include "units.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define COLUMNS_MAX   100
#define OPTIONS_BYTES 256
#define DELIMITERS    ",;\t|"

enum role { ROLE_ID, ROLE_TIME, ROLE_BYTES, ROLE_KEY_BYTES, ROLE_TTL, ROLE_OPERATION, ROLES };

struct csv {
    char delimiter;
    unsigned roles;                  /* that a column has: one bit each */
    int columns;                     /* that must be read */
    unsigned char role[COLUMNS_MAX]; /* of each column; ROLES: none */
    uint64_t ticks_per_s;            /* of the times */
};

/* The known column names of each role. The options take the same names. */
/* clang-format off */
static const struct name {
    enum role role;
    const char *name;
    uint64_t ticks_per_s; /* of a time */
} names[] = {
    {ROLE_ID, "id", 0}, {ROLE_ID, "key", 0}, {ROLE_ID, "object", 0}, {ROLE_ID, "obj_id", 0},
    {ROLE_ID, "object_id", 0}, {ROLE_ID, "item", 0}, {ROLE_ID, "url", 0}, {ROLE_ID, "lbn", 0},
    {ROLE_ID, "user_id", 0}, {ROLE_ID, "anonymized key", 0},
    {ROLE_TIME, "time", 1}, {ROLE_TIME, "timestamp", 1}, {ROLE_TIME, "ts", 1},
    {ROLE_TIME, "time_s", 1},
    {ROLE_TIME, "time_ms", 1000}, {ROLE_TIME, "timestamp_ms", 1000},
    {ROLE_TIME, "time_us", 1000000}, {ROLE_TIME, "timestamp_us", 1000000},
    {ROLE_TIME, "time_ns", NS_PER_SECOND}, {ROLE_TIME, "timestamp_ns", NS_PER_SECOND},
    {ROLE_BYTES, "size", 0}, {ROLE_BYTES, "bytes", 0}, {ROLE_BYTES, "obj_size", 0},
    {ROLE_BYTES, "object_size", 0}, {ROLE_BYTES, "length", 0}, {ROLE_BYTES, "value size", 0},
    {ROLE_BYTES, "value_size", 0},
    {ROLE_KEY_BYTES, "key size", 0}, {ROLE_KEY_BYTES, "key_size", 0},
    {ROLE_TTL, "ttl", 0}, {ROLE_TTL, "ttl_s", 0},
    {ROLE_OPERATION, "op", 0}, {ROLE_OPERATION, "operation", 0}, {ROLE_OPERATION, "method", 0},
};
/* clang-format on */

#define NAMES (sizeof names / sizeof names[0])

/* An operation is a request if a cache that fetches what it lacks holds the whole object
 * afterwards. The others change or delete an object that may not be there, and are skipped. */
static const struct operation {
    const char *name;
    bool is_request;
} operations[] = {
    {"get", true},      {"gets", true},    {"set", true},   {"add", true},   {"replace", true},
    {"cas", true},      {"read", true},    {"write", true}, {"head", true},  {"append", false},
    {"prepend", false}, {"delete", false}, {"incr", false}, {"decr", false},
};

#define OPERATIONS (sizeof operations / sizeof operations[0])

static const struct operation *find_operation(struct field field)
{
    for (size_t i = 0; i < OPERATIONS; i++) {
        bool begins = field.at < field.end && (*field.at | 0x20) == *operations[i].name;
        if (begins && field_is(field, operations[i].name))
            return &operations[i];
    }
    return NULL;
}

/* The field at *at, which is moved to the delimiter behind it, or to the end of the line. Doubled
 * quotes within quotes stay doubled. A quote that is not closed extends to the end of the line. */
static struct field next_field(const char **at, const char *end, char delimiter)
{
    const char *first = *at, *stop = first;
    if (first < end && *first == '"') {
        stop = ++first;
        while (stop < end && (*stop != '"' || (stop + 1 < end && stop[1] == '"')))
            stop += *stop == '"' ? 2 : 1;
        *at = memchr(stop, delimiter, (size_t)(end - stop));
        *at = *at != NULL ? *at : end;
        return (struct field){first, stop};
    }
    field_skip_blanks(&first, end);
    while (stop < end && *stop != delimiter)
        stop++;
    *at = stop;
    while (stop > first && field_is_blank(stop[-1]))
        stop--;
    return (struct field){first < stop ? first : stop, stop};
}

/* Splits the columns that are needed. -1: the line has fewer. */
static int split(struct reader *reader, const struct csv *csv, struct field line,
                 struct field fields[ROLES + 1])
{
    const char *at = line.at;
    for (int column = 0; column < csv->columns; column++) {
        if (column > 0 && at == line.end)
            return reader_expected(reader, "more columns", line);
        at += column > 0;
        fields[csv->role[column]] = next_field(&at, line.end, csv->delimiter);
    }
    return 0;
}

static bool has(const struct csv *csv, enum role role)
{
    return csv->roles >> role & 1;
}

static int parse_time(struct reader *reader, struct field field, uint64_t *time_ns)
{
    const struct csv *csv = reader->state;
    const char *at = field.at;
    uint64_t ticks, ns, per_s = csv->ticks_per_s;
    if (field_seconds(&at, field.end, &ticks, &ns) != 0 || at != field.end)
        return reader_expected(reader, "a time", field);
    ns = per_s == 1 ? ns : ticks % per_s * (NS_PER_SECOND / per_s);
    *time_ns = reader_time(reader, ticks / per_s, ns);
    return 0;
}

static int parse_u32(struct reader *reader, const char *what, struct field field, uint64_t *value)
{
    const char *at = field.at;
    if (field_number(&at, field.end, value) != 0 || at != field.end || *value > UINT32_MAX)
        return reader_expected(reader, what, field);
    return 0;
}

/* The columns that hold numbers below 2^32, and their error messages. */
static const struct {
    enum role role;
    const char *what;
} numbers[] = {{ROLE_BYTES, "a size below 4 GiB"},
               {ROLE_KEY_BYTES, "a key's size"},
               {ROLE_TTL, "a time to live in seconds"}};

static int parse_numbers(struct reader *reader, const struct field fields[ROLES],
                         struct trace_request *request)
{
    const struct csv *csv = reader->state;
    uint64_t values[ROLES] = {0};
    if (has(csv, ROLE_TIME) && parse_time(reader, fields[ROLE_TIME], &request->time_ns) != 0)
        return -1;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        enum role role = numbers[i].role;
        if (has(csv, role) && parse_u32(reader, numbers[i].what, fields[role], &values[role]) != 0)
            return -1;
    }
    request->bytes = has(csv, ROLE_BYTES) ? trace_bytes(values[ROLE_BYTES] + values[ROLE_KEY_BYTES])
                                          : TRACE_BYTES_UNKNOWN;
    request->ttl_s = (uint32_t)values[ROLE_TTL];
    return 1;
}

static int parse(struct reader *reader, struct field line, struct trace_request *request)
{
    const struct csv *csv = reader->state;
    struct field fields[ROLES + 1]; /* the last: of columns without a role */
    if (split(reader, csv, line, fields) != 0)
        return -1;
    if (has(csv, ROLE_OPERATION)) {
        const struct operation *operation = find_operation(fields[ROLE_OPERATION]);
        if (operation == NULL)
            return reader_expected(reader, "an operation such as get or set",
                                   fields[ROLE_OPERATION]);
        if (!operation->is_request)
            return reader_skip(reader, "neither read nor stored");
    }
    if (fields[ROLE_ID].at == fields[ROLE_ID].end)
        return reader_expected(reader, "an id", fields[ROLE_ID]);
    *request = (struct trace_request){.id = reader_key(fields[ROLE_ID])};
    return parse_numbers(reader, fields, request);
}

/* The first delimiter in the line, or a comma. */
static char find_delimiter(const char *at, const char *end)
{
    for (const char *delimiter = DELIMITERS; *delimiter != '\0'; delimiter++) {
        if (memchr(at, *delimiter, (size_t)(end - at)) != NULL)
            return *delimiter;
    }
    return ',';
}

/* False: the column has a role, or another column has this one. */
static bool assign(struct csv *csv, enum role role, int column)
{
    if (has(csv, role) || csv->role[column] != ROLES)
        return false;
    csv->role[column] = (unsigned char)role;
    csv->roles |= 1u << role;
    if (column >= csv->columns)
        csv->columns = column + 1;
    return true;
}

static void init(struct csv *csv)
{
    *csv = (struct csv){.delimiter = ',', .ticks_per_s = 1};
    memset(csv->role, ROLES, sizeof csv->role);
}

/* The columns that the options name: a name or number for each role, or NULL. */
struct selection {
    char text[OPTIONS_BYTES];
    const char *column[ROLES];
    bool by_number;
};

static uint64_t ticks_of(struct field name)
{
    for (size_t i = 0; i < NAMES; i++)
        if (names[i].role == ROLE_TIME && field_is(name, names[i].name))
            return names[i].ticks_per_s;
    return 1;
}

/* Gives the column the role that the selection, or without one its name, says. */
static void match(struct csv *csv, const struct selection *selection, struct field name, int column)
{
    for (size_t i = 0; i < NAMES; i++) {
        enum role role = names[i].role;
        const char *word = selection != NULL ? selection->column[role] : names[i].name;
        if (word != NULL && field_is(name, word) && assign(csv, role, column) && role == ROLE_TIME)
            csv->ticks_per_s = ticks_of(name);
    }
}

/* Reads the line of names. selection: NULL for the known names. */
static int match_header(struct reader *reader, const struct selection *selection)
{
    struct csv *csv = reader->state;
    struct field line;
    if (!reader_line(reader, &line))
        return reader_refuse(reader, "expected a line of column names, found nothing");
    while (line.at < line.end && (*line.at == '#' || field_is_blank(*line.at)))
        line.at++;
    csv->delimiter = find_delimiter(line.at, line.end);
    const char *at = line.at;
    for (int column = 0; column < COLUMNS_MAX; column++, at++) {
        match(csv, selection, next_field(&at, line.end, csv->delimiter), column);
        if (at == line.end)
            break;
    }
    for (int role = 0; selection != NULL && role < ROLES; role++)
        if (selection->column[role] != NULL && !has(csv, (enum role)role))
            return reader_refuse(reader, "there is no column \"%s\"", selection->column[role]);
    if (has(csv, ROLE_ID))
        return 0;
    return reader_expected(reader, "a column of ids (name it with --format csv:id=NAME)", line);
}

static int refuse_options(struct reader *reader, const char *why, const char *what)
{
    return error_set(reader->source.error,
                     "--format csv: %s \"%s\"; write, for example, csv:id=2,time=1,size=3 or "
                     "csv:id=key,size=bytes",
                     why, what);
}

static int find_role(const char *name)
{
    for (size_t i = 0; i < NAMES; i++)
        if (strcmp(names[i].name, name) == 0)
            return (int)names[i].role;
    return -1;
}

static int parse_options(struct reader *reader, const char *options, struct selection *selection)
{
    *selection = (struct selection){.by_number = true};
    if (snprintf(selection->text, OPTIONS_BYTES, "%s", options) >= OPTIONS_BYTES)
        return refuse_options(reader, "too long:", "...");
    char *rest = selection->text, *column;
    while ((column = strsep(&rest, ",")) != NULL) {
        char *role_name = strsep(&column, "=");
        int role = find_role(role_name);
        if (role < 0 || column == NULL || *column == '\0')
            return refuse_options(reader, "cannot use", role_name);
        selection->column[role] = column;
        selection->by_number &= column[strspn(column, "0123456789")] == '\0';
    }
    return selection->column[ROLE_ID] != NULL ? 0 : refuse_options(reader, "no id in", options);
}

static int assign_numbers(struct reader *reader, const struct selection *selection)
{
    struct csv *csv = reader->state;
    if (reader_more_lines(reader)) {
        const char *at = reader->input.at;
        csv->delimiter = find_delimiter(at, memchr(at, '\n', (size_t)(reader->lines_end - at)));
    }
    for (int role = 0; role < ROLES; role++) {
        if (selection->column[role] == NULL)
            continue;
        unsigned long column = strtoul(selection->column[role], NULL, 10);
        if (column == 0 || column > COLUMNS_MAX || !assign(csv, (enum role)role, (int)column - 1))
            return refuse_options(reader, "cannot use column", selection->column[role]);
    }
    return 0;
}

static int start_csv(struct reader *reader, const char *options)
{
    struct selection selection;
    init(reader->state);
    if (options == NULL)
        return match_header(reader, NULL);
    if (parse_options(reader, options, &selection) != 0)
        return -1;
    return selection.by_number ? assign_numbers(reader, &selection)
                               : match_header(reader, &selection);
}

/* True: the first line has several fields, all of which begin with a letter. */
static bool detect_csv(const char *bytes, size_t count, bool complete)
{
    const char *end = memchr(bytes, '\n', count), *at = bytes;
    if (end == NULL || memchr(bytes, '\0', count) != NULL)
        return false;
    char delimiter = find_delimiter(bytes, end);
    for (int columns = 1;; columns++, at++) {
        struct field name = next_field(&at, end, delimiter);
        while (name.at < name.end && (*name.at == '#' || field_is_blank(*name.at)))
            name.at++;
        if (name.at == name.end || !isalpha((unsigned char)*name.at))
            return false;
        if (at == end)
            return columns > 1;
    }
}

static int start_twitter(struct reader *reader, const char *options)
{
    static const enum role roles[] = {
        ROLE_TIME,          ROLE_ID,        ROLE_KEY_BYTES, ROLE_BYTES,
        ROLES /* client */, ROLE_OPERATION, ROLE_TTL};
    init(reader->state);
    for (int column = 0; column < (int)(sizeof roles / sizeof roles[0]); column++)
        if (roles[column] != ROLES)
            assign(reader->state, roles[column], column);
    return 0;
}

/* True: the first line has seven columns, a time in the first and an operation in the sixth. */
static bool detect_twitter(const char *bytes, size_t count, bool complete)
{
    struct field line = field_first_data(bytes, count);
    for (int column = 0; column < 7; column++, line.at++) {
        struct field field = next_field(&line.at, line.end, ',');
        const char *digit = field.at;
        uint64_t time;
        if (column == 0 && field_number(&digit, field.end, &time) != 0)
            return false;
        if (column == 5 && find_operation(field) == NULL)
            return false;
        if (line.at == line.end)
            return column == 6;
    }
    return false;
}

const struct format format_csv = {
    .name = "csv",
    .summary = "columns named in the first line: id or key, perhaps time, size, ttl, op",
    .options = "csv:id=COLUMN,time=COLUMN,size=COLUMN,ttl=COLUMN,op=COLUMN: columns by name, or by "
               "number from 1 in a file without a line of names",
    .state_bytes = sizeof(struct csv),
    .has_header = true,
    .detect = detect_csv,
    .start = start_csv,
    .parse = parse,
};

const struct format format_twitter = {
    .name = "twitter",
    .summary = "Twitter's cache-trace CSV; get, gets, set, add, replace and cas count",
    .state_bytes = sizeof(struct csv),
    .has_header = true,
    .detect = detect_twitter,
    .start = start_twitter,
    .parse = parse,
};
