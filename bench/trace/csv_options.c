/* csv_options.c - --format csv:OPTIONS, such as "id=2,time_ms=1,delimiter=tab,block=4KiB". */
#include "csv_options.h"

#include "count_of.h"
#include "units.h"

#include <stdio.h>

static const struct {
    const char *word;
    char delimiter;
} delimiters[] = {{"comma", ','}, {"", ','},    {"semicolon", ';'}, {";", ';'},    {"tab", '\t'},
                  {"\\t", '\t'},  {"\t", '\t'}, {"bar", '|'},       {"|", '|'},    {"blank", ' '},
                  {"space", ' '}, {" ", ' '},   {":", ':'},         {"colon", ':'}};

int csv_options_refuse(struct reader *reader, const char *why, const char *what)
{
    return error_set(reader->source.error,
                     "--format %s: %s \"%s\"; write, for example, csv:id=2,time_ms=1,size=3 or "
                     "csv:id=volume+offset,size=bytes,block=4KiB; options are id, time, time_s, "
                     "time_ms, time_us, time_ns, size, key_size, ttl, op, count, offset, sector, "
                     "sectors, delimiter and block",
                     reader->format->name, why, what);
}

static int set_delimiter(struct reader *reader, const char *word)
{
    struct csv *csv = reader->state;
    for (size_t i = 0; i < COUNT_OF(delimiters); i++)
        if (strcmp(word, delimiters[i].word) == 0) {
            csv->delimiter = delimiters[i].delimiter;
            return 0;
        }
    return csv_options_refuse(
        reader, "expected comma, semicolon, tab, bar or blank, found delimiter", word);
}

static int set_block(struct reader *reader, const char *text)
{
    struct csv *csv = reader->state;
    uint64_t bytes;
    if (units_parse_size(text, &bytes) != 0 || bytes == 0 || bytes > UINT32_MAX)
        return csv_options_refuse(reader, "expected a size such as 4KiB, found block", text);
    csv->block_bytes = (uint32_t)bytes;
    return 0;
}

static bool is_number(const char *text)
{
    return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* Takes "COLUMN", or for an id "COLUMN+COLUMN". False: something is missing, or named twice. */
static bool select_column(struct csv_selection *selection, const struct csv_name *name,
                          char *column)
{
    int role = name->role, last = role == CSV_ID ? CSV_ROLES : role + 1;
    if (column == NULL || *column == '\0' || selection->columns[role] != NULL)
        return false;
    while (column != NULL && role < last) {
        char *part = role >= CSV_ID ? strsep(&column, "+") : column;
        column = role >= CSV_ID ? column : NULL;
        selection->by_number &= is_number(part);
        selection->names[role] = name;
        selection->columns[role++] = part;
    }
    selection->any = true;
    return column == NULL;
}

static int parse_option(struct reader *reader, char *option, struct csv_selection *selection)
{
    char *value = option, *name = strsep(&value, "=");
    const struct csv_name *known = csv_name_of_option(name);
    if (value != NULL && strcmp(name, "delimiter") == 0)
        return set_delimiter(reader, value);
    if (value != NULL && strcmp(name, "block") == 0)
        return set_block(reader, value);
    if (known == NULL)
        return csv_options_refuse(reader, "there is no option", name);
    return select_column(selection, known, value) ? 0
                                                  : csv_options_refuse(reader, "cannot use", name);
}

int csv_options_parse(struct reader *reader, const char *options, struct csv_selection *selection)
{
    const struct csv *csv = reader->state;
    *selection = (struct csv_selection){.by_number = true};
    if (snprintf(selection->text, CSV_OPTIONS_BYTES, "%s", options) >= CSV_OPTIONS_BYTES)
        return csv_options_refuse(reader, "too long:", "...");
    char *rest = selection->text, *option;
    while ((option = strsep(&rest, ",")) != NULL) {
        bool is_comma = *option == '\0' && csv->delimiter == ','; /* of "delimiter=," */
        if (!is_comma && parse_option(reader, option, selection) != 0)
            return -1;
    }
    if (selection->any && selection->columns[CSV_ID] == NULL &&
        selection->columns[CSV_OFFSET] == NULL)
        return csv_options_refuse(reader, "no id in", options);
    return 0;
}
