/* format_w3c.c - W3C extended logs, whose columns a line "#Fields:" names: IIS, CloudFront. */
#include "log_entry.h"

#define FIELDS      "#Fields:"
#define DATE        "#Date:"
#define COLUMNS_MAX 96

enum column {
    COLUMN_DATE,
    COLUMN_TIME,
    COLUMN_METHOD,
    COLUMN_STEM,
    COLUMN_QUERY,
    COLUMN_HOST,
    COLUMN_STATUS,
    COLUMN_BYTES,
    COLUMNS /* any other */
};

/* The names; where a log has several for one column, the first in this table counts. */
static const struct name {
    const char *name;
    enum column column;
} names[] = {
    {"date", COLUMN_DATE},          {"time", COLUMN_TIME},      {"cs-method", COLUMN_METHOD},
    {"cs-uri-stem", COLUMN_STEM},   {"cs-uri", COLUMN_STEM},    {"cs-uri-query", COLUMN_QUERY},
    {"x-host-header", COLUMN_HOST}, {"cs-host", COLUMN_HOST},   {"cs(Host)", COLUMN_HOST},
    {"sc-status", COLUMN_STATUS},   {"sc-bytes", COLUMN_BYTES},
};

#define NAMES (sizeof names / sizeof names[0])

/* The log must be the first member. */
struct w3c {
    struct log log;
    unsigned char column[COLUMNS_MAX]; /* of each word of a line; COLUMNS: none that is needed */
    int words;                         /* that must be read; 0: no names were read */
    char date[16];                     /* of the line "#Date:", for a log without a column */
    size_t date_length;
};

static struct field next_word(const char **at, const char *end, char delimiter)
{
    const char *first = *at, *stop = memchr(first, delimiter, (size_t)(end - first));
    stop = stop != NULL ? stop : end;
    *at = stop < end ? stop + 1 : end;
    return (struct field){first, stop};
}

static size_t rank_of(struct field word)
{
    size_t i = 0;
    while (i < NAMES && !field_is(word, names[i].name))
        i++;
    return i;
}

static int read_names(struct reader *reader, struct field line)
{
    struct w3c *w3c = reader->state;
    size_t best[COLUMNS]; /* the rank of the name that a column has */
    int place[COLUMNS] = {0};
    const char *at = line.at + strlen(FIELDS);
    for (size_t i = 0; i < COLUMNS; i++)
        best[i] = NAMES;
    memset(w3c->column, COLUMNS, sizeof w3c->column);
    w3c->words = 0;
    for (int word = 0; word < COLUMNS_MAX; word++) {
        field_skip_blanks(&at, line.end);
        if (at == line.end)
            break;
        const char *first = at;
        while (at < line.end && !field_is_blank(*at))
            at++;
        size_t rank = rank_of((struct field){first, at});
        if (rank < NAMES && rank < best[names[rank].column]) {
            best[names[rank].column] = rank;
            place[names[rank].column] = word;
        }
    }
    for (int i = 0; i < COLUMNS; i++) {
        if (best[i] == NAMES)
            continue;
        w3c->column[place[i]] = (unsigned char)i;
        w3c->words = place[i] >= w3c->words ? place[i] + 1 : w3c->words;
    }
    return best[COLUMN_STEM] < NAMES
               ? 0
               : reader_expected(reader, "a column cs-uri-stem or cs-uri", line);
}

static int directive(struct reader *reader, struct field line)
{
    struct w3c *w3c = reader->state;
    if (field_begins(line, FIELDS))
        return read_names(reader, line);
    if (field_begins(line, DATE)) {
        const char *at = line.at + strlen(DATE);
        field_skip_blanks(&at, line.end);
        struct field date = next_word(&at, line.end, ' ');
        w3c->date_length = (size_t)(date.end - date.at);
        if (w3c->date_length > sizeof w3c->date)
            w3c->date_length = 0;
        memcpy(w3c->date, date.at, w3c->date_length);
    }
    return 0;
}

static int take_number(struct reader *reader, const char *what, struct field word, uint64_t *value,
                       bool *known)
{
    const char *at = word.at;
    *known = !field_is_absent(word);
    if (!*known || (field_number(&at, word.end, value) == 0 && at == word.end))
        return 0;
    return reader_expected(reader, what, word);
}

static int parse(struct reader *reader, struct field line, struct trace_request *request)
{
    const struct w3c *w3c = reader->state;
    struct field words[COLUMNS + 1] = {0};
    const char *at = line.at;
    char delimiter = memchr(line.at, '\t', (size_t)(line.end - line.at)) != NULL ? '\t' : ' ';
    if (w3c->words == 0)
        return reader_expected(reader, "a line \"#Fields:\" before the first entry", line);
    for (int i = 0; i < w3c->words; i++) {
        if (at == line.end)
            return reader_expected(reader, "more columns", line);
        words[w3c->column[i]] = next_word(&at, line.end, delimiter);
    }
    struct log_entry entry = {.method = words[COLUMN_METHOD],
                              .target = words[COLUMN_STEM],
                              .date = words[COLUMN_DATE],
                              .time = words[COLUMN_TIME]};
    if (!field_is_absent(words[COLUMN_HOST]))
        entry.host = words[COLUMN_HOST];
    if (!field_is_absent(words[COLUMN_QUERY]))
        entry.query = words[COLUMN_QUERY];
    if (entry.date.at == entry.date.end)
        entry.date = (struct field){w3c->date, w3c->date + w3c->date_length};
    if (take_number(reader, "a status", words[COLUMN_STATUS], &entry.status, &entry.has_status) ||
        take_number(reader, "a size", words[COLUMN_BYTES], &entry.bytes, &entry.has_bytes))
        return -1;
    return log_request(reader, &entry, request);
}

static bool detect(const char *bytes, size_t count, bool complete)
{
    return *bytes == '#' && memmem(bytes, count, FIELDS, strlen(FIELDS)) != NULL;
}

const struct format format_w3c = {
    .name = "w3c",
    .summary = "W3C extended log with a line \"#Fields:\" (IIS, CloudFront)",
    .options = "w3c:REGEX: by what the first group matches in the path and query",
    .state_bytes = sizeof(struct w3c),
    .has_queries = true,
    .detect = detect,
    .start = log_start,
    .stop = log_stop,
    .parse = parse,
    .directive = directive,
};
