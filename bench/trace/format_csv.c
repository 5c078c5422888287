/* format_csv.c - columns found by their names in the first line, or as --format names them.
 *
 * "csv:id=COLUMN,time=COLUMN,size=COLUMN,ttl=COLUMN,op=COLUMN", any of them but id left out. A
 * COLUMN is a name in the first line, or a number from 1: with numbers there is no line of names.
 * The delimiter is the first of comma, semicolon, tab and bar that the first line holds. A field
 * may stand in double quotes. With an operation, only lines that ask for or store an object count.
 *
 * Twitter's traces (Yang, Yue & Rashmi, OSDI 2020) are such columns without names.
 */
#include "line_fields.h"
#include "reader.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#define OPTIONS_BYTES 256
#define DELIMITERS    ",;\t|"
#define NS_PER_S      UINT64_C(1000000000)

struct field {
    const char *at, *end;
};

static bool field_is(struct field field, const char *word)
{
    size_t length = strlen(word);
    return (size_t)(field.end - field.at) == length && strncasecmp(field.at, word, length) == 0;
}

/* What a column of each role may be called; the first name is also the one in the options. */
/* clang-format off */
static const struct name {
    enum csv_role role;
    const char *name;
    uint64_t ticks_per_s; /* of a time */
} names[] = {
    {CSV_ID, "id", 0}, {CSV_ID, "key", 0}, {CSV_ID, "object", 0}, {CSV_ID, "obj_id", 0},
    {CSV_ID, "object_id", 0}, {CSV_ID, "item", 0}, {CSV_ID, "url", 0}, {CSV_ID, "lbn", 0},
    {CSV_ID, "user_id", 0}, {CSV_ID, "anonymized key", 0},
    {CSV_TIME, "time", 1}, {CSV_TIME, "timestamp", 1}, {CSV_TIME, "ts", 1}, {CSV_TIME, "time_s", 1},
    {CSV_TIME, "time_ms", 1000}, {CSV_TIME, "timestamp_ms", 1000},
    {CSV_TIME, "time_us", 1000000}, {CSV_TIME, "timestamp_us", 1000000},
    {CSV_TIME, "time_ns", NS_PER_S}, {CSV_TIME, "timestamp_ns", NS_PER_S},
    {CSV_BYTES, "size", 0}, {CSV_BYTES, "bytes", 0}, {CSV_BYTES, "obj_size", 0},
    {CSV_BYTES, "object_size", 0}, {CSV_BYTES, "length", 0}, {CSV_BYTES, "value size", 0},
    {CSV_BYTES, "value_size", 0},
    {CSV_KEY_BYTES, "key size", 0}, {CSV_KEY_BYTES, "key_size", 0},
    {CSV_TTL, "ttl", 0}, {CSV_TTL, "ttl_s", 0},
    {CSV_OPERATION, "op", 0}, {CSV_OPERATION, "operation", 0}, {CSV_OPERATION, "method", 0},
};
/* clang-format on */

#define NAMES (sizeof(names) / sizeof(names[0]))

/* Which operations are requests: those after which a cache that fetches what it lacks holds the
 * whole object. The others change or drop one that may not be there, and are passed over. */
static const struct operation {
    const char *name;
    bool is_request;
} operations[] = {
    {"get", true},      {"gets", true},    {"set", true},   {"add", true},   {"replace", true},
    {"cas", true},      {"read", true},    {"write", true}, {"head", true},  {"append", false},
    {"prepend", false}, {"delete", false}, {"incr", false}, {"decr", false},
};

#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))

static const struct operation *find_operation(struct field field)
{
    for (size_t i = 0; i < OPERATIONS; i++) {
        bool begins = field.at < field.end && (*field.at | 0x20) == *operations[i].name;
        if (begins && field_is(field, operations[i].name))
            return &operations[i];
    }
    return NULL;
}

static bool is_space(char c)
{
    return field_is_blank(c);
}

static struct field trim(struct field field)
{
    while (field.at < field.end && is_space(*field.at))
        field.at++;
    while (field.at < field.end && is_space(field.end[-1]))
        field.end--;
    return field;
}

