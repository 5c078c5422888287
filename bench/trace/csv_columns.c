/* csv_columns.c - what the columns of a table mean: by the names in its first line, or by options.
 */
#include "csv.h"
#include "csv_names.h"
#include "csv_options.h"

#include <stdlib.h>

/* False: the column has a role, or another column has this one. */
static bool assign(struct csv *csv, int role, int column)
{
    if (csv_has(csv, (enum csv_role)role) || csv->role[column] != CSV_ROLES)
        return false;
    csv->role[column] = (unsigned char)role;
    csv->roles |= 1u << role;
    csv->id_parts += role >= CSV_ID;
    if (column >= csv->columns)
        csv->columns = column + 1;
    return true;
}

static void set_unit(struct csv *csv, int role, uint64_t unit)
{
    if (role == CSV_TIME && unit > 0) {
        csv->ticks_per_s = unit;
        csv->unit_is_known = true;
    }
    if (role == CSV_BYTES)
        csv->bytes_unit = (uint32_t)unit;
    if (role == CSV_OFFSET)
        csv->offset_unit = (uint32_t)unit;
}

/* Gives a column the roles for which the selection names it. */
static void match_selection(struct csv *csv, const struct csv_selection *selection,
                            struct field name, int column)
{
    for (int role = 0; role < CSV_ROLES; role++) {
        const char *word = selection->columns[role];
        if (word == NULL || !field_is(name, word) || !assign(csv, role, column))
            continue;
        uint64_t unit = selection->names[role]->unit;
        set_unit(csv, role, role == CSV_TIME && unit == 0 ? csv_ticks_of(name) : unit);
    }
}

/* The known names are matched in three turns: an offset is one without an id only, and a volume is
 * a part of the id only in a table with offsets. */
static void match_known(struct csv *csv, int turn, struct field name, int column)
{
    const struct csv_name *known = csv_name_of_column(name);
    if (known == NULL)
        return;
    bool is_offset = known->role == CSV_OFFSET, is_volume = known->role == CSV_VOLUME;
    int role = is_volume ? CSV_ID + csv->id_parts : known->role;
    if (turn != is_offset + 2 * is_volume || role >= CSV_ROLES)
        return;
    if (assign(csv, role, column))
        set_unit(csv, role, known->unit);
}

static void match_line(struct csv *csv, const struct csv_selection *selection, struct field line,
                       int turn)
{
    struct field name;
    const char *at = line.at;
    for (int column = 0; column < CSV_COLUMNS_MAX; column++) {
        if (!csv_next_name(&at, line, csv->delimiter, &name))
            return;
        if (selection != NULL)
            match_selection(csv, selection, name, column);
        else
            match_known(csv, turn, name, column);
    }
}

static void match_names(struct csv *csv, const struct csv_selection *selection, struct field line)
{
    if (csv->delimiter == '\0')
        csv->delimiter = csv_delimiter(line);
    match_line(csv, selection, line, 0);
    if (selection == NULL && !csv_has(csv, CSV_ID)) {
        match_line(csv, NULL, line, 1);
        if (csv_has(csv, CSV_OFFSET))
            match_line(csv, NULL, line, 2);
    }
}

/* Reads the line of names. selection: NULL for the known names. */
static int match_header(struct reader *reader, const struct csv_selection *selection)
{
    struct csv *csv = reader->state;
    struct field line;
    if (!reader_line(reader, &line))
        return source_failed(&reader->source)
                   ? -1
                   : reader_refuse(reader, "expected a line of column names, found nothing");
    line = csv_without_mark(line);
    match_names(csv, selection, line);
    for (int role = 0; selection != NULL && role < CSV_ROLES; role++)
        if (selection->columns[role] != NULL && !csv_has(csv, (enum csv_role)role))
            return reader_refuse(reader, "there is no column \"%s\"", selection->columns[role]);
    if (csv_has(csv, CSV_ID) || csv_has(csv, CSV_OFFSET))
        return 0;
    return reader_expected(reader, "a column of ids (name it with --format csv:id=NAME)", line);
}

static int assign_numbers(struct reader *reader, const struct csv_selection *selection)
{
    struct csv *csv = reader->state;
    csv->by_number = true;
    for (int role = 0; role < CSV_ROLES; role++) {
        if (selection->columns[role] == NULL)
            continue;
        unsigned long column = strtoul(selection->columns[role], NULL, 10);
        if (column == 0 || column > CSV_COLUMNS_MAX || !assign(csv, role, (int)column - 1))
            return csv_options_refuse(reader, "cannot use column", selection->columns[role]);
        set_unit(csv, role, selection->names[role]->unit);
    }
    return 0;
}

/* Blocks are made of the last part of the id, in bytes, unless another column has offsets. */
static void find_offset(struct csv *csv)
{
    int last = CSV_ID + csv->id_parts - 1;
    if (csv->block_bytes == 0 || csv_has(csv, CSV_OFFSET))
        return;
    for (int column = 0; column < csv->columns; column++)
        if (csv->role[column] == last)
            csv->role[column] = CSV_OFFSET;
    csv->roles = (csv->roles | 1u << CSV_OFFSET) & ~(1u << last);
    csv->offset_unit = 1;
    csv->id_parts--;
}

static void init(struct csv *csv)
{
    *csv = (struct csv){.ticks_per_s = 1, .bytes_unit = 1, .offset_unit = 1};
    memset(csv->role, CSV_ROLES, sizeof csv->role);
}

int csv_start(struct reader *reader, const char *options)
{
    struct csv_selection selection = {.any = false};
    struct csv *csv = reader->state;
    init(csv);
    if (options != NULL && csv_options_parse(reader, options, &selection) != 0)
        return -1;
    int result = selection.any && selection.by_number
                     ? assign_numbers(reader, &selection)
                     : match_header(reader, selection.any ? &selection : NULL);
    find_offset(csv);
    return result;
}
