/* csv_split.c - the fields of one line: delimiters, quotes, blanks. */
#include "csv.h"

#define DELIMITERS ",;\t|" /* in the order in which they are looked for, and blanks at last */

char csv_delimiter(struct field line)
{
    size_t count = (size_t)(line.end - line.at);
    for (const char *delimiter = DELIMITERS; *delimiter != '\0'; delimiter++)
        if (memchr(line.at, *delimiter, count) != NULL)
            return *delimiter;
    return memchr(line.at, ' ', count) != NULL ? ' ' : ',';
}

static bool is_delimiter(char c, char delimiter)
{
    return c == delimiter || (delimiter == ' ' && c == '\t');
}

/* Moves from a delimiter or the end to the last delimiter of several blanks; at the end of a line
 * blanks delimit nothing. */
static const char *pass_blanks(const char *at, const char *end, char delimiter)
{
    if (delimiter != ' ')
        return at;
    while (at < end && field_is_blank(*at))
        at++;
    return at < end ? at - 1 : at;
}

static const char *find_delimiter(const char *at, const char *end, char delimiter)
{
    while (at < end && !is_delimiter(*at, delimiter))
        at++;
    return at;
}

static bool quoted_field(const char **at, const char *end, char delimiter, struct field *field)
{
    const char *stop = field->at;
    while (stop < end && (*stop != '"' || (stop + 1 < end && stop[1] == '"')))
        stop += *stop == '"' ? 2 : 1;
    field->end = stop;
    if (stop == end) {
        *at = end;
        return false;
    }
    const char *after = stop + 1;
    while (after < end && field_is_blank(*after) && !is_delimiter(*after, delimiter))
        after++;
    *at = find_delimiter(after, end, delimiter);
    bool closed = *at == after;
    *at = pass_blanks(*at, end, delimiter);
    return closed;
}

bool csv_field(const char **at, const char *end, char delimiter, struct field *field)
{
    const char *first = *at;
    while (first < end && field_is_blank(*first) && (delimiter == ' ' || *first != delimiter))
        first++;
    if (first < end && *first == '"') {
        field->at = first + 1;
        return quoted_field(at, end, delimiter, field);
    }
    const char *stop = find_delimiter(first, end, delimiter);
    *at = delimiter == ' ' && stop < end ? pass_blanks(stop, end, delimiter) : stop;
    while (stop > first && field_is_blank(stop[-1]))
        stop--;
    *field = (struct field){first, stop};
    return true;
}

int csv_split(const struct csv *csv, struct field line, struct csv_row *row)
{
    const char *at = line.at;
    int result = 0;
    memset(row, 0, sizeof *row);
    for (int column = 0; column < csv->columns && (column == 0 || at < line.end); column++) {
        at += column > 0;
        struct field *field = &row->fields[csv->role[column]];
        result |= csv_field(&at, line.end, csv->delimiter, field) ? 0 : -1;
    }
    return result;
}

bool csv_is_open(const struct csv *csv, struct field line)
{
    const char *at = line.at;
    if (memchr(at, '"', (size_t)(line.end - at)) == NULL)
        return false;
    for (bool first = true; first || at < line.end; first = false) {
        struct field field;
        at += !first;
        bool whole = csv_field(&at, line.end, csv->delimiter, &field);
        if (!whole && at == line.end && field.end == line.end)
            return true;
    }
    return false;
}

/* True: a column that is needed is missing in the row. */
bool csv_is_short(const struct csv *csv, const struct csv_row *row)
{
    for (int role = 0; role < CSV_ROLES; role++)
        if (csv_has(csv, (enum csv_role)role) && row->fields[role].at == NULL &&
            !(role == CSV_BYTES && csv->bytes_may_be_missing))
            return true;
    return false;
}