/* The field at *at, which is moved to the delimiter behind it, or to the line's end. Doubled
 * quotes within quotes stay doubled. A quote that is not closed runs to the line's end. */
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
    while (stop < end && *stop != delimiter)
        stop++;
    *at = stop;
    return trim((struct field){first, stop});
}

/* Splits as many columns as are needed; -1 where there are fewer. */
static int split(struct reader *reader, struct line line, struct field fields[CSV_ROLES + 1])
{
    const char *at = line.at;
    for (int column = 0; column < reader->csv.columns; column++) {
        if (column > 0 && at == line.end)
            return reader_expected(reader, "more columns", line.at, line.end);
        at += column > 0;
        fields[reader->csv.role[column]] = next_field(&at, line.end, reader->csv.delimiter);
    }
    return 0;
}

static bool has(const struct reader *reader, enum csv_role role)
{
    return reader->csv.roles >> role & 1;
}

static int parse_time(struct reader *reader, struct field field, uint64_t *time_ns)
{
    const char *at = field.at;
    uint64_t ticks, ns, per_s = reader->csv.ticks_per_s;
    if (field_seconds(&at, field.end, &ticks, &ns) != 0 || at != field.end)
        return reader_expected(reader, "a time", field.at, field.end);
    ns = per_s == 1 ? ns : ticks % per_s * (NS_PER_S / per_s);
    *time_ns = reader_time(reader, ticks / per_s, ns);
    return 0;
}

static int parse_u32(struct reader *reader, const char *what, struct field field, uint64_t *value)
{
    const char *at = field.at;
    if (field_number(&at, field.end, value) != 0 || at != field.end || *value > UINT32_MAX)
        return reader_expected(reader, what, field.at, field.end);
    return 0;
}

static int parse_numbers(struct reader *reader, const struct field fields[CSV_ROLES],
                         struct trace_request *request)
{
    uint64_t bytes = 1, key_bytes = 0, ttl = 0;
    if (has(reader, CSV_TIME) && parse_time(reader, fields[CSV_TIME], &request->time_ns) != 0)
        return -1;
    if (has(reader, CSV_BYTES) &&
        parse_u32(reader, "a size below 4 GiB", fields[CSV_BYTES], &bytes) != 0)
        return -1;
    if (has(reader, CSV_KEY_BYTES) &&
        parse_u32(reader, "a key's size", fields[CSV_KEY_BYTES], &key_bytes) != 0)
        return -1;
    if (has(reader, CSV_TTL) &&
        parse_u32(reader, "a time to live in seconds", fields[CSV_TTL], &ttl) != 0)
        return -1;
    bytes += key_bytes;
    request->bytes = bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
    request->ttl_s = (uint32_t)ttl;
    return 1;
}

static int parse(struct reader *reader, struct line line, struct trace_request *request)
{
    struct field fields[CSV_ROLES + 1]; /* the last: of columns without a role */
    if (split(reader, line, fields) != 0)
        return -1;
    if (has(reader, CSV_OPERATION)) {
        struct field field = fields[CSV_OPERATION];
        const struct operation *operation = find_operation(field);
        if (operation == NULL)
            return reader_expected(reader, "an operation such as get or set", field.at, field.end);
        if (!operation->is_request)
            return 0;
    }
    struct field id = fields[CSV_ID];
    if (id.at == id.end)
        return reader_expected(reader, "an id", id.at, id.end);
    *request = (struct trace_request){.id = reader_key(id.at, id.end)};
    return parse_numbers(reader, fields, request);
}

