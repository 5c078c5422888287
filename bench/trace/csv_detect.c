/* csv_detect.c - whether the first lines of a trace are those of a table. */
#include "csv.h"
#include "csv_names.h"
#include "csv_values.h"

#define NAME_CHARS_MAX 40

static bool is_name(struct field name)
{
    if (name.at == name.end || !isalpha((unsigned char)*name.at) ||
        name.end - name.at > NAME_CHARS_MAX)
        return false;
    for (const char *at = name.at; at < name.end; at++)
        if (!isalnum((unsigned char)*at) && strchr("_- .()", *at) == NULL)
            return false;
    return true;
}

/* Counts the names of a line, and those that are known. 0: something in it is no name. */
static int count_names(struct field line, char delimiter, int *known)
{
    int columns = 0;
    struct field name;
    const char *at = line.at;
    for (*known = 0; csv_next_name(&at, line, delimiter, &name); columns++) {
        if (!is_name(name))
            return 0;
        *known += csv_name_of_column(name) != NULL;
    }
    return columns;
}

/* True: the second line has as many fields as the names; some begin with a digit, none is a name's
 * repetition. */
static bool is_row_below(struct field names_line, struct field row, char delimiter)
{
    struct field name, field;
    const char *name_at = names_line.at, *at = row.at;
    bool number = false;
    while (csv_next_name(&name_at, names_line, delimiter, &name)) {
        if (!csv_next_name(&at, row, delimiter, &field))
            return false;
        size_t length = (size_t)(name.end - name.at);
        if ((size_t)(field.end - field.at) == length && memcmp(name.at, field.at, length) == 0)
            return false;
        number |= field.at < field.end && isdigit((unsigned char)*field.at);
    }
    return number && at == NULL;
}

static struct field first_line(const char *bytes, const char *end)
{
    struct field line = field_first_line(bytes, (size_t)(end - bytes));
    line.end -= line.end > line.at && line.end[-1] == '\r';
    return line;
}

bool csv_has_names(const char *bytes, size_t count, bool complete)
{
    const char *end = bytes + count;
    int known;
    if (memchr(bytes, '\0', count) != NULL)
        return false;
    struct field line = first_line(bytes, end), row = {end, end};
    const char *newline = memchr(bytes, '\n', count);
    if (newline != NULL)
        row = first_line(newline + 1, end);
    line = csv_without_mark(line);
    char delimiter = csv_delimiter(line);
    if (count_names(line, delimiter, &known) < 2)
        return false;
    return row.at < row.end ? known > 1 || is_row_below(line, row, delimiter) : known > 1;
}

/* True: the operation is one of these words, such as "r w", or begins with one that ends in ".". */
static bool is_one_of(struct field field, const char *words)
{
    size_t count = (size_t)(field.end - field.at);
    for (size_t length; *words != '\0'; words += length + (words[length] == ' ')) {
        length = strcspn(words, " ");
        bool start = words[length - 1] == '.' && count > length;
        if ((count == length || start) && strncasecmp(field.at, words, length) == 0)
            return true;
    }
    return false;
}

static bool is_whole(const struct csv *csv, const struct csv_row *row, enum csv_role role)
{
    uint64_t value, ns;
    struct field field = row->fields[role];
    const char *at = field.at;
    if (!csv_has(csv, role) || (at == NULL && role == CSV_BYTES && csv->bytes_may_be_missing))
        return true;
    if (at == NULL || at == field.end)
        return false;
    return role == CSV_TIME ? field_seconds(&at, field.end, &value, &ns) == 0 && at == field.end
                            : csv_to_hex(field, &value) || csv_to_number(field, field.end, &value);
}

bool csv_fits(struct csv *csv, struct field line, int columns, const char *operations)
{
    struct csv_row row;
    struct field field;
    int found = 0;
    csv->delimiter = csv_delimiter(line);
    for (const char *at = line.at; found == 0 || at < line.end; found++) {
        at += found > 0;
        if (!csv_field(&at, line.end, csv->delimiter, &field))
            return false;
    }
    if ((columns > 0 && found != columns) || csv_split(csv, line, &row) != 0 ||
        csv_is_short(csv, &row) || !is_one_of(row.fields[CSV_OPERATION], operations))
        return false;
    return is_whole(csv, &row, CSV_TIME) && is_whole(csv, &row, CSV_BYTES) &&
           is_whole(csv, &row, CSV_KEY_BYTES) && is_whole(csv, &row, CSV_TTL) &&
           is_whole(csv, &row, CSV_OFFSET);
}