static size_t read_csv(struct reader *reader, struct trace_request *requests, size_t count)
{
    return reader_read_lines(reader, requests, count, parse);
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

static void assign(struct reader *reader, enum csv_role role, int column)
{
    reader->csv.role[column] = (unsigned char)role;
    reader->csv.roles |= 1u << role;
    if (column >= reader->csv.columns)
        reader->csv.columns = column + 1;
}

static void forget_columns(struct reader *reader)
{
    reader->csv.columns = 0;
    reader->csv.roles = 0;
    reader->csv.ticks_per_s = 1;
    memset(reader->csv.role, CSV_ROLES, sizeof(reader->csv.role));
}

/* May a column be given to the role? Each has one of its own. */
static bool is_free(const struct reader *reader, enum csv_role role, int column)
{
    return !has(reader, role) && reader->csv.role[column] == CSV_ROLES;
}

/* Gives the column the role that its name means, unless an earlier one has it. */
static void match_known(struct reader *reader, struct field name, int column)
{
    for (size_t i = 0; i < NAMES; i++) {
        if (field_is(name, names[i].name) && is_free(reader, names[i].role, column)) {
            assign(reader, names[i].role, column);
            if (names[i].role == CSV_TIME)
                reader->csv.ticks_per_s = names[i].ticks_per_s;
        }
    }
}

/* What the options want: a name or number for each role, or NULL. */
struct wishes {
    char text[OPTIONS_BYTES];
    const char *column[CSV_ROLES];
    bool numbers;
};

static uint64_t ticks_of(struct field name)
{
    for (size_t i = 0; i < NAMES; i++) {
        if (names[i].role == CSV_TIME && field_is(name, names[i].name))
            return names[i].ticks_per_s;
    }
    return 1;
}

static void match_wishes(struct reader *reader, const struct wishes *wishes, struct field name,
                         int column)
{
    for (int role = 0; role < CSV_ROLES; role++) {
        if (wishes->column[role] != NULL && field_is(name, wishes->column[role]) &&
            is_free(reader, (enum csv_role)role, column)) {
            assign(reader, (enum csv_role)role, column);
            if (role == CSV_TIME)
                reader->csv.ticks_per_s = ticks_of(name);
        }
    }
}

/* Reads the line of names. wishes: NULL for the names that are known. */
static int match_header(struct reader *reader, const struct wishes *wishes)
{
    struct line line;
    if (!reader_line(reader, &line))
        return reader_refuse(reader, "expected a line of column names, found nothing");
    while (line.at < line.end && (*line.at == '#' || is_space(*line.at)))
        line.at++;
    reader->csv.delimiter = find_delimiter(line.at, line.end);
    const char *at = line.at;
    for (int column = 0; column < CSV_COLUMNS_MAX; column++, at++) {
        struct field name = next_field(&at, line.end, reader->csv.delimiter);
        if (wishes != NULL)
            match_wishes(reader, wishes, name, column);
        else
            match_known(reader, name, column);
        if (at == line.end)
            break;
    }
    for (int role = 0; wishes != NULL && role < CSV_ROLES; role++) {
        if (wishes->column[role] != NULL && !has(reader, (enum csv_role)role))
            return reader_refuse(reader, "there is no column \"%s\"", wishes->column[role]);
    }
    if (has(reader, CSV_ID))
        return 0;
    return reader_expected(reader, "a column of ids (say which: --format csv:id=NAME)", line.at,
                           line.end);
}

static int refuse_options(struct reader *reader, const char *why, const char *what)
{
    error_set(reader->source.error,
              "--format csv: %s \"%s\"; expected like id=2,time=1,size=3 or id=key,size=bytes", why,
              what);
    return -1;
}

static int find_role(const char *name)
{
    for (size_t i = 0; i < NAMES; i++) {
        if (strcmp(names[i].name, name) == 0)
            return (int)names[i].role;
    }
    return -1;
}

static int parse_wishes(struct reader *reader, const char *options, struct wishes *wishes)
{
    *wishes = (struct wishes){.numbers = true};
    if (snprintf(wishes->text, sizeof(wishes->text), "%s", options) >= (int)sizeof(wishes->text))
        return refuse_options(reader, "too long:", "...");
    char *rest = wishes->text, *column;
    while ((column = strsep(&rest, ",")) != NULL) {
        char *role_name = strsep(&column, "=");
        int role = find_role(role_name);
        if (role < 0 || column == NULL || *column == '\0')
            return refuse_options(reader, "cannot use", role_name);
        wishes->column[role] = column;
        wishes->numbers &= column[strspn(column, "0123456789")] == '\0';
    }
    return wishes->column[CSV_ID] != NULL ? 0 : refuse_options(reader, "no id in", options);
}

static int assign_numbers(struct reader *reader, const struct wishes *wishes)
{
    if (reader_more_lines(reader)) {
        const char *at = reader->input.at;
        const char *end = memchr(at, '\n', (size_t)(reader->lines_end - at));
        reader->csv.delimiter = find_delimiter(at, end);
    }
    for (int role = 0; role < CSV_ROLES; role++) {
        if (wishes->column[role] == NULL)
            continue;
        unsigned long column = strtoul(wishes->column[role], NULL, 10);
        if (column == 0 || column > CSV_COLUMNS_MAX ||
            !is_free(reader, (enum csv_role)role, (int)column - 1))
            return refuse_options(reader, "cannot use column", wishes->column[role]);
        assign(reader, (enum csv_role)role, (int)column - 1);
    }
    return 0;
}

static int start_csv(struct reader *reader, const char *options)
{
    struct wishes wishes;
    forget_columns(reader);
    if (options == NULL)
        return match_header(reader, NULL);
    if (parse_wishes(reader, options, &wishes) != 0)
        return -1;
    return wishes.numbers ? assign_numbers(reader, &wishes) : match_header(reader, &wishes);
}

/* A first line of several words that begin with a letter. */
static bool is_csv(const char *bytes, size_t count, bool whole)
{
    (void)whole;
    const char *end = memchr(bytes, '\n', count), *at = bytes;
    if (end == NULL || memchr(bytes, '\0', count) != NULL)
        return false;
    char delimiter = find_delimiter(bytes, end);
    for (int columns = 1;; columns++, at++) {
        struct field name = next_field(&at, end, delimiter);
        while (name.at < name.end && (*name.at == '#' || is_space(*name.at)))
            name.at++;
        if (name.at == name.end || !isalpha((unsigned char)*name.at))
            return false;
        if (at == end)
            return columns > 1;
    }
}

static int start_twitter(struct reader *reader, const char *options)
{
    static const enum csv_role roles[] = {
        CSV_TIME, CSV_ID, CSV_KEY_BYTES, CSV_BYTES, CSV_ROLES /* client */, CSV_OPERATION, CSV_TTL};
    if (options != NULL)
        return reader_refuse(reader, "format twitter takes no options");
    forget_columns(reader);
    reader->csv.delimiter = ',';
    for (int column = 0; column < (int)(sizeof(roles) / sizeof(roles[0])); column++) {
        if (roles[column] != CSV_ROLES)
            assign(reader, roles[column], column);
    }
    return 0;
}

/* Seven columns, a time in the first and an operation in the sixth. */
static bool is_twitter(const char *bytes, size_t count, bool whole)
{
    (void)whole;
    const char *end = memchr(bytes, '\n', count), *at = bytes;
    end = end != NULL ? end : bytes + count;
    for (int column = 0; column < 7; column++, at++) {
        struct field field = next_field(&at, end, ',');
        const char *digit = field.at;
        uint64_t time;
        if (column == 0 && field_number(&digit, field.end, &time) != 0)
            return false;
        if (column == 5 && find_operation(field) == NULL)
            return false;
        if (at == end)
            return column == 6;
    }
    return false;
}

const struct format format_csv = {
    .name = "csv",
    .summary =
        "columns named in the first line: id or key, and perhaps time, size, ttl, op; or\n"
        "             csv:id=COLUMN,time=COLUMN,... by name, or by number from 1 (no names then)",
    .is_meant = is_csv,
    .start = start_csv,
    .read = read_csv,
};

const struct format format_twitter = {
    .name = "twitter",
    .summary = "Twitter's cache-trace CSV; get, gets, set, add, replace and cas count",
    .is_meant = is_twitter,
    .start = start_twitter,
    .read = read_csv,
};
